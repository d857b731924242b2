"""Accounts of one person, and all that they said to us, in SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from listener.accounts import account
from listener.figures import Contact
from listener.model import Mention, Post
from listener.store.cases import members
from listener.store.connection import Connection
from listener.store.mentions import with_tags
from listener.store.people_port import Link
from listener.store.rows import MENTION_COLUMNS, moment, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

ACCOUNTS_MAX = 50
NAME_CHARS_MAX = 500


class SqlitePeople:
    """A :class:`listener.store.people_port.PeopleBook` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def link(self, accounts: Sequence[str], by: str, now: datetime) -> list[Link]:
        with self._connection.writing() as db:
            return _link(db, accounts, by, now)

    def unlink(self, account: str) -> bool:
        with self._connection.writing() as db:
            return _unlink(db, _parts(account))

    def links(self, account: str) -> list[Link]:
        with self._connection.reading() as db:
            return _links(db, _person_of(db, _parts(account)))

    def contacts(self, accounts: Sequence[str], limit: int) -> list[Contact]:
        with self._connection.reading() as db:
            return _contacts(db, accounts, limit)


def link_all(db: "Database", groups: Iterable[Sequence[str]], by: str, now: datetime) -> None:
    """Link what a trusted sender says is linked; what can't be is passed over."""
    for accounts in groups:
        try:
            _link(db, accounts, by, now)
        except ValueError:
            continue


@dataclass(frozen=True, slots=True)
class Theirs:
    """A query for the numbers of posts by some accounts, and what stands for its marks."""

    query: str
    values: tuple[str, ...]


def posts_of_person(db: "Database", post: Post) -> Theirs | None:
    """All that the author of a post wrote, by this and any linked account; None of a nameless one.

    Who has an id may call themselves as they like: their other posts are those of that id.
    """
    site, author = post.site, post.author
    handle = _bare(author.handle)
    names = [name for name in (author.id, handle) if name]
    if not names:
        return None
    mine = _by_id(site, author.id) if author.id else _by_handle(site, handle)
    own = [(site, name) for name in names]
    others = [one for one in _linked_to(db, own) if one not in own]
    return _any_of([mine, *(part for one in others for part in (_by_id(*one), _by_handle(*one)))])


def _linked_to(db: "Database", accounts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    persons = {person for one in accounts if (person := _person_of(db, one))}
    return [
        (row["site"], row["name"])
        for person in sorted(persons)
        for row in db.execute(
            "SELECT site, name FROM linked_accounts WHERE person = ?", (person,)
        ).fetchall()
    ]


def _by_id(site: str, author_id: str) -> Theirs:
    return Theirs("SELECT n FROM posts WHERE site = ? AND author_id = ?", (site, author_id))


def _by_handle(site: str, handle: str) -> Theirs:
    query = "SELECT n FROM posts WHERE site = ? AND author_handle COLLATE NOCASE IN (?, ?)"
    return Theirs(query, (site, handle, f"@{handle}"))


def _any_of(some: Sequence[Theirs]) -> Theirs:
    values = tuple(value for one in some for value in one.values)
    return Theirs(" UNION ".join(one.query for one in some), values)


def forget(db: "Database", post_ids: Sequence[str]) -> None:
    """Whoever wrote these posts is linked to nobody, and votes for nothing, any more."""
    rows = db.execute(
        f"""SELECT DISTINCT site, author_handle, author_id FROM posts
            WHERE id IN ({",".join("?" * len(post_ids))})""",
        post_ids,
    ).fetchall()
    for row in rows:
        for name in filter(None, (row["author_id"], row["author_handle"])):
            _unlink(db, (row["site"], _bare(name)))
            accounts = (f"{row['site']}:{name}", f"{row['site']}:{account(name)}")
            db.execute("DELETE FROM supporters WHERE account IN (?, ?)", accounts)


_VOTERS = """supporters WHERE (handle COLLATE NOCASE IN (:name, '@' || :name)
    OR substr(account, instr(account, ':') + 1) = :name COLLATE NOCASE)"""


def sites_of(db: "Database", name: str, site: str | None) -> list[str]:
    """The sites on which the name is linked to others or votes for something, posts or none."""
    rows = db.execute(
        f"""SELECT site FROM linked_accounts WHERE :name <> '' AND name = :name
            UNION SELECT substr(account, 1, instr(account, ':') - 1) FROM {_VOTERS}
            AND :name <> '' ORDER BY 1""",
        {"name": name},
    ).fetchall()
    return [row["site"] for row in rows if site in {None, row["site"]}]


def forget_name(db: "Database", name: str, site: str) -> None:
    """Who is called so is linked to nobody, and votes for nothing, any more."""
    _unlink(db, (site.casefold(), _bare(name)))
    db.execute(
        f"DELETE FROM {_VOTERS} AND substr(account, 1, instr(account, ':') - 1) = :site",
        {"name": name, "site": site},
    )


def _bare(name: str) -> str:
    """A handle or id without what stands before it. Case is kept: ids of some sites have it."""
    return name.strip().removeprefix("@").strip()


def _parts(stated: str) -> tuple[str, str]:
    """An account as site and name, as it is compared. Raises ValueError where it is none."""
    site, colon, name = stated.strip().partition(":")
    site, name = site.strip().casefold(), _bare(name)
    if not (site and colon and name) or len(name) > NAME_CHARS_MAX:
        msg = f"{stated[:100]!r} is no account: write its site in front, as in x:@somebody"
        raise ValueError(msg)
    return site, name


def _link(db: "Database", accounts: Sequence[str], by: str, now: datetime) -> list[Link]:
    stated = sorted({_parts(one) for one in accounts})
    persons = [person for one in stated if (person := _person_of(db, one))]
    _refuse_crowd(db, stated, persons)
    person = persons[0] if persons else _new_person(stated[0], now)
    for other in set(persons) - {person}:
        db.execute("UPDATE linked_accounts SET person = ? WHERE person = ?", (person, other))
    for site, name in stated:
        db.execute(
            "INSERT OR IGNORE INTO linked_accounts VALUES (?, ?, ?, ?, ?)",
            (site, name, person, by, stamp(now)),
        )
    return _links(db, person)


def _refuse_crowd(db: "Database", stated: Sequence[tuple[str, str]], persons: list[str]) -> None:
    """Before anything is changed: a source's bad word is passed over, and the rest of it kept."""
    count = sum(not _person_of(db, one) for one in stated)
    count += sum(len(_links(db, person)) for person in set(persons))
    if count > ACCOUNTS_MAX:
        msg = f"that would be {count} accounts of one person; at most {ACCOUNTS_MAX} are taken"
        raise ValueError(msg)


def _new_person(account: tuple[str, str], now: datetime) -> str:
    return blake2b(":".join((*account, stamp(now))).encode(), digest_size=12).hexdigest()


def _unlink(db: "Database", one: tuple[str, str]) -> bool:
    person = _person_of(db, one)
    db.execute("DELETE FROM linked_accounts WHERE site = ? AND name = ?", one)
    # Who is linked to nobody is no link.
    db.execute(
        """DELETE FROM linked_accounts WHERE person = :person AND 1 =
           (SELECT count(*) FROM linked_accounts WHERE person = :person)""",
        {"person": person},
    )
    return bool(person)


def _person_of(db: "Database", one: tuple[str, str]) -> str:
    row = db.execute(
        "SELECT person FROM linked_accounts WHERE site = ? AND name = ?", one
    ).fetchone()
    return row["person"] if row else ""


def _links(db: "Database", person: str) -> list[Link]:
    rows = db.execute(
        "SELECT * FROM linked_accounts WHERE person = ? ORDER BY made_at, site, name", (person,)
    )
    return [
        Link(f"{row['site']}:{row['name']}", row["made_by"], moment(row["made_at"]))
        for row in rows.fetchall()
    ]


def _contacts(db: "Database", accounts: Sequence[str], limit: int) -> list[Contact]:
    stated = [_parts(one) for one in accounts[:ACCOUNTS_MAX]]
    if not stated:
        return []
    theirs = _any_of([part for one in stated for part in (_by_id(*one), _by_handle(*one))])
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM posts p JOIN mentions m ON m.post_id = p.id
            WHERE p.n IN ({theirs.query}) AND p.deleted_at IS NULL AND m.state <> 'withdrawn'
            ORDER BY +p.published_at DESC, m.n DESC LIMIT ?""",
        (*theirs.values, limit),
    ).fetchall()
    return [_contact(db, one) for one in with_tags(db, rows)]


def _contact(db: "Database", mention: Mention) -> Contact:
    said = members.answered_at(db, mention.key)
    answers = [at for at in (mention.answered_at, said) if at is not None]
    case = members.case_of_mention(db, mention.key)
    return Contact(mention, min(answers, default=None), case)

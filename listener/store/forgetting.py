"""One person's posts, in SQL: finding them by what the person is called, for forgetting them."""

from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from listener.store import people, removal, scrub
from listener.store.port import Written

if TYPE_CHECKING:
    from sqlite_utils import Database

CASES_MAX = 5_000

_NAMED = """(:name <> '' AND (author_handle COLLATE NOCASE IN (:name, '@' || :name)
    OR author_id = :name
    OR (author_handle = '' AND author_id = '' AND author_name = :name COLLATE NOCASE)))"""
"""By handle or id; by name only where the site tells neither. Nobody has an empty name."""

_THEIRS = f"""WITH accounts AS (SELECT DISTINCT site, author_id FROM posts
        WHERE {_NAMED} AND author_id <> ''),
    theirs AS (SELECT * FROM posts WHERE deleted_at IS NULL AND (:site IS NULL OR site = :site)
        AND ({_NAMED} OR (site, author_id) IN (SELECT site, author_id FROM accounts)))"""
"""Also what the same account wrote under another handle."""


def named(db: "Database", author: str, site: str | None) -> tuple[str, str | None]:
    """The bare name and its site, where one stands in front of it and is known."""
    front, colon, rest = author.partition(":")
    if site is None and colon and _is_site(db, front):
        author, site = rest, front
    elif site is not None:
        author = author.removeprefix(f"{site}:")
    return author.strip().lstrip("@").strip(), site


def written(db: "Database", name: str, site: str | None) -> list[Written]:
    """What is stored by authors of this name, per site; nothing where they only voted or so."""
    rows = db.execute(
        f"""{_THEIRS} SELECT site, count(*) AS posts,
            group_concat(DISTINCT coalesce(nullif(author_handle, ''), author_name)) AS names,
            sum((SELECT count(*) FROM mentions m
                 WHERE m.post_id = theirs.id AND m.state <> 'withdrawn')) AS mentions
            FROM theirs GROUP BY site ORDER BY site""",
        {"name": name, "site": site},
    )
    found = [
        Written(row["site"], row["names"], row["posts"], row["mentions"]) for row in rows.fetchall()
    ]
    wrote = {one.site for one in found}
    silent = [one for one in people.sites_of(db, name, site) if one not in wrote]
    return sorted([*found, *(Written(one, name, 0, 0) for one in silent)], key=attrgetter("site"))


def forget(db: "Database", name: str, site: str, now: datetime) -> int:
    """Blank all of it; how many posts that were."""
    forgotten = removal.forget(db, posts_by(db, name, site), now)
    people.forget_name(db, name, site)
    scrub.want(db, now)
    return forgotten


def posts_by(db: "Database", name: str, site: str) -> list[str]:
    """The ids of what :func:`written` counts."""
    rows = db.execute(f"{_THEIRS} SELECT id FROM theirs", {"name": name, "site": site})
    return [row["id"] for row in rows.fetchall()]


def cases_of(db: "Database", name: str, site: str | None) -> list[str]:
    """The keys of the cases that the author's mentions are in."""
    rows = db.execute(
        f"""{_THEIRS} SELECT DISTINCT c.case_key FROM theirs
            JOIN mentions m ON m.post_id = theirs.id JOIN case_members c ON c.mention = m.key
            WHERE m.state <> 'withdrawn' LIMIT {CASES_MAX}""",
        {"name": name, "site": site},
    )
    return [row["case_key"] for row in rows.fetchall()]


def _is_site(db: "Database", name: str) -> bool:
    """Whether anything from a site of this name is stored, or an account of it is linked."""
    found = "SELECT 1 FROM posts WHERE site = ? UNION SELECT 1 FROM linked_accounts WHERE site = ?"
    return db.execute(f"{found} LIMIT 1", (name, name)).fetchone() is not None

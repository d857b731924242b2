"""``listener status --author``: one person across all channels, and how we answered them."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from listener.cli.linking import told
from listener.cli.shared import BadUse, configured, reading, span
from listener.figures import (
    Contact,
    Figures,
    by_channel,
    channel_of,
    figures,
    first_answer_seconds,
    is_contact,
)
from listener.store import Store
from listener.store.people_port import Link
from listener.text import clean_text, shown
from listener.wire import mention_json, post_json

CONTACTS_MAX = 500
TEXT_CHARS = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Accounts that are known to be one person's, and what they said, the newest first."""

    accounts: tuple[str, ...]
    links: tuple[Link, ...]
    contacts: tuple[Contact, ...]


def show_author(path: Path, author: str, *, as_json: bool) -> None:
    """Print who it is, what they said wherever it was, and what came of it."""
    config = configured(path)
    competitors = {brand.id for brand in config.brands if brand.competitor}
    with reading(config) as store:
        people = list(_people(store, clean_text(author.strip()), competitors))
    if not people:
        msg = f"nothing stored is by '{shown(author, 60)}': name a handle, an id or SITE:HANDLE"
        raise BadUse(msg)
    if as_json:
        print(json.dumps([_as_json(one) for one in people], ensure_ascii=False))
    else:
        print("\n".join(line for one in people for line in lines(one, config.zone)))


def lines(person: Person, zone: tzinfo) -> Iterator[str]:
    """What a person reads."""
    linked = ", ".join(map(told, person.links))
    yield f"person   {linked or shown(', '.join(person.accounts), 200)}"
    if not person.links:
        yield "         linked to no other account: listener link says which are theirs"
    yield f"all      {_figures_line(figures(person.contacts))}"
    for channel, some in by_channel(person.contacts).items():
        yield f"{shown(channel, 20):8} {_figures_line(some)}"
    yield ""
    for contact in person.contacts:
        yield from _contact_lines(contact, zone)
    if len(person.contacts) == CONTACTS_MAX:
        yield f"         only the newest {CONTACTS_MAX} are counted and shown"


def _people(store: Store, author: str, competitors: Collection[str]) -> Iterator[Person]:
    """Everybody whom the name may mean; accounts that are linked are one."""
    done: set[str] = set()
    for account in _accounts(store, author):
        links = _links(store, account)
        accounts = tuple(one.account for one in links) or (account,)
        contacts = [
            replace(one, of_competitor=one.mention.brand in competitors)
            for one in store.people.contacts(accounts, CONTACTS_MAX)
        ]
        if not done.intersection(accounts) and (links or contacts):
            done.update(accounts)
            yield Person(accounts, tuple(links), tuple(contacts))


def _accounts(store: Store, author: str) -> list[str]:
    """The name with its site; one without is looked for on every site."""
    written = store.written(author)
    name = author.partition(":")[2] or author
    if not written:
        return [author] if ":" in author else []
    is_whole = any(author.casefold().startswith(f"{one.site}:".casefold()) for one in written)
    return [f"{one.site}:{name if is_whole else author}" for one in written]


def _links(store: Store, account: str) -> list[Link]:
    try:
        return store.people.links(account)
    except ValueError as error:
        raise BadUse(str(error)) from None


def _figures_line(some: Figures) -> str:
    share = "" if some.answered_share is None else f" ({some.answered_share:.0%})"
    took = some.first_answer_seconds_median
    median = "" if took is None else f", first answer after {_span(took)} (median)"
    heard = f", {some.overheard} overheard" if some.overheard else ""
    contacts = "1 contact" if some.contacts == 1 else f"{some.contacts} contacts"
    return f"{contacts}, {some.answered} answered{share}, {some.waiting} waiting{median}{heard}"


def _contact_lines(contact: Contact, zone: tzinfo) -> Iterator[str]:
    mention, post = contact.mention, contact.mention.post
    labels = " ".join(mention.label(kind) for kind in ("sentiment", "urgency", "intent")).strip()
    when = _minute(post.published_at, zone)
    brand = shown(mention.brand, 40)
    yield f"{when}  {shown(channel_of(post), 20)}  {brand}  {labels}  {_outcome(contact)}".rstrip()
    text = shown(" ".join(filter(None, (post.title, post.text))), TEXT_CHARS)
    if text:
        yield f"         {text}"
    facts = ", ".join(f"{shown(name, 20)} {shown(value, 60)}" for name, value in post.facts)
    if facts:
        yield f"         {facts}"


def _outcome(contact: Contact) -> str:
    case = f"case {contact.case.key} {contact.case.state}" if contact.case else ""
    if contact.case and contact.case.owner:
        case += f" ({shown(contact.case.owner, 40)})"
    took = first_answer_seconds(contact)
    if took is not None:
        answered = f"answered after {_span(took)}"
    else:
        answered = "waiting" if is_contact(contact) else "overheard"
    return ", ".join(filter(None, (answered, case)))


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else span(timedelta(seconds=seconds))


def _minute(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else "at no time"


def _as_json(person: Person) -> dict[str, Any]:
    return {
        "accounts": list(person.accounts),
        "linked": [
            {"account": one.account, "by": one.by, "at": one.at.isoformat()} for one in person.links
        ],
        "figures": _figures_json(person.contacts),
        "channels": {
            name: _figures_json(some) for name, some in _channels(person.contacts).items()
        },
        "contacts": [_contact_json(one) for one in person.contacts],
    }


def _channels(some: Sequence[Contact]) -> dict[str, list[Contact]]:
    names = by_channel(some)
    return {name: [one for one in some if channel_of(one.mention.post) == name] for name in names}


def _figures_json(some: Sequence[Contact]) -> dict[str, Any]:
    of = figures(some)
    return {
        "contacts": of.contacts,
        "answered": of.answered,
        "answered_share": of.answered_share,
        "waiting": of.waiting,
        "overheard": of.overheard,
        "first_answer_seconds_median": of.first_answer_seconds_median,
    }


def _contact_json(contact: Contact) -> dict[str, Any]:
    mention, case = contact.mention, contact.case
    answered_at = contact.answered_at
    return {
        "channel": channel_of(mention.post),
        "is_contact": is_contact(contact),
        "answered_at": answered_at.isoformat() if answered_at else None,
        "first_answer_seconds": first_answer_seconds(contact),
        "case": {"key": case.key, "state": case.state, "owner": case.owner} if case else None,
        "facts": dict(mention.post.facts),
        "post": post_json(mention.post),
        **mention_json(mention),
    }

"""``listener link`` and ``listener unlink``: which accounts are one person's."""

from collections.abc import Sequence
from pathlib import Path

from listener.cli.shared import BadUse, configured, login, reading
from listener.clock import utc_now
from listener.store.people_port import Link
from listener.text import clean_text, shown


def link(path: Path, accounts: Sequence[str], by: str) -> None:
    """Say that these accounts are one person's, and show all that now are."""
    if len(accounts) < 2:
        msg = "name at least two accounts, such as x:@ada mail:ada@example.org"
        raise BadUse(msg)
    stated = [clean_text(one) for one in accounts]
    with reading(configured(path)) as store:
        try:
            links = store.people.link(stated, clean_text(by.strip()) or login(), utc_now())
        except ValueError as error:
            raise BadUse(str(error)) from None
        silent = [one for one in stated if not store.people.contacts([one], 1)]
    print("one person: " + ", ".join(map(told, links)))
    for one in silent:
        print(f"no mention by {shown(one, 120)} is stored; is its site spelt as its posts have it?")


def unlink(path: Path, account: str) -> None:
    """Take an account from its person."""
    with reading(configured(path)) as store:
        try:
            was_linked = store.people.unlink(clean_text(account))
        except ValueError as error:
            raise BadUse(str(error)) from None
    if not was_linked:
        msg = f"{shown(account, 100)} is linked to no other account"
        raise BadUse(msg)
    print(f"{shown(account, 100)} is on its own again")


def told(link: Link) -> str:
    """An account, and who linked it."""
    by = f"by {shown(link.by, 60)}, " if link.by else ""
    return f"{shown(link.account, 120)} ({by}{link.at:%Y-%m-%d})"

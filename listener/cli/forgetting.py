"""``listener forget``: what one person wrote disappears, for good."""

from contextlib import closing, suppress
from pathlib import Path

from listener.cli.shared import BadUse, configured, stored
from listener.clock import utc_now
from listener.store import Store, StoreUnavailable
from listener.store.port import Written
from listener.text import clean_text, shown

_WAIT_SECONDS = 5
_NAMES_CHARS_MAX = 200


def forget(path: Path, author: str, site: str, *, every_site: bool, dry_run: bool) -> None:
    """Blank what the author wrote and say how much it was; BadUse where it isn't clear whose."""
    if site and every_site:
        msg = "--site and --every-site: set one of them"
        raise BadUse(msg)
    config = configured(path)
    try:
        with closing(stored(config)) as store:
            found = _found(store, clean_text(author.strip()), site, every_site=every_site)
            accounts = _linked(store, clean_text(author.strip()), found)
            if dry_run:
                print("\n".join(f"would forget {_told(one)}" for one in found))
            else:
                _forget(store, clean_text(author.strip()), found)
            _tell_what_is_left(store, accounts)
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None


def _found(store: Store, author: str, site: str, *, every_site: bool) -> list[Written]:
    """Whose it is, on one site unless every one is meant."""
    found = store.written(author, site or None)
    if not found:
        on = f" on {shown(site, 60)}" if site else ""
        msg = f"nothing stored{on} is by '{shown(author, 60)}': name a handle, an id or SITE:HANDLE"
        raise BadUse(msg)
    if len(found) > 1 and not every_site:
        raise BadUse(
            f"'{shown(author, 60)}' is on {len(found)} sites; nothing is forgotten yet:",
            *(_told(one) for one in found),
            "name one by --site, or mean them all by --every-site",
        )
    return found


def _linked(store: Store, author: str, found: list[Written]) -> list[str]:
    """Other accounts that are known to be the same person's; once forgotten, nobody knows."""
    linked: dict[str, None] = {}
    for one in found:
        own = f"{one.site}:{author.removeprefix(f'{one.site}:')}"
        with suppress(ValueError):
            linked |= dict.fromkeys(link.account for link in store.people.links(own))
    sites = {one.site for one in found}
    return [account for account in linked if account.partition(":")[0] not in sites]


def _tell_what_is_left(store: Store, accounts: list[str]) -> None:
    if accounts:
        named = ", ".join(shown(account, 100) for account in accounts)
        print(f"known as the same person's, and not forgotten by this: {named}")
    if waiting := sum(store.arrivals.waiting().values()):
        are = "thing that was pushed is" if waiting == 1 else "things that were pushed are"
        print(f"{waiting:,} {are} not taken in yet: do this again when listener status shows none")


def _forget(store: Store, author: str, found: list[Written]) -> None:
    now = utc_now()
    before = sum(store.status(now).waiting_by_channel.values())
    store.forget(author, [one.site for one in found], now)
    waiting = sum(store.status(now).waiting_by_channel.values()) - before
    print("\n".join(f"forgot {_told(one)}" for one in found))
    if waiting > 0:
        print(
            f"{_counted(waiting, 'retraction')} for the channels that were told: "
            "a running listener sends them, or listener once"
        )
    if not store.scrub(now, _WAIT_SECONDS):
        print("others have the database open: the running listener wipes its log within an hour")


def _told(one: Written) -> str:
    names = shown(one.names, _NAMES_CHARS_MAX)
    counts = f"{_counted(one.posts, 'post')}, {_counted(one.mentions, 'mention')}"
    return f"{names} on {shown(one.site, 60)}: {counts}"


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"

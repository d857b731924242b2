"""The places that are read, and which subreddits can't be.

Subreddits are asked for together, one request for many. Such a listing says nothing about those
it leaves out: the private, the banned, the misspelt. So they are looked up by name now and then.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from listener.match.queries import queries_for
from listener.match.usual import usual_forms
from listener.model import Brand, Fault, Gap
from sources.common import fields
from sources.reddit_parts.client import Client
from sources.reddit_parts.cursor import State
from sources.reddit_parts.listing import Listing

TOGETHER = 50
"""How many subreddits are asked for in one listing."""

QUERY_CHARS_MAX = 512
CHECK_SECONDS = 3_600.0

_LOOKED_UP = 100
_SUBREDDIT = re.compile(r"[a-z0-9][a-z0-9_]{1,23}")
_ACCOUNT = re.compile(r"[a-z0-9_-]{2,30}")
_OURS = re.compile(r"reddit:@?(?:u/)?([A-Za-z0-9_-]{2,30})")
_SHUT_TYPES = {
    "private": "is private: only its members may read it",
    "employees_only": "is for Reddit's own people only",
    "gold_only": "is for paying members only",
}


def subreddit(name: str) -> str:
    """The bare name of a subreddit, however it was written. Raises ValueError for none."""
    bare = name.strip().strip("/").lower().removeprefix("r/")
    if bare in {"all", "popular"}:
        msg = f"subreddits names {name!r}, which is more than anybody can read: name subreddits"
        raise ValueError(msg)
    if not _SUBREDDIT.fullmatch(bare):
        msg = f"subreddits names {name!r}, which is no subreddit: write it as in r/name"
        raise ValueError(msg)
    return bare


def account(name: str) -> str:
    """The bare name of an account. Raises ValueError for none."""
    bare = name.strip().strip("/").lower().removeprefix("@").removeprefix("u/")
    if not _ACCOUNT.fullmatch(bare):
        msg = f"accounts names {name!r}, which is no account: write it as in u/name"
        raise ValueError(msg)
    return bare


def derived_queries(brands: Iterable[Brand]) -> list[str]:
    """What the site's search is asked for, of brands that left it to us."""
    asked: dict[str, None] = {}
    for brand in brands:
        forms = partial(usual_forms, codes=brand.languages)
        found = queries_for(brand, "reddit", QUERY_CHARS_MAX, forms)
        asked.update(dict.fromkeys(found.queries))
    return list(asked)


def own_accounts(brands: Iterable[Brand]) -> list[str]:
    """The accounts that the brands' tables name as theirs on Reddit: ``reddit:@name``."""
    named = (name for one in brands for name in (*one.handles, *one.own_accounts))
    found = (_OURS.fullmatch(name.strip()) for name in named)
    return list(dict.fromkeys(match[1].lower() for match in found if match))


def check_requests(subreddits: Sequence[str]) -> int:
    """How many requests a look-up takes."""
    return -(-len(subreddits) // _LOOKED_UP)


def check(client: Client, subreddits: Sequence[str], state: State, now: datetime) -> list[Gap]:
    """Look up which subreddits are shut. What one didn't show while it was is told as a gap."""
    shut: dict[str, str] = {}
    for names in _groups(subreddits, _LOOKED_UP):
        shut |= _shut(client, names)
    gaps = [
        Gap(datetime.fromtimestamp(since, UTC), now, f"r/{name} {words}", f"r/{name}")
        for name, (since, words) in state.shut.items()
        if name in subreddits and name not in shut
    ]
    open_at = state.checked_at or now.timestamp()
    state.shut = {
        name: (state.shut[name][0] if name in state.shut else open_at, words)
        for name, words in shut.items()
    }
    state.checked_at = now.timestamp()
    return gaps


def told(state: State) -> list[Fault]:
    """The subreddits that can't be read."""
    return [Fault(f"r/{name}", words) for name, (_, words) in state.shut.items()]


def _shut(client: Client, names: Sequence[str]) -> dict[str, str]:
    data = client.listing("/api/info", sr_name=",".join(names))
    found = {
        fields.text(child, "data", "display_name").lower(): fields.table(child, "data")
        for child in fields.items(data, "children")
        if fields.text(child, "kind") == "t5"
    }
    words = {
        name: _why_shut(found[name])
        if name in found
        else "is not there: the name is wrong, or Reddit banned it"
        for name in names
    }
    return {name: why for name, why in words.items() if why}


def _why_shut(data: fields.Json) -> str:
    if fields.truth(data, "quarantine"):
        return "is quarantined: Reddit shows it to no app"
    return _SHUT_TYPES.get(fields.text(data, "subreddit_type"), "")


@dataclass(frozen=True, slots=True)
class Places:
    """What the settings and the brands say is to be read."""

    subreddits: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    def listings(self) -> Iterator[Listing]:
        """Posts and comments of subreddits, searches, the comments of own accounts."""
        for names in _groups(self.subreddits, TOGETHER):
            group = "+".join(names)
            yield Listing(f"r/{group} posts", f"/r/{group}/new", names=names)
            yield Listing(f"r/{group} comments", f"/r/{group}/comments", names=names)
        for query in self.queries:
            parameters = {"q": query, "sort": "new", "type": "link", "include_over_18": "on"}
            yield Listing(f"search: {query}", "/search", parameters)
        for name in self.accounts:
            yield Listing(f"u/{name} comments", f"/user/{name}/comments", {"sort": "new"})


def without(listing: Listing, shut: Collection[str]) -> Listing | None:
    """The listing without the subreddits that are shut; None where that is all or nothing."""
    names = tuple(name for name in listing.names if name not in shut)
    if not names or names == listing.names:
        return None
    path = listing.path.replace("+".join(listing.names), "+".join(names))
    return replace(listing, path=path, names=names)


def _groups(names: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    rest = iter(names)
    while group := tuple(islice(rest, size)):
        yield group

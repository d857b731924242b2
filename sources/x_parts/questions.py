"""What X is asked for: as few queries as the brands' terms fit into.

A post that two queries find is paid for once only where both ask on one day, so few queries are
cheaper as well as quicker: the forms of its names alone never give a brand more than three. Plain
retweets are left out: they are nobody's words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from listener.match.forms import account
from listener.match.queries import Forms, queries_for
from listener.match.usual import usual_forms
from listener.model import Brand
from listener.text import shown

QUERIES_MAX = 20
_QUERIES_FOR_FORMS_MAX = 3
_REPLIES_MAX = 2

_NO_RETWEETS = " -is:retweet"
_REPLIES = " is:reply"
_AROUND = len("()") + len(_NO_RETWEETS)
_ACCOUNT = re.compile(r"[a-z0-9_]{1,15}")
_OTHER_SITE = re.compile(r"(?!x:)[a-z][a-z0-9]*:")


@dataclass(frozen=True, slots=True)
class Questions:
    """The queries, and in a phrase each what could not be asked for."""

    queries: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@lru_cache(maxsize=16)
def questions_for(
    brands: tuple[Brand, ...], written: tuple[str, ...], chars_max: int, *, own_replies: bool
) -> Questions:
    """The queries for these brands, or those that a person has ``written`` in their place."""
    left_out: list[str] = []
    queries = list(written) or _of_brands(brands, chars_max, left_out)
    replies = _of_own_accounts(brands, chars_max)[:_REPLIES_MAX] if own_replies else []
    room = QUERIES_MAX - len(replies)
    left_out += [f"query “{shown(query, 60)}”: there are too many" for query in queries[room:]]
    return Questions((*queries[:room], *replies), tuple(left_out))


def _of_brands(brands: Sequence[Brand], chars_max: int, left_out: list[str]) -> list[str]:
    parts: list[str] = []
    share = (QUERIES_MAX - _REPLIES_MAX) // max(len(brands), 1)
    for brand in brands:
        most = max(min(share, _QUERIES_FOR_FORMS_MAX), 1)
        asked = queries_for(brand, "x", chars_max - _AROUND, _forms(brand), most)
        parts += asked.queries
        left_out += [f"{brand.id}: {phrase}" for phrase in asked.left_out]
    room = chars_max - len(_NO_RETWEETS) - len("()")
    joined = _packed([f"({part})" for part in parts], room)
    return [f"({one}){_NO_RETWEETS}" if " OR (" in one else one + _NO_RETWEETS for one in joined]


def _forms(brand: Brand) -> Forms:
    return lambda base: usual_forms(base, brand.languages)


def _of_own_accounts(brands: Sequence[Brand], chars_max: int) -> list[str]:
    """The replies by the brands' own accounts: what mentions are answered with."""
    names = dict.fromkeys(
        account(handle)
        for brand in brands
        if not brand.competitor
        for handle in brand.handles + brand.own_accounts
        if not _OTHER_SITE.match(handle)
    )
    accounts = [f"from:{name}" for name in names if _ACCOUNT.fullmatch(name)]
    room = chars_max - len(_REPLIES) - len("()")
    return [f"({one}){_REPLIES}" for one in _packed(accounts, room)]


def _packed(parts: Sequence[str], room: int) -> list[str]:
    """Parts joined by OR, each into the first query that has room."""
    joined: list[str] = []
    for part in dict.fromkeys(parts):
        for at, one in enumerate(joined):
            if len(one) + len(" OR ") + len(part) <= room:
                joined[at] = f"{one} OR {part}"
                break
        else:
            joined.append(part)
    return joined

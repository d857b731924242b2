"""The search syntax of each platform, as its own documentation gives it.

========== ======================================================================================
x          recent search: quotes, OR, brackets, ``-``, ``from:``, ``url:``, ``lang:``
reddit     search: quotes, OR, NOT, brackets, ``author:``, ``site:``; no hashtags
hackernews Algolia's search of stories and comments: quotes; no OR, so one term a query
bluesky    ``searchPosts``: quotes, ``#``, ``mentions:``, ``domain:``; no OR that is promised
mastodon   ``/api/v2/search``: quotes, ``#``; no OR
youtube    ``search.list``: ``|`` and ``-``; quotes
google_news the feed of a search: quotes, OR, ``-``; words beyond the 32nd are ignored
========== ======================================================================================
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from listener.text import shown

Platform = Literal["x", "reddit", "hackernews", "bluesky", "mastodon", "youtube", "google_news"]

_WORDS_MAX = 1_000
_QUOTES = re.compile(r'["“”„‟«»＂\\]+')
_OPERATORS = {"AND", "OR", "NOT", "NEAR", "TO", "AROUND"}
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_X_LANGUAGES = re.compile(
    "a[mr]|b[gnos]|c[asy]|d[aev]|e[lnstu]|f[air]|gu|h[irtuy]|i[nstw]|ja|k[amno]|l[otv]|m[lry]"
    "|n[elo]|or|p[alst]|r[ou]|s[diklrv]|t[aehlr]|u[gkr]|vi|zh"
)
_X_NAMES = {"he": "iw", "id": "in", "nb": "no", "nn": "no"}

Term = Callable[[str], str]


def phrase(name: str) -> str:
    """The name as a word or as a phrase in quotes; empty where it has no letter or digit."""
    text = " ".join(_QUOTES.sub(" ", shown(name, len(name) + 1)).split())
    if not any(map(str.isalnum, text)):
        return ""
    if re.fullmatch(r"\w+", text) and text.upper() not in _OPERATORS:
        return text
    return f'"{text}"'


def _hashtag(name: str) -> str:
    return f"#{name}" if re.fullmatch(r"\w+", name) and not name.isdigit() else ""


def _host_in(form: str) -> Term:
    return lambda host: form.format(host) if _HOST.fullmatch(host) else ""


_quoted_host = _host_in('"{}"')


def _x_handle(name: str) -> str:
    return f"@{name}" if re.fullmatch(r"[a-z0-9_]{1,15}", name) else ""


def _at(name: str) -> str:
    return f'"@{name}"' if re.fullmatch(r"[\w.-]+(?:@[\w.-]+)?", name) else ""


def _bluesky_handle(name: str) -> str:
    return f"mentions:{name}" if _HOST.fullmatch(name) else _at(name)


def _any_language(_languages: Sequence[str]) -> str:
    return ""


def _x_languages(languages: Sequence[str]) -> str:
    """The languages and what X could not tell; nothing where X does not know one of them."""
    folded = (language.lower().split("-")[0] for language in languages)
    codes = list(dict.fromkeys(_X_NAMES.get(code, code) for code in folded))
    if not codes or not all(map(_X_LANGUAGES.fullmatch, codes)):
        return ""
    return f"({' OR '.join(f'lang:{code}' for code in [*codes, 'und'])})"


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a platform writes what it is asked for. An empty ``joint``: it knows no OR."""

    joint: str = ""
    without: str = ""
    without_author: str = ""
    handle: Term = phrase
    hashtag: Term = phrase
    domain: Term = _quoted_host
    languages: Callable[[Sequence[str]], str] = _any_language
    words_max: int = _WORDS_MAX


SYNTAX: dict[Platform, Syntax] = {
    "x": Syntax(
        joint=" OR ",
        without="-",
        without_author="-from:",
        handle=_x_handle,
        hashtag=_hashtag,
        domain=_host_in('url:"{}"'),
        languages=_x_languages,
    ),
    "reddit": Syntax(
        joint=" OR ", without="NOT ", without_author="NOT author:", domain=_host_in("site:{}")
    ),
    "hackernews": Syntax(),
    "bluesky": Syntax(handle=_bluesky_handle, hashtag=_hashtag, domain=_host_in("domain:{}")),
    "mastodon": Syntax(handle=_at, hashtag=_hashtag),
    "youtube": Syntax(joint="|", without="-", handle=_at, hashtag=_hashtag),
    "google_news": Syntax(joint=" OR ", without="-", words_max=32),
}

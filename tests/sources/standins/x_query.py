"""The part of X's query language that the stand-in of X understands.

After docs.x.com/x-api/posts/search/integrate/build-a-query and …/operators: words, phrases,
``@``, ``#``, ``from:``, ``lang:``, ``url:``, ``is:reply``, ``is:retweet``, brackets, ``OR``, ``-``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r'[()]|-(?=[("\w@#])|(?:[a-z]+:)?"[^"]*"|[^\s()"]+')
_WORD = re.compile(r"[@#]?\w+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a post a query asks about."""

    text: str
    author: str
    language: str = "en"
    reply: bool = False
    links: tuple[str, ...] = ()


Test = Callable[[Facts], bool]


@lru_cache(maxsize=200)
def compiled(query: str) -> Test:
    """The query as a test. Raises ValueError where X would refuse it."""
    tokens = _TOKEN.findall(query)
    test, at = _any(tokens, 0)
    if at != len(tokens):
        msg = f"no viable alternative at {tokens[at]!r}"
        raise ValueError(msg)
    return test


def _any(tokens: list[str], at: int) -> tuple[Test, int]:
    tests: list[Test] = []
    while True:
        test, at = _all(tokens, at)
        tests.append(test)
        if at >= len(tokens) or tokens[at] != "OR":
            return (lambda facts: any(test(facts) for test in tests)), at
        at += 1


def _all(tokens: list[str], at: int) -> tuple[Test, int]:
    tests: list[Test] = []
    while at < len(tokens) and tokens[at] not in (")", "OR"):
        test, at = _one(tokens, at)
        tests.append(test)
    if not tests:
        msg = "an operand is missing"
        raise ValueError(msg)
    return (lambda facts: all(test(facts) for test in tests)), at


def _one(tokens: list[str], at: int) -> tuple[Test, int]:
    if tokens[at] == "-":
        inner, at = _one(tokens, at + 1)
        return (lambda facts: not inner(facts)), at
    if tokens[at] != "(":
        return _term(tokens[at]), at + 1
    inner, at = _any(tokens, at + 1)
    if at >= len(tokens):
        msg = "a bracket is not closed"
        raise ValueError(msg)
    return inner, at + 1


def _term(token: str) -> Test:
    operator, colon, value = token.partition(":")
    value = value.strip('"').lower()
    if colon and operator == "from":
        return lambda facts: facts.author.lower() == value
    if colon and operator == "lang":
        return lambda facts: facts.language == value
    if colon and operator == "url":
        return lambda facts: any(value in link.lower() for link in facts.links)
    if colon and operator == "is":
        return {"reply": lambda facts: facts.reply, "retweet": lambda _: False}[value]
    if token.startswith(("@", "#")):
        return lambda facts: token.lower() in _WORD.findall(facts.text.lower())
    phrase = token.strip('"').lower().split()
    return lambda facts: _stands_in(phrase, _words(facts.text))


def _words(text: str) -> list[str]:
    return [word.lstrip("#") for word in _WORD.findall(text.lower())]


def _stands_in(phrase: list[str], words: list[str]) -> bool:
    size = len(phrase)
    return any(words[at : at + size] == phrase for at in range(len(words) - size + 1))

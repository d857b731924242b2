"""An expression's text cut into tokens, each with its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from listener.match.expression.errors import fault, quoted
from listener.suggest import suggestion

TokenKind = Literal["(", ")", "AND", "OR", "NOT", "NEAR", "field", "word", "quoted", "regex", "end"]

FIELDS = ("author", "lang", "link", "site", "title", "type")
NEAR_WORDS_MAX = 100

_QUOTES = '"“”„«»'
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<minus>[-–−](?=[^\s)]))"
    rf"|(?P<quoted>[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}])"
    r"|(?P<regex>/(?:[^/\\\n]|\\[^\n])*/)"
    rf"|(?P<field>(?i:{'|'.join(FIELDS)}):)"
    rf"|(?P<word>[^\s(){_QUOTES}/][^\s(){_QUOTES}]*)"
)
_OPERATORS: dict[str, TokenKind] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_NEAR = re.compile(r"(O?NEAR)(?:/(\d{0,9}))?")
_BEGINS = {"NOT", "(", "field", "word", "quoted", "regex"}
_LIKE_A_FIELD = re.compile(r"([a-z]+):")
_SMALL = re.compile(r"and|or|not|o?near/\d+", re.IGNORECASE)
_TERMS = {"word", "quoted", "regex"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``source[at:end]``. ``text`` is a field's name or what stands in quotes."""

    kind: TokenKind
    at: int
    end: int
    text: str = ""


def tokens(source: str) -> Iterator[Token]:
    """The tokens of an expression, and one for its end.

    Raises :class:`ExpressionError` for an open quote or pattern and for an unknown field.
    """
    at = 0
    last = Token("end", 0, 0)
    while at < len(source):
        found = _TOKEN.match(source, at)
        if not found:
            raise _unclosed(source, at)
        at = found.end()
        if found.lastgroup != "space":
            token = _token(source, found)
            _refuse_touching(source, last, token)
            yield (last := token)
    yield Token("end", at, at)


def refuse_small_operators(source: str, found: Sequence[Token]) -> None:
    """Raise :class:`ExpressionError` for an operator in small letters before a term.

    After a term ``and`` and ``or`` join; ``not`` and ``near/5`` mean something wherever they are.
    Before an operator or an end all of them are words.
    """
    before = Token("end", 0, 0)
    for token, after in pairwise(found):
        joins = before.kind in {*_TERMS, ")"} or token.text.casefold() not in {"and", "or"}
        is_operator = token.kind == "word" and before.kind != "field" and joins
        if is_operator and after.kind in _BEGINS and _SMALL.fullmatch(token.text):
            told = f"{quoted(token.text)}: write {token.text.upper()}, or quote it"
            raise fault(source, token.at, "an operator in capitals", f"{told} if you mean the word")
        before = token


def near(source: str, token: Token) -> tuple[int, bool]:
    """The number of words and whether the order counts, for a NEAR token."""
    found = _NEAR.fullmatch(token.text)
    if found and found[2] and 1 <= int(found[2]) <= NEAR_WORDS_MAX:
        return int(found[2]), found[1] == "ONEAR"
    name = token.text.split("/")[0]
    raise fault(source, token.at, f"{name}/n with n from 1 to {NEAR_WORDS_MAX}, as in {name}/5")


def _token(source: str, found: re.Match[str]) -> Token:
    text, at, end = found.group(), found.start(), found.end()
    if found.lastgroup == "word":
        return _word(source, text, at)
    if found.lastgroup == "field":
        return Token("field", at, end, text[:-1].lower())
    if found.lastgroup == "quoted":
        return Token("quoted", at, end, text[1:-1])
    if found.lastgroup == "regex":
        return Token("regex", at, end)
    if found.lastgroup == "minus":
        return Token("NOT", at, end, "-")
    return Token("(" if text == "(" else ")", at, end)


def _word(source: str, text: str, at: int) -> Token:
    end = at + len(text)
    if text in _OPERATORS:
        return Token(_OPERATORS[text], at, end, text)
    if _NEAR.fullmatch(text) or text.startswith(("NEAR/", "ONEAR/")):
        return Token("NEAR", at, end, text)
    unknown = _LIKE_A_FIELD.match(text)
    if unknown:
        expected = f"a known field{suggestion(unknown[1], FIELDS)} (or quotes around the word)"
        raise fault(source, at, expected, f"the field {quoted(unknown[1] + ':')}")
    return Token("word", at, end, text)


def _unclosed(source: str, at: int) -> Exception:
    if source[at] == "/":
        return fault(source, at, "a / that closes the pattern (or quotes around a word with /)")
    return fault(source, at, "a quote that closes this one")


def _refuse_touching(source: str, last: Token, token: Token) -> None:
    is_touching = last.end == token.at and last.kind in _TERMS
    if is_touching and (token.kind in _TERMS or token.kind in {"field", "(", "NOT"}):
        raise fault(source, token.at, "a space between the two terms")

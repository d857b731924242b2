"""From a token to a term or a field, folded and checked."""

import re
import unicodedata
from collections.abc import Callable

from listener.match.expression.errors import fault, quoted
from listener.match.expression.lexer import Token
from listener.match.expression.regex import checked
from listener.match.expression.tree import Field, Term, Where
from listener.match.expression.words import WORD_CHARS_MAX, words_in
from listener.match.fold import fold
from listener.match.forms import account, hosts

WILDCARD_LITERALS_MIN = 3
PHRASE_WORDS_MAX = 50

_CHANGES_MAX = 10
_WILD = re.compile(r"[*?]")
_HOST = re.compile(r"[^\s/:@?#]+\.[^\s/:@?#.]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def term(source: str, token: Token, where: Where = "any") -> Term:
    """The term that a word, a quoted phrase or a pattern stands for."""
    if token.kind == "regex":
        pattern = checked(source, token.at + 1, token.end - 1)
        return Term("regex", pattern.text, where, token.at)
    if token.kind == "quoted":
        if "*" in token.text:
            raise fault(source, token.at, "no wildcard in quotes; join the words by ONEAR/1")
        return _phrase(source, token, where)
    if _WILD.search(token.text):
        return _wildcard(source, token, where)
    words = _words(source, token, _settled(fold, token.text))
    if len(words) > 1:
        return _phrase(source, token, where)
    return Term("word", words[0], where, token.at)


def field(source: str, name: Token, value: Token) -> Field:
    """The field with its value; ``title:`` is no such field but a place for a term."""
    folded = _settled(_plain, value.text)
    if value.kind == "regex" or not folded or _WILD.search(folded):
        raise fault(source, value.at, f"a plain word after {name.text}:")
    if name.text == "author":
        return Field("author", _author(source, value, folded), name.at)
    if name.text == "lang":
        return Field("lang", _language(source, value, folded), name.at)
    if name.text == "type":
        return Field("type", _type(source, value, folded), name.at)
    if name.text == "link":
        return Field("link", _host(source, value, folded), name.at)
    return Field("site", folded, name.at)


def _author(source: str, value: Token, folded: str) -> str:
    name = _settled(account, folded)
    if not name:
        raise fault(source, value.at, "an account such as author:@finnair")
    return name


def _language(source: str, value: Token, folded: str) -> str:
    if not _LANGUAGE.fullmatch(folded):
        raise fault(source, value.at, "a language code of two or three letters, such as fi")
    return folded


def _type(source: str, value: Token, folded: str) -> str:
    if folded not in {"post", "reply"}:
        raise fault(source, value.at, "post or reply")
    return folded


def _host(source: str, value: Token, folded: str) -> str:
    host = _settled(_host_name, folded) if _HOST.fullmatch(folded) else ""
    if not _HOST.fullmatch(host):
        raise fault(source, value.at, "the host of a link, such as link:finnair.com")
    return host


def _host_name(text: str) -> str:
    return next(iter(hosts(text)), "")


def _plain(text: str) -> str:
    return fold(text).strip()


def _settled(change: Callable[[str], str], text: str) -> str:
    """The text changed until it stays the same, so that what is written parses to the same."""
    for _ in range(_CHANGES_MAX):
        text, before = change(text), text
        if text == before:
            break
    return text


def _phrase(source: str, token: Token, where: Where) -> Term:
    words = _words(source, token, _settled(fold, token.text))
    if len(words) > PHRASE_WORDS_MAX:
        expected = f"at most {PHRASE_WORDS_MAX} words in a phrase"
        raise fault(source, token.at, expected, f"{len(words)} words")
    return Term("phrase", " ".join(words), where, token.at)


def _words(source: str, token: Token, text: str) -> list[str]:
    words = words_in(text)
    if not words:
        raise fault(source, token.at, "a word with a letter or a digit", quoted(token.text))
    if max(map(len, words)) > WORD_CHARS_MAX:
        raise fault(source, token.at, f"words of at most {WORD_CHARS_MAX} characters")
    return words


def _wildcard(source: str, token: Token, where: Where) -> Term:
    text = re.sub(r"\*+", "*", _settled(fold, token.text))
    literal = _WILD.sub("", text)
    if sum(map(_is_literal, literal)) < WILDCARD_LITERALS_MIN:
        expected = f"at least {WILDCARD_LITERALS_MIN} letters or digits beside the wildcard"
        raise fault(source, token.at, expected)
    words = words_in(_WILD.sub("a", text))
    if len(words) != 1 or len(words[0]) != len(text):
        expected = "one word without punctuation around the wildcard"
        raise fault(source, token.at, expected)
    if len(text) > WORD_CHARS_MAX:
        raise fault(source, token.at, f"words of at most {WORD_CHARS_MAX} characters")
    if _is_open(text):
        expected = f"{WILDCARD_LITERALS_MIN} letters in a row where a wildcard stands at both ends"
        raise fault(source, token.at, expected)
    return Term("wildcard", text, where, token.at)


def _is_literal(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _is_open(text: str) -> bool:
    """Whether nothing in the pattern is fixed enough to look it up by."""
    longest = max(map(len, _WILD.split(text)))
    return text[0] in "*?" and text[-1] in "*?" and longest < WILDCARD_LITERALS_MIN

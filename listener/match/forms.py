"""What to look for: a brand's base forms as patterns over folded text.

A form is found in two steps. Its *key*, the first word in it (or the first character, in a
script without spaces), is met in one pass over a text whatever the number of forms. Only there
the whole form and its edges are tried. So a screen of many brands costs one look-up per word.

:func:`written` is where a base form becomes the ways it may be written.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from listener.match.fold import MARKS, SPACED, SPACELESS, fold
from listener.model import Brand

_FIELD_BY_KIND = {
    "name": "names",
    "handle": "handles",
    "hashtag": "hashtags",
    "domain": "domains",
    "product": "products",
    "person": "people",
    "require": "require",
    "forbid": "forbid",
}
_SPELT_EXACTLY = {"handle", "hashtag", "domain"}

_KEY = re.compile(f"{SPACED}+|[{SPACELESS}]")
_JOINT = re.compile(rf"(?<=[\w{MARKS}])(\s*-\s*|\s+)(?=\w)|(\s+)")
_ANY_JOINT = r"(?:\s{1,100}|-)"

_ANYWHERE = re.compile("")
_WORD_START = re.compile(f"(?<!{SPACED})(?<!(?![{SPACELESS}])[{MARKS}])")
_WORD_END = re.compile(f"(?!{SPACED})(?![{MARKS}])")
_CHARACTER_END = re.compile(f"(?![{MARKS}])")
_HASHTAG_START = re.compile(f"(?<!{SPACED})(?<![/&])")
_HASHTAG_END = re.compile(rf"(?!\w)(?![{MARKS}])")
# Another name goes on before or after: not-finnair.com, finnair.com.evil.org, and the user name
# in https://finnair.com@evil.org. A hyphen alone may be grammar, as in "finnair.com-sivusto".
_DOMAIN_START = re.compile("(?<!-)")
_DOMAIN_END = re.compile(rf"(?!{SPACED})(?!(?:-(?:{SPACED}|-){{0,63}})?\.\w)(?!@)")


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which one thing of a brand may stand in a folded text."""

    kind: str
    key: str
    lead_chars: int
    start: re.Pattern[str]
    body: re.Pattern[str]
    end: re.Pattern[str]

    def span(self, text: str, key_start: int) -> tuple[int, int] | None:
        """Where the form stands whose key was met at ``key_start``, or None."""
        start = key_start - self.lead_chars
        found = self.body.match(text, start) if start >= 0 else None
        if not found or not self.start.match(text, start) or not self.end.match(text, found.end()):
            return None
        return found.span()


def forms_of(brand: Brand) -> Iterator[Form]:
    """Every form of the brand, and of the words it requires and forbids."""
    for kind, field in _FIELD_BY_KIND.items():
        ways = (way for base in getattr(brand, field) for way in written(kind, base))
        for way in dict.fromkeys(ways):
            yield _form(kind, way)


def written(kind: str, base: str) -> tuple[str, ...]:
    """The ways, folded, in which a base form of this kind may be written in a text."""
    plain = fold(base).strip()
    if kind == "handle":
        name = plain.lstrip("@/")
        return _present(name if "/" in name else f"@{name}" if name else "")
    if kind == "hashtag":
        name = plain.lstrip("#")
        return _present(f"#{name}" if name else "")
    if kind == "domain":
        return hosts(base)
    return _present(plain)


def hosts(domain: str) -> tuple[str, ...]:
    """The names of a domain, however it was given: in its own script and as DNS has it."""
    address = fold(domain).strip().rpartition("://")[2]
    name = address.split("/")[0].removeprefix("www.").rstrip(".")
    return tuple(dict.fromkeys(_present(name) + _punycode(name)))


def account(handle: str) -> str:
    """The account that a handle names, the same for ``@Finnair``, ``u/finnair`` and ``finnair``."""
    return fold(handle).strip().lstrip("@/").removeprefix("u/")


def scanner(keys: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds, among others, each of the keys wherever it stands in a text."""
    single = sorted(key for key in keys if not re.fullmatch(f"{SPACED}+", key))
    characters = "".join(map(re.escape, single))
    return re.compile(f"{SPACED}+|[{characters}]" if characters else f"{SPACED}+")


def _present(form: str) -> tuple[str, ...]:
    return (form,) if form else ()


def _punycode(name: str) -> tuple[str, ...]:
    try:
        return _present("" if name.isascii() else name.encode("idna").decode())
    except UnicodeError:
        return ()


def _form(kind: str, way: str) -> Form:
    key = _KEY.search(way)
    start, end = _edges(kind, way)
    return Form(
        kind=kind,
        key=key.group() if key else way[0],
        lead_chars=key.start() if key else 0,
        start=start,
        body=re.compile(re.escape(way) if kind in _SPELT_EXACTLY else _with_joints(way)),
        end=end,
    )


def _edges(kind: str, way: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    if kind == "hashtag":
        return _HASHTAG_START, _HASHTAG_END
    if kind == "domain":
        return _DOMAIN_START, _DOMAIN_END
    starts_word = kind == "handle" or _is_of_a_word(way[0])
    return (
        _WORD_START if starts_word else _ANYWHERE,
        _WORD_END if _is_of_a_word(way[-1]) else _CHARACTER_END,
    )


def _is_of_a_word(character: str) -> bool:
    return not re.match(rf"[{SPACELESS}]|(?![{MARKS}])\W", character)


def _with_joints(way: str) -> str:
    """The form as a pattern in which white space may be any, or a hyphen, and a hyphen a space."""
    pattern, at = "", 0
    for joint in _JOINT.finditer(way):
        pattern += re.escape(way[at : joint.start()]) + _joint(joint.group())
        at = joint.end()
    return pattern + re.escape(way[at:])


def _joint(text: str) -> str:
    return r"\s{0,100}-\s{0,100}" if "-" in text and text != "-" else _ANY_JOINT

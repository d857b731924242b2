"""Which language a mention is written in, by py3langid: a small model that ships with its package.

The model knows about a hundred languages and needs no download. On a few words it can only guess,
so below a clear probability the language that the site states decides, and where the site states
none the answer is ``und``, undetermined. A wrong language would silence the judges after this one.
"""

import functools
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Annotated, Protocol

from listener.model import Mention, Tag
from listener.ports import Reject

UNDETERMINED = "und"
TEXT_CHARS_MAX = 2_000
"""Only the beginning of a longer text is read: it does not change its language often."""

CLEAR_FROM = 0.5
"""From this probability on the model is believed; below it the text is too short to tell."""

STATED_SCORE = 0.6
"""The score of a language that only the site states: sites guess as well."""

_NO_LETTERS_SCORE = 0.2
_NOT_TEXT = re.compile(r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,64}\.\w+|@\w+|#")
_CODE = re.compile(r"[a-z]{2}")
_STATED = re.compile(r"([a-z]{2})(?:[-_].*)?")
_LOADING = threading.Lock()


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


@dataclass
class LanguageClassifier:
    """Tells the language of mentions."""

    languages: Annotated[
        list[str],
        "Two-letter codes of the only languages to choose from; empty for all that are known.",
    ] = field(default_factory=list)

    def __post_init__(self) -> None:
        for code in self.languages:
            if not _CODE.fullmatch(code):
                raise ValueError(f"languages has {code!r}; give two-letter codes such as fi or en")

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One ``language`` tag per mention; Reject where ``languages`` names an unknown one."""
        identifier = _identifier(frozenset(self.languages))
        return [_tag(mention, identifier, _by()) for mention in mentions]


@functools.cache
def _by() -> str:
    return f"py3langid/{version('py3langid')}"


def _tag(mention: Mention, identifier: _Identifier, by: str) -> Tag:
    text = _words_only(mention)
    if not any(char.isalpha() for char in text):
        return Tag("language", UNDETERMINED, _NO_LETTERS_SCORE, ("no letters to tell from",), by)
    label, score = identifier.classify(text)
    if score >= CLEAR_FROM:
        return Tag("language", label, round(float(score), 3), (), by)
    return _from_site(mention, round(float(score), 3), by)


def _from_site(mention: Mention, score: float, by: str) -> Tag:
    """For a text too short to tell."""
    stated = _STATED.fullmatch(mention.post.language.casefold())
    if not stated:
        return Tag("language", UNDETERMINED, score, ("too short to tell",), by)
    reason = f"too short to tell; the site says '{stated.group(1)}'"
    return Tag("language", stated.group(1), STATED_SCORE, (reason,), by)


def _words_only(mention: Mention) -> str:
    """Title and text without links, addresses and handles; a hashtag keeps its word."""
    both = f"{mention.post.title[:TEXT_CHARS_MAX]}\n{mention.post.text[:TEXT_CHARS_MAX]}"
    return _NOT_TEXT.sub(" ", both[:TEXT_CHARS_MAX]).strip()


def _identifier(languages: frozenset[str]) -> _Identifier:
    """The loaded model; the first caller loads it, the others wait."""
    with _LOADING:
        return _loaded(languages)


@functools.cache
def _loaded(languages: frozenset[str]) -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = {code for code in identifier.labels if _CODE.fullmatch(code)}
    unknown = sorted(languages - known)
    if unknown:
        raise Reject(f"languages has {', '.join(unknown)}, which py3langid does not know")
    identifier.set_languages(sorted(languages or known))
    loaded: _Identifier = identifier
    return loaded

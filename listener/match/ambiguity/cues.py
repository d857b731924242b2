"""What speaks for and against the company in one post: a dozen and some transparent cues.

Each is one sign that a reader would point at, with what he would say. What a sign is worth is
set in :mod:`listener.match.ambiguity.prior` and corrected by the user's marks.
"""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import islice
from math import log
from typing import NamedTuple

from listener.match.ambiguity.context import WORDS_IN_TERM_MAX, Context, Profile
from listener.match.ambiguity.prior import WEIGHTS
from listener.match.ambiguity.tokens import Token
from listener.match.ambiguity.words import (
    ARTICLES,
    NOUNS_AFTER,
    PLACE_WORDS,
    VERB_AFTER,
    VERB_ALONE_AFTER,
    VERB_BEFORE,
    fields_of,
)
from listener.match.fold import fold

_DIRECT = frozenset({"handle", "reply"})
_NEAR_WORDS = 12
"""How many words from the name a word still counts as near."""

_SIGNS_MAX = 3
_SMALL_WRITERS_SHARE = 0.05  # below this share of capitals the writer doesn't use them
_CAPITALS_SHARE = 0.6


class Cue(NamedTuple):
    """One sign: its name in the prior, how strongly it shows, and how a reader would say it."""

    name: str
    value: float
    told: str


def cues_of(
    profile: Profile, context: Context, tokens: Sequence[Token], language: str
) -> Iterator[Cue]:
    """Every sign that this post gives, in a fixed order.

    Who writes to the brand's own account means the brand, whatever else the words could mean:
    there the name's use and neighbours are not asked.
    """
    seen: list[Cue] = []
    for cue in _signs(profile, context, tokens, language):
        seen.append(cue)
        yield cue
    yield from _bare(profile, tokens, {cue.name for cue in seen})


def _signs(
    profile: Profile, context: Context, tokens: Sequence[Token], language: str
) -> Iterator[Cue]:
    yield from _addressed(context)
    yield from _history(context)
    yield from _language(profile, language)
    yield from _own(profile, tokens)
    if _DIRECT.isdisjoint(context.kinds):
        yield from _near(profile, tokens)
        yield from _written(profile, tokens, language)
        yield from _used(profile, tokens, language)


def _addressed(context: Context) -> Iterator[Cue]:
    if "handle" in context.kinds:
        yield Cue("handle", 1.0, "it addresses the brand's account")
    if "reply" in context.kinds:
        yield Cue("reply", 1.0, "it answers the brand's account")
    if "domain" in context.kinds:
        yield Cue("link", 1.0, "it links to the brand's site")
    if "hashtag" in context.kinds:
        yield Cue("hashtag", 1.0, "the brand's hashtag")
    for kind in ("product", "person"):
        if kind in context.kinds:
            yield Cue("own", 1.0, f"a {kind} of the brand")
    if not context.spans:
        yield Cue("unnamed", 1.0, "the text doesn't name it")


def _history(context: Context) -> Iterator[Cue]:
    if context.thread_about is not None:
        name = "thread about" if context.thread_about else "thread not"
        told = "" if context.thread_about else "not "
        yield Cue(name, 1.0, f"it answers a post that was {told}about the company")
    about, other = max(0, context.author_about), max(0, context.author_not)
    if about or other:
        odds = max(-2.0, min(2.0, log((about + 0.5) / (other + 0.5))))
        yield Cue("author", odds, f"the author's earlier posts: {about} about it, {other} not")


def _language(profile: Profile, language: str) -> Iterator[Cue]:
    if language and profile.languages and language not in profile.languages:
        yield Cue("language", 1.0, f"written in another language: {language}")


def _own(profile: Profile, tokens: Sequence[Token]) -> Iterator[Cue]:
    """The terms of the profile in the text, each once, each less than the one before it."""
    words = ["" if token.is_name else token.folded.lstrip("#@$") for token in tokens]
    found = (
        term
        for at, word in enumerate(words)
        if word in profile.firsts
        for term in _terms_from(words, at)
        if term in profile.terms
    )
    for rank, term in enumerate(islice(dict.fromkeys(found), _SIGNS_MAX)):
        what, written = profile.terms[term]
        name = what if what == "another brand" else "own"
        yield Cue(name, 1.0 / (1 + rank), f"{what} near: {written}")


def _terms_from(words: Sequence[str], at: int) -> Iterator[str]:
    """The stretches of words that begin here, longest first."""
    for count in range(min(WORDS_IN_TERM_MAX, len(words) - at), 0, -1):
        yield " ".join(words[at : at + count])


def _near(profile: Profile, tokens: Sequence[Token]) -> Iterator[Cue]:
    """Words of business and of other senses, each less than the one before it in its field."""
    if not any(token.is_name for token in tokens):
        return
    near = sorted((t for t in tokens if 0 < t.distance <= _NEAR_WORDS), key=lambda t: t.distance)
    seen: Counter[str] = Counter()
    for word in dict.fromkeys(token.folded.lstrip("#@$") for token in near):
        for field in () if word in profile.terms else fields_of(word):
            if seen[field] < _SIGNS_MAX:
                seen[field] += 1
                yield Cue(field, 1.0 / seen[field], f"a word of {field} near: {word}")
    cash = [t.written for t in near if t.written[0] == "$" and t.written[1:].isupper()]
    if cash:
        yield Cue("cashtag", 1.0, f"a stock ticker near: {cash[0]}")


def _written(profile: Profile, tokens: Sequence[Token], language: str) -> Iterator[Cue]:
    """How the name is written, where the writer's other words show that it means something."""
    names = [token for token in tokens if token.is_name and token.written[0] not in "@#$"]
    if not names or not _cased(tokens):
        return
    inside = [token for token in names if not token.opens]
    small = any(token.written[0].islower() for token in names)
    if small and _capital(profile) and _writes_capitals(tokens):
        yield Cue("small", 1.0, "written small in a text with capitals")
    elif language != "de" and any(_tells(token.written) for token in inside):
        yield Cue("as written", 1.0, "written with a capital")


def _bare(profile: Profile, tokens: Sequence[Token], seen: Set[str]) -> Iterator[Cue]:
    """The name as any word is written, and nothing beside it that speaks for a company."""
    names = [token for token in tokens if token.is_name]
    if not names or not _capital(profile) or "small" in seen or any(map(_speaks_for, seen)):
        return
    if all(token.written[0].islower() or token.opens for token in names):
        yield Cue("bare", 1.0, "it may be just the word: nothing of a company near")


def _speaks_for(name: str) -> bool:
    return WEIGHTS.get(name, 0.0) > 0


def _capital(profile: Profile) -> bool:
    """Whether the owner writes every name with a capital first."""
    return all(name[:1].isupper() for name in profile.names)


def _cased(tokens: Sequence[Token]) -> bool:
    """Whether capitals tell anything here: not in shouting, headlines, or all small letters."""
    words = [t for t in tokens if not t.is_name and t.written[0].isalpha()]
    if not words:
        return False
    capitals = sum(t.written[0].isupper() for t in words)
    return _SMALL_WRITERS_SHARE * len(words) < capitals <= _CAPITALS_SHARE * len(words)


def _writes_capitals(tokens: Sequence[Token]) -> bool:
    """More than the one capital that opens a text, which the telephone sets by itself."""
    capitals = [t for t in tokens if not t.is_name and t.written[0].isupper()]
    return len(capitals) > 1 or any(not token.opens for token in capitals)


def _tells(written: str) -> bool:
    """Whether a capital says that a name is meant: DNA and BMW have theirs in any sense."""
    return written[0].isupper() and not (written.isupper() and len(written) > 1)


def _used(profile: Profile, tokens: Sequence[Token], language: str) -> Iterator[Cue]:
    """How the name is used between its neighbours; each sign once a post."""
    seen: set[str] = set()
    plurals = _plurals(profile)
    for at, token in enumerate(tokens):
        if token.is_name and token.written[0] not in "@#$":
            before = tokens[at - 1] if at and not token.opens else None
            after = tokens[at + 1] if at + 1 < len(tokens) and not tokens[at + 1].opens else None
            found = (*_grammar(before, token, after), *_noun(before, token, after))
            verb = _verb_alone(before, token) if language in ("", "en") else ()
            for cue in (*found, *verb, *_form(token, after, plurals)):
                if cue.name not in seen:
                    seen.add(cue.name)
                    yield cue


def _grammar(before: Token | None, token: Token, after: Token | None) -> Iterator[Cue]:
    small = token.written[0].islower()
    if before and small and before.folded in ARTICLES and not _goes_on(after):
        yield Cue("article", 1.0, f"counted as a thing: {before.folded} {token.folded}")
    if before and not small and before.folded in PLACE_WORDS:
        yield Cue("place word", 1.0, f"as one writes of a shop: {before.folded} {token.written}")
    if small and _verb(before, after):
        yield Cue("verb", 1.0, f"used as a verb: {_around(before, token, after)}")
    if after and not small and _is_surname(after):
        yield Cue("surname", 1.0, f"the name of a person: {token.written} {after.written}")


def _noun(before: Token | None, token: Token, after: Token | None) -> Iterator[Cue]:
    """The delta of the river, a DNA test: a thing, with what belongs to it."""
    if not after:
        return
    of = before and before.folded == "the" and after.folded == "of" and token.written[0].islower()
    if of or (token.written.isupper() and after.folded in NOUNS_AFTER):
        yield Cue("thing", 1.0, f"a thing: {token.written} {after.folded}")


def _verb_alone(before: Token | None, token: Token) -> Iterator[Cue]:
    """What "let's" and "to" ask for, though a company may follow a "to" as well."""
    if before and before.folded in VERB_ALONE_AFTER and token.written[0].islower():
        share = VERB_ALONE_AFTER[before.folded]
        yield Cue("verb", share, f"used as a verb: {before.folded} {token.folded}")


def _goes_on(after: Token | None) -> bool:
    """An "apple store" is a store, whatever its article."""
    return after is not None and (after.written[0].isupper() or _of_business(after))


def _of_business(token: Token) -> bool:
    return "business" in fields_of(token.folded)


def _verb(before: Token | None, after: Token | None) -> bool:
    return bool(
        after
        and after.folded in VERB_AFTER
        and before
        and (before.folded in VERB_BEFORE or before.folded == "to")
    )


def _around(before: Token | None, token: Token, after: Token | None) -> str:
    return " ".join(one.folded for one in (before, token, after) if one)


def _is_surname(after: Token) -> bool:
    """Finnish, Swedish and Polish surnames have their endings; others can't be told."""
    endings = ("nen", "ski", "ska", "skiej", "sson", "ström", "strom", "berg", "mäki", "wicz")
    written = after.written
    return written[0].isupper() and len(written) > 5 and after.folded.endswith(endings)


def _form(token: Token, after: Token | None, plurals: frozenset[str]) -> Iterator[Cue]:
    if token.folded in plurals:
        yield Cue("plural", 1.0, f"in the plural: {token.written}")
    elif token.folded.endswith("'s"):
        yield Cue("possessive", 1.0, f"owns something: {token.written}")
    elif token.joint and after and (token.joint == ":" or _of_business(after)):
        yield Cue("joined", 1.0, f"joined to: {token.written}{token.joint}{after.written}")


def _plurals(profile: Profile) -> frozenset[str]:
    """The English plurals of the names, which things have and companies don't."""
    return frozenset(fold(name) + ending for name in profile.names for ending in ("s", "es"))

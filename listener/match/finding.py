"""Where the brands' terms stand in a post: the evidence, before anything is decided."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize
from urllib.parse import urlsplit

from listener.match.common import LISTED, is_common
from listener.match.disguise import unmasked
from listener.match.edges import WORD
from listener.match.finders import Finders
from listener.match.fold import Folded, fold, folded
from listener.match.forms import Term, account, hosts, terms_of
from listener.match.inflect import BARE, LANGUAGES
from listener.match.names import Span
from listener.match.tongue import tongue
from listener.model import Brand, Evidence, Post

EVIDENCE_MAX = 20
EVIDENCE_CHARS_MAX = 500

THREAD = "thread"
PLACE = "place"
"""What stands in a brand's own place is addressed to it, whatever it says."""
"""The kind of evidence that a post in a thread about the brand has: none of its own."""

UNPROMPTED = ("en", "fi", "pl", "sv", "ru")
"""The languages whose forms count though nothing tells the text's: the others overlap too much."""

BARE_CHARS_MIN = 5

_ENDS_SENTENCE = ".!?:\n"
_EMPHASIS = re.compile(r"(?<!\w)_(?=\S)[^\n]{1,200}?(?<=\S)_(?!\w)")
_OPENING = " \t\"'“”„»«([-–—*"
_MASKED = "look-alike characters"
_NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of a folded text in which a term of a brand stands."""

    brand: int
    start: int
    end: int
    order: int
    term: Term
    how: str
    guessed: bool
    codes: tuple[str, ...] = ()


class Terms:
    """The terms of all brands, compiled once; then looked for in every post."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._terms: list[tuple[int, Term]] = []
        self._hosts: dict[str, set[int]] = defaultdict(set)
        self._accounts: dict[str, set[int]] = defaultdict(set)
        for index, brand in enumerate(brands):
            self._take_up(index, brand)
        self._finders = Finders([term.finder for _, term in self._terms])

    @property
    def keys(self) -> list[str]:
        """What one of which stands in every post with evidence in its texts."""
        return self._finders.keys

    def own(self, handle: str) -> set[int] | frozenset[int]:
        """The brands of which this is an account."""
        return self._accounts.get(account(handle), _NOBODY)

    def evidence(self, post: Post) -> dict[int, list[Evidence]]:
        """The evidence for each brand, by its place among the brands."""
        found: dict[int, list[Evidence]] = defaultdict(list)
        for field, text in (("title", post.title), ("text", post.text)):
            for index, evidence in self._written(field, text, post.site) if text else ():
                found[index].append(evidence)
        for index, evidence in (*self._linked(post), *self._replied(post)):
            found[index].append(evidence)
        return found

    def _take_up(self, index: int, brand: Brand) -> None:
        self._terms.extend((index, term) for term in terms_of(brand))
        for handle in filter(None, map(account, brand.handles + brand.own_accounts)):
            self._accounts[handle].add(index)
        for domain in brand.domains:
            for host in hosts(domain):
                self._hosts[host].add(index)

    def _written(self, field: str, text: str, site: str) -> Iterator[tuple[int, Evidence]]:
        whole = _without_emphasis(folded(text)) if "_" in text else folded(text)
        places = [place for place in self._places(whole) if _holds(place.term, whole, place, site)]
        if any(place.codes or place.how == BARE for place in places):
            places = list(_plausible(places, whole))
        for place in _longest(_without_guesses_at_others(places)):
            start, end = _bounded(*whole.span(place.start, place.end))
            found = text[start:end]
            yield (
                place.brand,
                Evidence(place.term.kind, found, start, end, field, place.term.base, _told(place)),
            )

    def _places(self, whole: Folded) -> Iterator[_Place]:
        for number, span, guessed in self._finders.spans(whole.text):
            yield self._place(number, span, span.how, guessed=guessed)
        bare = unmasked(whole.text)
        for number, span, _ in self._finders.spans(bare) if bare else ():
            if bare[span.start : span.end] != whole.text[span.start : span.end]:
                yield self._place(number, span, _MASKED, guessed=True)

    def _place(self, number: int, span: Span, how: str, *, guessed: bool) -> _Place:
        brand, term = self._terms[number]
        return _Place(brand, span.start, span.end, number, term, how, guessed, span.codes)

    def _linked(self, post: Post) -> Iterator[tuple[int, Evidence]]:
        for link in post.links if self._hosts else ():
            for index in sorted(self._brands_at(_host(link))):
                yield index, Evidence("domain", link[:EVIDENCE_CHARS_MAX], 0, 0, "link")

    def _brands_at(self, host: str) -> set[int]:
        labels = host.split(".")[-10:]
        tails = (".".join(labels[at:]) for at in range(len(labels)))
        return set().union(*(self._hosts.get(tail, _NOBODY) for tail in tails))

    def _replied(self, post: Post) -> Iterator[tuple[int, Evidence]]:
        for index in sorted(self.own(post.in_reply_to)) if post.in_reply_to else ():
            yield index, Evidence("reply", post.in_reply_to, 0, 0, "in_reply_to")


def _without_emphasis(whole: Folded) -> Folded:
    """With ``_Nokia_`` as it is shown: the signs of Markdown are no letters of the name."""
    bare = _EMPHASIS.sub(lambda found: f" {found.group()[1:-1]} ", whole.text)
    return replace(whole, text=_EMPHASIS.sub(lambda found: f" {found.group()[1:-1]} ", bare))


def _holds(term: Term, whole: Folded, place: _Place, site: str) -> bool:
    """Whether a handle is of this site, and a short name written in its own case."""
    if term.site and term.site != site:
        return False
    if not term.cased:
        return True
    start, end = whole.span(place.start, place.end)
    return normalize("NFKC", whole.original[start:end]) == normalize("NFKC", term.cased)


def _plausible(places: Iterable[_Place], whole: Folded) -> Iterator[_Place]:
    """Without forms of another language than the text's, and without everybody's words.

    *Ikeen* is a form of Ikea in German and another word in a Finnish text; *wedle* is one of
    Wedel and a Polish preposition; *szal* is a scarf and not the rage, *szał*, typed in haste.
    """
    language = tongue(WORD.findall(whole.text))
    for place in places:
        spoken = (language,) if language else UNPROMPTED
        if place.codes and place.term.any_language and not set(spoken) & set(place.codes):
            continue
        everyday = place.codes or place.how == BARE
        if everyday and _is_everyday(place, whole, spoken if language else LISTED):
            continue
        if place.how == BARE and _is_too_short(place, whole):
            continue
        codes = (language,) if language in place.codes else place.codes
        yield replace(place, codes=codes)


def _is_too_short(place: _Place, whole: Folded) -> bool:
    """Whether a word without its diacritics says too little, unless it is written as a name."""
    start, _ = whole.span(place.start, place.end)
    short = place.end - place.start < BARE_CHARS_MIN
    return short and not whole.original[start].isupper()


def _is_everyday(place: _Place, whole: Folded, codes: tuple[str, ...]) -> bool:
    """Whether a form is a frequent word, which its base is not, and not written as a name is."""
    codes = codes if place.term.any_language else place.codes or codes
    word = whole.text[place.start : place.end]
    if not is_common(word, codes) or is_common(fold(place.term.base), place.codes or codes):
        return False
    start, _ = whole.span(place.start, place.end)
    before = whole.original[:start].rstrip(_OPENING)
    begins = not before or before[-1] in _ENDS_SENTENCE
    return begins or not whole.original[start].isupper()


def _told(place: _Place) -> str:
    return f"{LANGUAGES[place.codes[0]]} form" if place.codes else place.how


def _without_guesses_at_others(places: Iterable[_Place]) -> list[_Place]:
    """What is written as one brand's name is no slip of another's."""
    places = list(places)
    sure = {at for one in places if not one.guessed for at in (one.start, one.end)}
    return [one for one in places if not one.guessed or sure.isdisjoint((one.start, one.end))]


def _longest(places: Iterable[_Place]) -> Iterator[_Place]:
    """Where a brand's evidence overlaps, the longest; in the order of the text, per brand."""
    kept: _Place | None = None
    ordered = sorted(
        places,
        key=lambda one: (one.brand, one.start, -one.end, one.guessed, bool(one.how), one.order),
    )
    for place in ordered:
        if kept is None or kept.brand != place.brand or kept.end <= place.start:
            if kept is not None:
                yield kept
            kept = place
        elif place.end - place.start > kept.end - kept.start:
            kept = place
    if kept is not None:
        yield kept


def _bounded(start: int, end: int) -> tuple[int, int]:
    return start, min(end, start + EVIDENCE_CHARS_MAX)


def _host(link: str) -> str:
    try:
        return fold(urlsplit(link if "//" in link else f"//{link}").hostname or "").rstrip(".")
    except ValueError:
        return ""

"""Which brands a post mentions, and why. Pure: brands and a post in, mentions out.

One automaton meets the keys of all brands (:mod:`listener.match.screen`); where a key stands
the term it belongs to is tried (:mod:`listener.match.finding`). What was found is held against
what the brand's table demands (:mod:`listener.match.demands`) and, for a brand whose name is
also something else, judged (:mod:`listener.match.doubts`). So the time it takes grows with the
length of the post and hardly with the number of brands.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from listener.match.around import NOWHERE, Around, Marked
from listener.match.demands import Demands, Reading
from listener.match.doubts import Doubts
from listener.match.finding import EVIDENCE_CHARS_MAX, EVIDENCE_MAX, PLACE, THREAD, Terms
from listener.match.others import others
from listener.match.screen import Screen
from listener.model import Brand, Evidence, Mention, Post, Verdict

__all__ = ["EVIDENCE_CHARS_MAX", "EVIDENCE_MAX", "PLACE", "THREAD", "Matcher"]

_DIRECT = {"handle", "reply", PLACE}


class Matcher:
    """The brands, compiled once; then asked about every post.

    ``marked`` is what people said of earlier posts, the newest first; it moves the verdicts on
    ambiguous brands.
    """

    def __init__(self, brands: Sequence[Brand], marked: Sequence[Marked] = ()) -> None:
        self._brands = tuple(brands)
        self._places = {brand.id: index for index, brand in enumerate(self._brands)}
        self._terms = Terms(self._brands)
        self._demands = Demands(self._brands)
        self._doubts = Doubts(self._brands, self._terms, marked)

    def match(
        self, post: Post, brands: Collection[str] | None = None, around: Around = NOWHERE
    ) -> tuple[Mention, ...]:
        """A mention for each brand that the post is about, in the order of the brands.

        ``brands`` restricts the answer to these ids. A post by one of the brand's own accounts
        is no mention of it. The mentions name no source: who polled it knows.
        """
        reading = self._demands.read(post)
        found = self._found(reading, around)
        own = self._terms.own(post.author.handle) if found else ()
        wanted = (index for index in sorted(found) if index not in own)
        if brands is not None:
            wanted = (index for index in wanted if self._brands[index].id in brands)
        return _knowing_each_other(tuple(self._mentions(reading, wanted, found, around)))

    def own(self, handle: str) -> frozenset[str]:
        """The ids of the brands whose own account this handle is."""
        return frozenset(self._brands[index].id for index in self._terms.own(handle))

    def screen(self) -> Screen:
        """A screen for texts, titles and texts together, or lines of JSON of many posts.

        What it holds back has no mention by its words, its handles or its domains.
        """
        return Screen([*self._terms.keys, *self._demands.keys])

    def _found(self, reading: Reading, around: Around) -> dict[int, list[Evidence]]:
        post = reading.post
        found = self._terms.evidence(post)
        for index, evidence in self._demands.expressed(reading):
            found[index].append(evidence)
        for brand in around.thread or ():
            place = self._places.get(brand)
            if place is not None and place not in found:
                found[place].append(Evidence(THREAD, post.in_reply_to, 0, 0, "in_reply_to"))
        if around.place in self._places:
            found[self._places[around.place]].append(Evidence(PLACE, "", 0, 0))
        return found

    def _mentions(
        self,
        reading: Reading,
        wanted: Iterator[int],
        found: dict[int, list[Evidence]],
        around: Around,
    ) -> Iterator[Mention]:
        post = reading.post
        for index in wanted:
            brand = self._brands[index]
            if brand.id == around.place:
                yield _mention(post, brand, found[index], Verdict())
                continue
            if self._demands.unmet(index, reading, found[index]):
                continue
            verdict = self._doubts.verdict(index, post, found[index], around)
            if verdict is not None:
                yield _mention(post, brand, found[index], verdict)


def _knowing_each_other(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """One post's mentions, each with where the others are named."""
    if len(mentions) < 2:
        return mentions
    named = {one.brand: one.evidence for one in mentions}
    return tuple(replace(one, others=others(named, one.brand)) for one in mentions)


def _mention(post: Post, brand: Brand, evidence: list[Evidence], verdict: Verdict) -> Mention:
    direct = any(one.kind in _DIRECT for one in evidence)
    if len(evidence) > EVIDENCE_MAX:  # what makes it direct must not be cut off
        evidence = sorted(evidence, key=lambda one: one.kind not in _DIRECT)[:EVIDENCE_MAX]
    return Mention(
        post,
        brand.id,
        "direct" if direct else "indirect",
        tuple(evidence),
        verdict=verdict,
    )

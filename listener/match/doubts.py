"""The verdicts on ambiguous brands: a name was found, but whose is it.

Each ambiguous brand has a judge of its own, fitted when it is first asked from the brand's
examples and from what people marked. The answer is a mention, a mention in doubt, or none.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from listener.match.ambiguity import Context, Judge, Mark, Profile, fit
from listener.match.around import NOWHERE, Around, Marked
from listener.match.finding import Terms
from listener.model import Brand, Evidence, Post, Verdict

OTHERS_MAX = 200
"""So many other brands are known to a judge, as company the name keeps."""

_PLACED = "text"
_REASON = "{what} ({share:+.1f})"


class Doubts:
    """The judges of the ambiguous brands."""

    def __init__(self, brands: Sequence[Brand], terms: Terms, marked: Sequence[Marked]) -> None:
        self._brands = tuple(brands)
        self._terms = terms
        self._marked = tuple(marked)
        self._judge = cache(self._fitted)

    def verdict(
        self, index: int, post: Post, evidence: Sequence[Evidence], around: Around = NOWHERE
    ) -> Verdict | None:
        """What the post is to the brand; None where it is about something else."""
        brand = self._brands[index]
        if not brand.ambiguous:
            return Verdict()
        judged = self._judge(index).judge(_context(brand, post, evidence, around))
        if judged.verdict == "no":
            return None
        reasons = tuple(_REASON.format(what=what, share=share) for what, share in judged.shares)
        return Verdict(judged.verdict, judged.score, reasons)

    def _fitted(self, index: int) -> Judge:
        brand = self._brands[index]
        others = [one for one in self._brands if one is not brand][:OTHERS_MAX]
        return fit(Profile.of(brand, others), list(self._marks(index)))

    def _marks(self, index: int) -> Iterator[Mark]:
        """The brand's examples, then what was marked, the oldest first."""
        brand = self._brands[index]
        examples = [(text, True) for text in brand.must_match]
        examples += [(text, False) for text in brand.must_not_match]
        answers = [(Post("example", "", text), about) for text, about in examples]
        answers += [
            (one.post, one.about) for one in reversed(self._marked) if one.brand == brand.id
        ]
        for post, about in answers:
            evidence = self._terms.evidence(post).get(index)
            if evidence:
                yield Mark(_context(brand, post, evidence, NOWHERE), about)


def _context(brand: Brand, post: Post, evidence: Sequence[Evidence], around: Around) -> Context:
    placed = [one for one in evidence if one.field == _PLACED]
    elsewhere = [one for one in evidence if one.field != _PLACED]
    about, other = around.marked.get(brand.id, (0, 0))
    return Context(
        text=post.text,
        title=post.title,
        spans=tuple((one.start, one.end) for one in placed),
        kinds=tuple(one.kind for one in (*placed, *elsewhere)),
        author=post.author.handle,
        site=post.site,
        language=post.language,
        thread_about=None if around.thread is None else brand.id in around.thread,
        author_about=about,
        author_not=other,
    )

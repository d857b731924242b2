"""The verdicts on ambiguous brands: a name was found, but whose is it.

Each ambiguous brand has a judge of its own, fitted when it is first asked from the brand's
examples and from what people marked. The answer is a mention, a mention in doubt, or none.
A post that says the very words of an example or of a marked one has the answer that it got.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from listener.match.ambiguity import Context, Judge, Mark, Profile, fit
from listener.match.around import NOWHERE, Around, Marked
from listener.match.finding import Terms
from listener.match.fold import fold
from listener.model import Brand, Evidence, Post, Verdict

OTHERS_MAX = 200
"""So many other brands are known to a judge, as company the name keeps."""

_PLACED = "text"
_WRITTEN = {"text", "title"}
_REASON = "{what} ({share:+.1f})"
_MARKED_ABOUT = Verdict("yes", 1.0, ("marked as about it",))


class Doubts:
    """The judges of the ambiguous brands."""

    def __init__(self, brands: Sequence[Brand], terms: Terms, marked: Sequence[Marked]) -> None:
        self._brands = tuple(brands)
        self._terms = terms
        self._marked = tuple(marked)
        self._judge = cache(self._fitted)
        self._settled = cache(self._answers)

    def verdict(
        self, index: int, post: Post, evidence: Sequence[Evidence], around: Around = NOWHERE
    ) -> Verdict | None:
        """What the post is to the brand; None where it is about something else."""
        brand = self._brands[index]
        if not brand.ambiguous:
            return Verdict()
        about = self._said(index, post, evidence)
        if about is not None:
            return _MARKED_ABOUT if about else None
        judged = self._judge(index).judge(_context(brand, post, evidence, around))
        if judged.verdict == "no":
            return None
        reasons = tuple(_REASON.format(what=what, share=share) for what, share in judged.shares)
        return Verdict(judged.verdict, judged.score, reasons)

    def _said(self, index: int, post: Post, evidence: Sequence[Evidence]) -> bool | None:
        """What somebody said of this very post, else of its words, where they name the brand."""
        settled = self._settled(index)
        named = any(one.field in _WRITTEN for one in evidence)
        said = settled.get(("post", post.id))
        return settled.get(("words", _words(post))) if said is None and settled and named else said

    def _fitted(self, index: int) -> Judge:
        brand = self._brands[index]
        others = [one for one in self._brands if one is not brand][:OTHERS_MAX]
        return fit(Profile.of(brand, others), list(self._marks(index)))

    def _marks(self, index: int) -> Iterator[Mark]:
        brand = self._brands[index]
        for post, about in self._answered(brand):
            evidence = self._terms.evidence(post).get(index)
            if evidence:
                yield Mark(_context(brand, post, evidence, NOWHERE), about)

    def _answers(self, index: int) -> dict[tuple[str, str], bool]:
        """A post's id, and its words → whether they are about the brand, as was last said."""
        said: dict[tuple[str, str], bool] = {}
        for post, about in self._answered(self._brands[index]):
            said["words", _words(post)] = about
            if post.native_id:
                said["post", post.id] = about
        return said

    def _answered(self, brand: Brand) -> Iterator[tuple[Post, bool]]:
        """The brand's examples, then what was marked, the oldest first."""
        for texts, about in ((brand.must_match, True), (brand.must_not_match, False)):
            yield from ((Post("example", "", text), about) for text in texts)
        for one in reversed(self._marked):
            if one.brand == brand.id:
                yield one.post, one.about


def _words(post: Post) -> str:
    """What the post says, whatever its case and white space."""
    return " ".join(fold(f"{post.title} {post.text}").split())


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

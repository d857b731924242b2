"""The examples that a brand's table gives, run: what must match, what must not, and why."""

from collections.abc import Iterator, Sequence

from listener.match import Matcher
from listener.match.explain import why_not
from listener.model import Brand, Evidence, Post
from listener.text import shown


def run_examples(brands: Sequence[Brand]) -> list[str]:
    """A sentence for each example of a brand that doesn't do what it must, with the evidence."""
    return [fault for brand in brands for fault in _failed(brand)]


def _failed(brand: Brand) -> Iterator[str]:
    matcher = Matcher([brand])
    for text in brand.must_match:
        if not _evidence(matcher, text):
            why = why_not(brand, _post(text))
            yield f"brands.{brand.id}.must_match: {_quoted(text)} does not match: {why}."
    for text in brand.must_not_match:
        evidence = _evidence(matcher, text)
        if evidence:
            yield f"brands.{brand.id}.must_not_match: {_quoted(text)} matches by {told(evidence)}."


def told(evidence: Sequence[Evidence]) -> str:
    """The first pieces of evidence in words: what was found, where, and how it is written."""
    return ", ".join(map(_piece, evidence[:3]))


def _piece(one: Evidence) -> str:
    how = f" ({one.how} of {shown(one.base, 40)})" if one.how else ""
    return f"the {one.kind} {_quoted(one.text)} at {one.start} to {one.end}{how}"


def _evidence(matcher: Matcher, text: str) -> tuple[Evidence, ...]:
    return tuple(one for mention in matcher.match(_post(text)) for one in mention.evidence)


def _post(text: str) -> Post:
    return Post("example", "1", text)


def _quoted(text: str) -> str:
    return f'"{shown(text, 100)}"'

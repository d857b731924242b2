"""What the tests of matching share: a brand, a text, and what was found in it."""

from listener.match import Matcher
from listener.model import Brand, Evidence, Post


def evidence_in(text: str, brand: Brand, **post: object) -> list[Evidence]:
    """The evidence for the brand in a post of this text; its places are checked on the way."""
    mentions = Matcher([brand]).match(Post("test", "1", text, **post))  # type: ignore[arg-type]
    found = [one for mention in mentions for one in mention.evidence]
    for one in found:
        if one.field == "text":
            assert text[one.start : one.end] == one.text
    return found


def found(text: str, *names: str, **fields: object) -> list[tuple[str, str]]:
    """What stands there of a brand of these names, and how it is written."""
    brand = Brand("b", names=names, **fields)  # type: ignore[arg-type]
    return [(one.text, one.how) for one in evidence_in(text, brand)]

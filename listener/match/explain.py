"""Why a post is no mention of a brand: each near miss says what was missing."""

from collections.abc import Iterator
from functools import lru_cache

from listener.match.demands import Demands
from listener.match.edges import WORD
from listener.match.finding import Terms
from listener.match.fold import fold
from listener.match.forms import Term, terms_of
from listener.match.spelling import plain
from listener.model import Brand, Post
from listener.text import shown

_WORDS_MAX = 20_000
_BRANDS_KEPT = 4
_SIMILAR_CHARS_MIN = 4


def why_not(brand: Brand, post: Post) -> str:
    """One sentence, without its full stop, for a post that does not mention the brand."""
    terms, demands = _compiled(brand)
    if 0 in terms.own(post.author.handle):
        return "it was written by an account of the brand's own"
    evidence = terms.evidence(post).get(0, [])
    if evidence:
        return (
            demands.unmet(0, demands.read(post), evidence)
            or "it is judged to be about something else"
        )
    return next(_near_misses(brand, post), "nothing of the brand stands in it")


@lru_cache(maxsize=_BRANDS_KEPT)
def _compiled(brand: Brand) -> tuple[Terms, Demands]:
    """What finds the brand: kept, for many posts in a row are asked about the same one."""
    return Terms([brand]), Demands([brand])


def _near_misses(brand: Brand, post: Post) -> Iterator[str]:
    """What in the post comes close to a name, the closest kind of miss first."""
    words = WORD.findall(fold(f"{post.title} {post.text}"))[:_WORDS_MAX]
    for term in terms_of(brand):
        base = fold(term.base).strip()
        for word in words if len(base) >= _SIMILAR_CHARS_MIN else ():
            miss = _miss(term, base, word)
            if miss:
                yield f"“{shown(word, 60)}” {miss}"


def _miss(term: Term, base: str, word: str) -> str:
    if term.cased and word == base:
        return f"is not written as the short name “{term.cased}”"
    if plain(base) in plain(word) and word != base:
        return f"holds “{shown(term.base, 60)}” but goes on as another word"
    return ""

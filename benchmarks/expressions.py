"""10,000 Boolean expressions over 2,000 posts: the index against evaluating each of them.

    python -m benchmarks.expressions [expressions] [posts]

One run, one process, made data from a fixed seed: words with the frequencies of a natural
language (the n-th word 1/n as often as the first), expressions of mixed shapes, each about one
of 5,000 brands. Both ways are given the same places, found once; their answers must be equal.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate

from listener.match.expression import Expression, Facts, Held, Places, parse
from listener.match.expression.finder import TermFinder
from listener.match.expression.index import ExpressionIndex

WORDS = 20_000
BRANDS = 5_000
SYLLABLES = [c + v for c in "bdfghjklmnprstv" for v in ("a", "e", "i", "o", "u", "ä")]

Answers = list[tuple[int, Held]]


def word(number: int, lead: str = "") -> str:
    """A word that only this number gives."""
    text = lead
    while True:
        number, syllable = divmod(number, len(SYLLABLES))
        text += SYLLABLES[syllable]
        if number == 0:
            return text


class Maker:
    """Expressions and posts from one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._words = [word(number) for number in range(WORDS)]
        self._weights = list(accumulate(1 / (number + 10) for number in range(WORDS)))
        self._brands = [word(number, "zu") for number in range(BRANDS)]
        self._brand_weights = list(accumulate(1 / (number + 10) for number in range(BRANDS)))

    def some(self, count: int) -> list[str]:
        """Words as often as a text has them."""
        return self.chance.choices(self._words, cum_weights=self._weights, k=count)

    def brand(self) -> str:
        """One of the brands, each as likely as another."""
        return self.chance.choice(self._brands)

    def post(self) -> tuple[str, str, Facts]:
        """Title, text and facts; half of the posts name a brand, most a well-known one."""
        text = self.some(self.chance.randint(8, 60))
        if self.chance.random() < 0.5:
            (brand,) = self.chance.choices(self._brands, cum_weights=self._brand_weights)
            text[self.chance.randrange(len(text))] = brand
        facts = Facts(
            self.chance.choice(["x", "reddit", "bluesky"]),
            language=self.chance.choice(["fi", "pl", "en"]),
            type=self.chance.choice(["post", "reply"]),
        )
        return " ".join(self.some(6)), " ".join(text), facts

    def expression(self) -> Expression:
        """One of eight shapes in turn by chance, as people write them."""
        shape = self.chance.choice(SHAPES)
        return parse(shape(self))


SHAPES: list[Callable[[Maker], str]] = [
    lambda make: "{} AND ({} OR {} OR {}) -{}".format(make.brand(), *make.some(4)),
    lambda make: "({} OR {}) NEAR/5 ({} OR {})".format(make.brand(), make.brand(), *make.some(2)),
    lambda make: '"{} {}" OR #{}'.format(make.brand(), *make.some(1), make.brand()),
    lambda make: f"{make.brand()}* lang:{make.chance.choice(['fi', 'pl', 'en'])} -type:reply",
    lambda make: "title:{0} OR ({0} {1} site:reddit)".format(make.brand(), *make.some(1)),
    lambda make: f"/{make.brand()}[0-9]{{0,3}}/ OR {make.brand()}",
    lambda make: " OR ".join(make.brand() for _ in range(make.chance.randint(3, 12))),
    lambda make: "{} {} ONEAR/3 {} NOT ({} {})".format(make.brand(), *make.some(4)),
]


def each(expressions: list[Expression], places: Places, facts: Facts) -> Answers:
    """The answers without an index."""
    found = ((at, one.holds(places, facts)) for at, one in enumerate(expressions))
    return [(at, held) for at, held in found if held is not None]


def timed(
    answer: Callable[[Places, Facts], Answers], posts: list[tuple[Places, Facts]]
) -> tuple[float, list[Answers]]:
    start = time.process_time()
    answers = [answer(places, facts) for places, facts in posts]
    return time.process_time() - start, answers


def found(
    finder: TermFinder, posts: list[tuple[str, str, Facts]]
) -> Iterator[tuple[Places, Facts]]:
    for title, text, facts in posts:
        yield finder.places(title, text), facts


def main(expressions_count: int = 10_000, posts_count: int = 2_000) -> None:
    make = Maker(4)
    start = time.process_time()
    expressions = [make.expression() for _ in range(expressions_count)]
    parsed = time.process_time() - start
    posts = [make.post() for _ in range(posts_count)]
    start = time.process_time()
    index = ExpressionIndex(expressions)
    finder = TermFinder(term for expression in expressions for term in expression.terms)
    compiled = time.process_time() - start
    start = time.process_time()
    with_places = list(found(finder, posts))
    finding = time.process_time() - start
    indexed, answers = timed(index.held, with_places)
    naive, plain_answers = timed(lambda *post: each(expressions, *post), with_places)
    if answers != plain_answers:
        raise SystemExit("The index and each expression alone do not agree.")
    kinds = Counter(term.kind for expression in expressions for term in expression.terms)
    looked = sum(len(index.candidates(places)) for places, _ in with_places)
    print(f"expressions          {expressions_count:>10,}  {dict(kinds)}")
    print(f"posts                {posts_count:>10,}")
    print(f"answers, equal       {sum(map(len, answers)):>10,}")
    print(f"evaluated            {looked:>10,}  of {expressions_count * posts_count:,}")
    print(f"parse                {parsed:>10.3f} s")
    print(f"compile              {compiled:>10.3f} s")
    print(f"find the places      {finding:>10.3f} s  {posts_count / finding:,.0f} posts/s")
    print(f"index                {indexed:>10.3f} s  {posts_count / indexed:,.0f} posts/s")
    print(f"each                 {naive:>10.3f} s  {posts_count / naive:,.0f} posts/s")
    print(f"each / index         {naive / indexed:>10.0f} ×  (goal 50 ×)")
    print(f"with finding         {(naive + finding) / (indexed + finding):>10.0f} ×")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

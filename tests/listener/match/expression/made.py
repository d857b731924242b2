"""Expressions made at random, each with what it means said a second time, in plain Python."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from listener.match.expression import Facts

WORDS = ("finnair", "lento", "kone", "laukku", "myöhässä", "telefon", "saxophone", "ab12", "x")
WILD = {"telef*": ("telefon",), "*phone": ("saxophone",), "lau?ku": ("laukku",)}


@dataclass(frozen=True)
class MadePost:
    title: tuple[str, ...]
    text: tuple[str, ...]
    facts: Facts

    @property
    def fields(self) -> tuple[tuple[str, ...], ...]:
        return (self.title, self.text)


Holds = Callable[[MadePost], bool]
Made = tuple[str, Holds]


def post(chance: random.Random) -> MadePost:
    return MadePost(
        tuple(chance.choices(WORDS, k=chance.randint(0, 3))),
        tuple(chance.choices((*WORDS, "ja", "on"), k=chance.randint(0, 7))),
        Facts(
            chance.choice(("x", "reddit")),
            chance.choice(("finnair", "")),
            chance.choice(("fi", "en", "")),
            chance.choice(("post", "reply")),
            chance.choice(((), ("www.finnair.com",))),
        ),
    )


def expression(chance: random.Random, depth: int = 3) -> Made:
    if depth == 0 or chance.random() < 0.2:
        return leaf(chance)
    kind = chance.choice(("and", "or", "not", "near", "field"))
    if kind == "near":
        return near(chance)
    if kind == "field":
        return field(chance)
    if kind == "not":
        text, holds = expression(chance, depth - 1)
        return f"{chance.choice(('NOT ', '-'))}({text})", lambda post: not holds(post)
    parts = [expression(chance, depth - 1) for _ in range(chance.randint(2, 3))]
    tests = [holds for _, holds in parts]
    if kind == "and":
        joint = chance.choice((" AND ", " "))
        return joint.join(f"({text})" for text, _ in parts), lambda post: all(
            holds(post) for holds in tests
        )
    return " OR ".join(f"({text})" for text, _ in parts), lambda post: any(
        holds(post) for holds in tests
    )


def leaf(chance: random.Random) -> Made:
    kind = chance.choice(("word", "word", "title", "phrase", "wild", "regex"))
    word = chance.choice(WORDS)
    if kind == "phrase":
        other = chance.choice(WORDS)
        return f'"{word} {other}"', lambda post: any(
            (word, other) in pairwise(words) for words in post.fields
        )
    if kind == "wild":
        wild = chance.choice(tuple(WILD))
        return wild, lambda post: any(set(WILD[wild]) & set(words) for words in post.fields)
    if kind == "regex":
        return "/(?:ab[0-9]{1,3}|finn ?air)/", lambda post: any(
            {"ab12", "finnair"} & set(words) for words in post.fields
        )
    if kind == "title":
        return f"title:{word}", lambda post: word in post.title
    return word, lambda post: any(word in words for words in post.fields)


def near(chance: random.Random) -> Made:
    left, right = chance.choice(WORDS), tuple(chance.sample(WORDS, 2))
    reach, is_ordered = chance.randint(1, 4), chance.random() < 0.5

    def holds(post: MadePost) -> bool:
        return any(
            words[first] == left
            and words[second] in right
            and 0 < (second - first if is_ordered else abs(second - first)) <= reach
            for words in post.fields
            for first in range(len(words))
            for second in range(len(words))
        )

    operator = f"{'O' * is_ordered}NEAR/{reach}"
    return f"({left} {operator} ({' OR '.join(right)}))", holds


def field(chance: random.Random) -> Made:
    return chance.choice(
        (
            ("site:reddit", lambda post: post.facts.site == "reddit"),
            ("lang:fi", lambda post: post.facts.language == "fi"),
            ("type:reply", lambda post: post.facts.type == "reply"),
            ("author:@Finnair", lambda post: post.facts.author == "finnair"),
            ("link:finnair.com", lambda post: bool(post.facts.links)),
        )
    )

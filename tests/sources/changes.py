"""A site's good answers, changed on their way: values swapped, lists told otherwise."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.sources.standins.serving import Answer, Asked, StandIn

Change = Callable[[Asked, Answer | str], Answer | str]


@contextmanager
def changing(site: StandIn, change: Change) -> Iterator[None]:
    """The site's good answers, changed on their way."""
    answer = site.answer
    site.answer = lambda asked: change(asked, answer(asked))  # type: ignore[method-assign,return-value,assignment]
    try:
        yield
    finally:
        del site.answer  # type: ignore[method-assign]


Place = tuple[str, tuple[str | int, ...]]
"""A request's kind, and the path of keys and numbers to a value in its answer."""


class Noted:
    """Notes where the site's answers hold values."""

    def __init__(self) -> None:
        self._places: dict[Place, None] = {}

    def __call__(self, asked: Asked, answer: Answer | str) -> Answer | str:
        if (value := json_of(answer)) is not None:
            self._places |= {(kind(asked), path): None for path in _paths(value)}
        return answer

    def places(self) -> list[Place]:
        return list(self._places)


def kind(asked: Asked) -> str:
    """The request's path without its numbers."""
    return "".join("#" if character.isdigit() else character for character in asked.path)


def json_of(answer: Answer | str) -> Any:
    """The JSON of an answer, or None where it is none."""
    try:
        return None if isinstance(answer, str) else json.loads(answer.content())
    except ValueError:
        return None


def swapping(place: Place, value: object) -> Change:
    """Puts the value at this place of every such answer."""
    which, path = place

    def swap(asked: Asked, answer: Answer | str) -> Answer | str:
        body = json_of(answer)
        if isinstance(answer, str) or body is None or kind(asked) != which:
            return answer
        holder = body
        try:
            for step in path[:-1]:
                holder = holder[step]
            if path:
                holder[path[-1]] = value
        except (LookupError, TypeError):
            return answer
        return replace(answer, body=json.dumps(body if path else value).encode())

    return swap


def relisting(how: str, chance: random.Random) -> Change:
    """Every list of objects in every answer, told otherwise."""

    def relist(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: relist(inner) for key, inner in value.items()}
        if not isinstance(value, list) or not all(isinstance(inner, dict) for inner in value):
            return value
        inners = [relist(inner) for inner in value]
        if how == "doubled":
            return [inner for inner in inners for _ in range(2)]
        return inners[::-1] if how == "reversed" else chance.sample(inners, len(inners))

    def change(_: Asked, answer: Answer | str) -> Answer | str:
        body = json_of(answer)
        if isinstance(answer, str) or body is None:
            return answer
        return replace(answer, body=json.dumps(relist(body)).encode())

    return change


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key; of a list its first item."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list) and value:
        yield from _paths(value[0], (*path, 0))

"""Good JSON answers, damaged by chance: what a source makes of them, in what time and memory.

A stand-in answers well, and one answer of each poll is damaged on its way: bytes flipped, cut
off, values of another type, nested deep, numbers and strings beyond measure, keys gone or
twice. ``MUTANTS`` in the environment says how many per source, ``MUTANTS_SEED`` which.
"""

import copy
import importlib
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

from listener.model import UNLIMITED
from listener.ports import Reject, Retry, Source
from tests.sources.changes import changing, json_of
from tests.sources.standins.serving import NORVIA, SECOND, Answer, Asked, StandIn

SECONDS_MAX = 1.0
BYTES_MAX = 64 * 1024 * 1024
TWICE_CHARS_MAX = 200_000
"""A longer list is not made longer: its memory would be the stand-in's, not the source's."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 1.5, 1e308, float("inf"), float("nan"), 10**30, -(10**4_000),
    "", "x", "0", "\x00", "\ud800", "\u202e", "9" * 400, "2026-13-45T99:99:99Z", "//[", "null",
    [], {}, [[]], [{}], [None], {"": ""}, {"id": {}},
)  # fmt: skip

SETTINGS: dict[str, dict[str, Any]] = {}
"""By site: what makes its source impatient, where its ordinary settings would wait."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one damaged answer cost; ``outcome`` is the class of what came of it."""

    outcome: str
    seconds: float
    bytes: int
    reason: str = ""


def sites() -> dict[str, type[StandIn]]:
    """Every stand-in that there is, by the name of its site."""
    folder = Path(__file__).parent / "standins"
    names = sorted(path.stem for path in folder.glob("*_site.py"))
    modules = [importlib.import_module(f"tests.sources.standins.{name}") for name in names]
    found = [
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, StandIn) and one.__module__ == module.__name__
    ]
    return {one.name: one for one in found if one.name}


def costs(site: StandIn, count: int, seed: int) -> Iterator[tuple[int, Cost]]:
    """Poll the site so many times, each with one answer damaged; the seed of each with its cost.

    A poll before that loads what is loaded late.
    """
    source = site.source(NORVIA, **SETTINGS.get(site.name, {}))
    _settle(site)
    _outcome(source)
    for number in range(seed, seed + count):
        try:
            cost = cost_of(site, source, number)
        except Exception as error:
            error.add_note(f"{site.name}, seed {number}")
            raise
        yield number, cost


def cost_of(site: StandIn, source: Source, seed: int) -> Cost:
    """The cost of a poll from the beginning, with one of its answers damaged.

    Time is the processor's, all threads together. Memory is the peak of what Python allocated
    during the same poll once more, as tracemalloc counts it, which takes time itself. Both are
    with the share of the stand-in, which is in the same process.
    """
    started = process_time()
    outcome, reason = _spoilt(site, source, random.Random(seed))
    seconds = process_time() - started
    tracemalloc.start()
    try:
        _spoilt(site, source, random.Random(seed))
        return Cost(outcome, seconds, tracemalloc.get_traced_memory()[1], reason)
    finally:
        tracemalloc.stop()


def _spoilt(site: StandIn, source: Source, chance: random.Random) -> tuple[str, str]:
    site.now += SECOND * 30  # or its rate limit would answer
    spared = iter(range(chance.choice((0, 0, 0, 1, 1, 2, 3))))

    def spoil(_: Asked, answer: Answer | str) -> Answer | str:
        if isinstance(answer, str) or next(spared, None) is not None:
            return answer
        return replace(answer, body=damaged(answer, chance))

    with changing(site, spoil), _streaming(site, chance):
        return _outcome(source)


@contextmanager
def _streaming(site: StandIn, chance: random.Random) -> Iterator[None]:
    """Of a site that streams (its stand-in says what is ``due``), three messages damaged too."""
    due = getattr(site, "due", None)
    if due is None:
        yield
        return

    def spoilt(after: int) -> list[tuple[int, str]]:
        messages = list(due(after))
        for at in chance.sample(range(len(messages)), min(3, len(messages))):
            second, text = messages[at]
            body = damaged(Answer(200, text.encode("utf-8", "replace")), chance)
            messages[at] = (second, body.decode("utf-8", "replace"))
        return messages

    site.due = spoilt  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del site.due  # type: ignore[attr-defined]


def damaged(answer: Answer, chance: random.Random) -> bytes:
    """The answer's body after one to three accidents."""
    body = json_of(answer)
    if body is None or chance.random() < 0.3:
        return _bytes_damaged(answer.content(), chance)
    for _ in range(chance.choice((1, 1, 2, 3))):
        chance.choice(_ACCIDENTS)(body, chance)
    return json.dumps(body).encode()


def _outcome(source: Source) -> tuple[str, str]:
    within = getattr(source, "poll_within", None)
    try:
        batch = within(None, UNLIMITED) if within else source.poll(None)
    except (Retry, Reject) as failure:
        return type(failure).__name__, failure.reason
    return "Batch", f"{len(batch.posts)} posts, {len(batch.rejects)} rejects"


def _settle(site: StandIn) -> None:
    """Some threads to read."""
    for number in range(12):
        first = site.publish(f"Norvia {number} is late again", author=f"author{number}")
        site.now += SECOND
        site.publish(f"@norvia answered {number}", author="norvia", reply_to=first)
        site.now += SECOND * 60


def _bytes_damaged(body: bytes, chance: random.Random) -> bytes:
    kind = chance.randrange(5)
    at = chance.randrange(len(body) + 1)
    if kind == 0:
        return body[:at]
    if kind == 1:
        return body[:at] + chance.randbytes(8) + body[at + 8 :]
    if kind == 2:
        return body[:at] + b"[" * 100_000 + body[at:]
    if kind == 3:
        return body + body
    spoilt = bytearray(body)
    for _ in range(chance.randrange(1, 20) if body else 0):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


Accident = Callable[[Any, random.Random], None]


def _holders(value: Any) -> Iterator[Any]:
    """Every object and list that isn't empty, outermost first."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)


def _one(body: Any, chance: random.Random) -> tuple[Any, Any] | None:
    """Some holder and a key or a place in it."""
    holders = list(_holders(body))
    if not holders:
        return None
    holder = chance.choice(holders)
    return holder, chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))


def _another_type(body: Any, chance: random.Random) -> None:
    if one := _one(body, chance):
        one[0][one[1]] = copy.deepcopy(chance.choice(VALUES))


def _gone(body: Any, chance: random.Random) -> None:
    if one := _one(body, chance):
        del one[0][one[1]]


def _twice(body: Any, chance: random.Random) -> None:
    lists = [holder for holder in _holders(body) if isinstance(holder, list)]
    lists = [holder for holder in lists if len(json.dumps(holder)) < TWICE_CHARS_MAX]
    if lists:
        holder = chance.choice(lists)
        some = chance.choices(holder, k=chance.choice((1, len(holder), 50)))
        holder.extend(copy.deepcopy(one) for one in some)  # each a thing of its own
        chance.shuffle(holder)


def _too_long(body: Any, chance: random.Random) -> None:
    if one := _one(body, chance):
        piece = chance.choice(("x", "<p>", "&amp;", "🎉", "Norvia ", "a.b/", "<![", "\\", "\n"))
        one[0][one[1]] = piece * (1_000_000 // len(piece))


def _nested(body: Any, chance: random.Random) -> None:
    if one := _one(body, chance):
        for _ in range(chance.choice((3, 120))):
            inner = one[0][one[1]]
            one[0][one[1]] = [inner] if chance.random() < 0.5 else {"data": inner}


def _exchanged(body: Any, chance: random.Random) -> None:
    first, second = _one(body, chance), _one(body, chance)
    if first and second:
        one, other = first[0][first[1]], second[0][second[1]]
        first[0][first[1]], second[0][second[1]] = copy.deepcopy(other), copy.deepcopy(one)


_ACCIDENTS: tuple[Accident, ...] = (
    _another_type, _another_type, _another_type, _gone, _gone, _twice, _too_long, _nested,
    _exchanged,
)  # fmt: skip

"""Spam from word lists: what the usual spam says, and how it looks."""

from collections.abc import Iterator

from classifiers.wordlists.judgement import Judgement, first, quoted, sureness
from classifiers.wordlists.reading import Reading
from classifiers.wordlists.tokens import Token

GROUPS: dict[str, tuple[float, str]] = {
    "promo": (0.8, "advertises"),
    "earn": (1.2, "promises money"),
    "crypto": (1.2, "crypto"),
    "giveaway": (1.0, "promises a prize"),
    "adult": (1.4, "adult"),
    "fake_support": (1.3, "poses as support or asks for data"),
}
"""What each list of the ``spam`` table weighs, and what it says to an agent."""

SPAM_FROM = 2.0
LINKS_MANY = 3
HASHTAGS_MANY = 6
HANDLES_MANY = 6

_PER_GROUP_MAX = 2


def judge(reading: Reading) -> Judgement:
    """Whether a text is spam."""
    found = [*_said(reading), *_looks(reading.row)]
    total = sum(weight for weight, _ in found)
    reasons = first(reason for _, reason in sorted(found, key=lambda pair: -pair[0]))
    if total >= SPAM_FROM:
        return Judgement("yes", sureness(total - SPAM_FROM + 0.5), reasons, total)
    return Judgement("no", sureness(2 * (SPAM_FROM - total)), (), total)


def _said(reading: Reading) -> Iterator[tuple[float, str]]:
    counted: dict[str, int] = {}
    for hit in reading.find("spam"):
        counted[hit.group] = counted.get(hit.group, 0) + 1
        if hit.group in GROUPS and counted[hit.group] <= _PER_GROUP_MAX:
            weight, says = GROUPS[hit.group]
            yield weight, f"{says}: {quoted(hit.shown)}"


def _looks(row: tuple[Token, ...]) -> Iterator[tuple[float, str]]:
    links = sum(token.kind == "link" for token in row)
    hashtags = sum(token.hashtag for token in row)
    handles = sum(token.kind == "handle" for token in row)
    shouts = sum(token.kind == "stop" and "!!" in token.shown for token in row)
    if links:
        yield (1.0 if links >= LINKS_MANY else 0.3), f"{links} links"
    if hashtags >= HASHTAGS_MANY:
        yield 0.8, f"{hashtags} hashtags"
    if handles >= HANDLES_MANY:
        yield 0.8, f"{handles} people tagged"
    if shouts:
        yield 0.3, "exclamation marks"

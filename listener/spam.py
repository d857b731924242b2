"""Whether a mention is spam, by its words and by what is known of its author and story. Pure.

The classifier reads one text. What else is known moves its chance by fixed, bounded steps, each
with a reason: text that many accounts copy, what became of the author's other posts, what people
said of them. A customer whom somebody took care of is never spam. Between the bounds the label is
``no`` and a person should look: a mistake must never hide a customer.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listener.accounts import author_key
from listener.corrections import is_by_person
from listener.model import LABELS, Mention, Tag

KIND = "spam"
DOUBT_FROM = 0.35
SPAM_FROM = 0.9
"""From here on it is spam. Between the two it is not called so, and a person should look."""
HISTORY_FROM = 0.05
"""Below, nothing that is known could make a difference, and nobody needs to look it up."""

COPIED_WITHIN = timedelta(days=1)
RAISE_MAX, LOWER_MAX = 4.0, 4.0
RAISE_HARDLY_SPAM_MAX = 2.0
"""So far is raised what its words hardly make spam: people copy news and complaints too."""
HARDLY_SPAM = 0.1
PLAIN_NO_MAX = 0.09
CUSTOMER_MAX = 0.05
"""A customer with a case is no likelier to be spam than this."""

COPIES = ((20, 3.0), (5, 2.0), (2, 1.0))
COPIES_WITH_LINK = 1.0
OTHER_BRANDS_MIN, OTHER_BRANDS = 2, 1.0
SAID_SPAM, SAID_NONE = 2.0, -2.0
SEEMED_SPAM_MIN, SEEMED_SPAM = 3, 1.0
NEVER_SPAM_MIN, NEVER_SPAM = 5, -1.0
ONLY_LINKS_MIN, ONLY_LINKS = 3, 1.0
"""Each step is in log odds: 1 makes it 2.7 times as likely against unlikely, 2 makes it 7 times."""

_CHANCE_LEAST = 0.001
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)

Step = tuple[float, str]


@dataclass(frozen=True, slots=True)
class AuthorPast:
    """What became of the author's other posts that we hold.

    Of ``posts`` of them ``seemed_spam`` were called spam by classifiers, ``said_spam`` by people;
    of ``said_none`` people said that they are none, and ``with_link`` point somewhere.
    ``is_customer``: one of the author's mentions is, or was, in a case.
    """

    posts: int = 0
    seemed_spam: int = 0
    said_spam: int = 0
    said_none: int = 0
    with_link: int = 0
    is_customer: bool = False


@dataclass(frozen=True, slots=True)
class Teller:
    """Who told a story, of which brand, and when: an account as :func:`author_key` has it."""

    author: str
    brand: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpamHistory:
    """What is known beside the words of a mention.

    ``copies`` are the other accounts that posted the same within a day, ``other_brands`` those
    that they named in the place of the brands of this post.
    """

    author: AuthorPast = AuthorPast()
    copies: int = 0
    other_brands: int = 0
    has_link: bool = False


def spam_chance(tag: Tag) -> float:
    """How probable it is that the mention is spam, as the tag has it.

    A ``no`` without chances may be one of little score because nothing is known, as of a language
    without a model. It is hardly spam.
    """
    chance = dict(tag.chances).get("yes")
    if chance is not None:
        return chance
    return tag.score if tag.label == "yes" else min(1 - tag.score, PLAIN_NO_MAX)


def is_doubtful(mention: Mention) -> bool:
    """Whether a person should look whether it is spam. What a person said is in no doubt."""
    tag = next((tag for tag in reversed(mention.tags) if tag.kind == KIND), None)
    if tag is None or tag.label != "no" or is_by_person(tag):
        return False
    return dict(tag.chances).get("yes", 0.0) >= DOUBT_FROM


def history(mention: Mention, author: AuthorPast, tellers: Iterable[Teller]) -> SpamHistory:
    """What is known beside the words, of all who told the same; the mention's own is passed over.

    ``tellers`` may hold the same account more than once, and this post's own brands.
    """
    told = [one for one in tellers if _is_near(one, mention)]
    own = author_key(mention.post)
    others = {one.author for one in told if one.author and one.author != own}
    here = {one.brand for one in told if one.author == own} | {mention.brand}
    return SpamHistory(
        author=author,
        copies=len(others),
        other_brands=len({one.brand for one in told} - here),
        has_link=has_link(mention),
    )


def _is_near(told: Teller, mention: Mention) -> bool:
    at, then = mention.post.published_at, told.at
    return at is not None and then is not None and abs(at - then) <= COPIED_WITHIN


def has_link(mention: Mention) -> bool:
    """Whether the post points somewhere."""
    return bool(mention.post.links) or bool(_LINK.search(mention.post.text))


def weigh_spam(tag: Tag, known: SpamHistory | None) -> Tag:
    """The tag of spam with what is known; None: it could not be looked up, and nothing is spam.

    A tag of another kind, or of what could not be judged, stays as it is.
    """
    if tag.kind != KIND or tag.label not in LABELS[KIND]:
        return tag
    before = spam_chance(tag)
    if before < HISTORY_FROM:
        return tag
    chance, reasons = _weighed(before, known)
    label = "yes" if chance >= SPAM_FROM and known is not None else "no"
    if label == "no" and chance >= DOUBT_FROM:
        reasons.append(f"{chance:.2f} likely spam: a person should look")
    if label == tag.label and not reasons:
        return tag
    return replace(
        tag,
        label=label,
        score=chance if label == "yes" else 1 - chance,
        reasons=(*tag.reasons, *reasons),
        chances=(("yes", chance), ("no", 1 - chance)),
    )


def _weighed(before: float, known: SpamHistory | None) -> tuple[float, list[str]]:
    """The chance with what is known, and what made the difference."""
    if known is None:
        unknown = ["what else is known of it could not be looked up"]
        return before, unknown if before >= SPAM_FROM else []
    if known.author.is_customer and not known.author.said_spam:
        return min(before, CUSTOMER_MAX), ["its author is a customer with a case"]
    steps = list(_steps(known))
    if not steps:
        return before, []
    chance = _moved(before, sum(step for step, _ in steps))
    if known.author.is_customer:
        chance = min(chance, SPAM_FROM - 0.01)
    return chance, [reason for _, reason in steps]


def _moved(before: float, by: float) -> float:
    highest = RAISE_HARDLY_SPAM_MAX if before < HARDLY_SPAM else RAISE_MAX
    sure = min(max(before, _CHANCE_LEAST), 1 - _CHANCE_LEAST)
    odds = math.log(sure / (1 - sure)) + max(-LOWER_MAX, min(highest, by))
    return round(1 / (1 + math.exp(-odds)), 6)


def _steps(known: SpamHistory) -> Iterator[Step]:
    yield from _story(known)
    yield from _author(known.author, has_link=known.has_link)


def _story(known: SpamHistory) -> Iterator[Step]:
    step = next((step for least, step in COPIES if known.copies >= least), 0.0)
    if not step:
        return
    link = ", with a link" if known.has_link else ""
    said = f"{known.copies:,} other accounts posted the same within a day{link}"
    yield step + known.has_link * COPIES_WITH_LINK, said
    if known.other_brands >= OTHER_BRANDS_MIN:
        yield OTHER_BRANDS, f"and named {known.other_brands:,} other brands in its place"


def _author(past: AuthorPast, *, has_link: bool) -> Iterator[Step]:
    if past.said_spam > past.said_none:
        yield SAID_SPAM, f"people called {_of(past.said_spam, past)} of its author spam"
    elif past.said_none:
        yield SAID_NONE, f"people said that {_of(past.said_none, past)} of its author are no spam"
    elif past.posts >= SEEMED_SPAM_MIN and 2 * past.seemed_spam >= past.posts:
        yield SEEMED_SPAM, f"{_of(past.seemed_spam, past)} of its author looked like spam"
    elif past.posts >= NEVER_SPAM_MIN and not past.seemed_spam:
        yield NEVER_SPAM, f"none of {past.posts:,} other posts of its author looked like spam"
    if has_link and past.posts >= ONLY_LINKS_MIN and past.with_link == past.posts:
        yield ONLY_LINKS, f"each of {past.posts:,} other posts of its author has a link too"


def _of(some: int, past: AuthorPast) -> str:
    return f"{some:,} of {past.posts:,} other posts"

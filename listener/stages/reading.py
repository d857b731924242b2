"""Reading what a source brought: hostile until it was cleaned, then matched. Nothing is stored."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from listener.match import THREAD, Matcher
from listener.match.around import NOWHERE
from listener.model import (
    Author,
    Batch,
    Engagement,
    Fault,
    Gap,
    Mention,
    Post,
    Spent,
    Supporter,
)
from listener.ports import Retry
from listener.store.port import Store
from listener.text import clean_text

FUTURE_TOLERATED = timedelta(minutes=5)
REASON_CHARS_MAX = 1000
COUNT_MAX = 10**15
GAPS_MAX = 1000
FAULTS_MAX = 1000
NAMED_MAX = 50_000
ID_CHARS_MAX = 500
FACTS_MAX = 30
FACT_CHARS_MAX = 500
PLACE_CHARS_MAX = 500
CURSOR_CHARS_MAX = 4_000_000


def as_seen(post: Post, now: datetime) -> Post:
    """The post as it may be stored: clean, counted in numbers, dated not after it was seen.

    Raises TypeError, ValueError, OverflowError or AttributeError for what is no post.
    """
    if len(post.native_id) > ID_CHARS_MAX or len(post.site) > ID_CHARS_MAX:
        msg = f"its id has more than {ID_CHARS_MAX} characters"
        raise ValueError(msg)
    published_at = _utc(post.published_at or now)
    if published_at > now + FUTURE_TOLERATED:
        published_at = now
    followers, counts = post.author.followers, post.engagement
    return replace(
        post,
        site=clean_text(post.site),
        native_id=clean_text(post.native_id),
        text=clean_text(post.text),
        title=clean_text(post.title),
        url=clean_text(post.url),
        author=replace(
            post.author,
            handle=clean_text(post.author.handle),
            name=clean_text(post.author.name),
            id=clean_text(post.author.id),
            verified=None if post.author.verified is None else bool(post.author.verified),
            followers=None if followers is None else _count(followers),
        ),
        engagement=Engagement(
            _count(counts.likes),
            _count(counts.shares),
            _count(counts.replies),
            _count(counts.views),
        ),
        published_at=published_at,
        language=clean_text(post.language),
        in_reply_to=clean_text(post.in_reply_to),
        conversation=clean_text(post.conversation),
        links=tuple(clean_text(link) for link in post.links),
        facts=tuple(_facts(post.facts)),
        answered_at=None if post.answered_at is None else min(_utc(post.answered_at), now),
    )


def _facts(facts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What a site tells beside the words, as it may be stored: few, and none long."""
    for name, value in islice(facts, FACTS_MAX):
        yield clean_text(name, FACT_CHARS_MAX), clean_text(value, FACT_CHARS_MAX)


def usable(posts: Iterable[Post], now: datetime) -> tuple[list[Post], list[Fault]]:
    """The posts that can be stored; each that can't costs itself and is told."""
    seen: list[Post] = []
    unusable: list[Fault] = []
    for post in posts:
        try:
            seen.append(as_seen(post, now))
        except (TypeError, ValueError, OverflowError, AttributeError) as error:
            where = str(getattr(post, "native_id", "a post"))
            unusable.append(Fault(where, f"{type(error).__name__}: {error}"))
    return seen, unusable


def _count(value: int) -> int:
    return max(0, min(int(value), COUNT_MAX))


def as_told(gaps: Iterable[Gap], now: datetime) -> list[Gap]:
    """The gaps as they may be stored; nothing can have been missed that is yet to come."""
    return [
        Gap(_utc(gap.since), until, _cause(gap.cause), _place(gap.place))
        for gap in gaps
        for until in [min(_utc(gap.until), now)]
        if _utc(gap.since) < until
    ]


def few(gaps: Sequence[Gap]) -> list[Gap]:
    """So many gaps as are kept one by one; all beyond are one, so that none is lost."""
    if len(gaps) <= GAPS_MAX:
        return list(gaps)
    kept, rest = gaps[: GAPS_MAX - 1], gaps[GAPS_MAX - 1 :]
    since, until = min(gap.since for gap in rest), max(gap.until for gap in rest)
    return [*kept, Gap(since, until, f"{len(rest)} more gaps, the first: {rest[0].cause}")]


def few_faults(faults: Sequence[Fault]) -> list[Fault]:
    """The faults as they may be stored; those beyond what is kept are counted."""
    kept = [cleaned(replace(f, where=f.where or "a place")) for f in faults[:FAULTS_MAX]]
    left_out = len(faults) - len(kept)
    more = f"{left_out} more faults are not listed"
    return [*kept, Fault("other places", more)] if left_out else kept


def supporters(told: Iterable[Supporter], now: datetime) -> list[Supporter]:
    """Who voted, as it may be stored."""
    return [
        replace(
            one,
            post_id=clean_text(one.post_id, 2 * ID_CHARS_MAX + 1),
            author=Author(
                clean_text(one.author.handle, ID_CHARS_MAX),
                clean_text(one.author.name, ID_CHARS_MAX),
                id=clean_text(one.author.id, ID_CHARS_MAX),
            ),
            at=None if one.at is None else min(_utc(one.at), now),
        )
        for one in islice(told, NAMED_MAX)
    ]


def linked(groups: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Accounts that are one person's, as they may be stored."""
    few = islice(groups, NAMED_MAX)
    return [tuple(clean_text(one, ID_CHARS_MAX) for one in some[:FACTS_MAX]) for some in few]


def named(ids: Iterable[str], what: str) -> tuple[list[str], list[Fault]]:
    """Ids as they may be stored, and a word on those beyond what one poll may name.

    None that is longer than a stored post's can be one.
    """
    ids = iter(ids)
    kept = [clean_text(one) for one in islice(ids, NAMED_MAX) if len(one) <= 2 * ID_CHARS_MAX + 1]
    left_out = sum(1 for _ in ids)
    return kept, [Fault(what, f"{left_out} more than one poll may name")] if left_out else []


def cursor_of(batch: Batch) -> str | None:
    """The batch's cursor. Raises Retry for one that is too long to be kept at every poll."""
    cursor = batch.cursor
    if cursor is not None and len(cursor) > CURSOR_CHARS_MAX:
        most = f"no more than {CURSOR_CHARS_MAX:,} are kept"
        raise Retry(f"its cursor has {len(cursor):,} characters; {most}", spent=batch.spent)
    return cursor


def _cause(cause: str) -> str:
    return clean_text(cause, REASON_CHARS_MAX) or "not told"


def _place(place: str) -> str:
    return clean_text(place, PLACE_CHARS_MAX)


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def counted(spent: Spent) -> Spent:
    """What something cost, in numbers. Raises as :func:`as_seen` for what is none."""
    return Spent(_count(spent.requests), _count(spent.posts), _count(spent.money_micros))


def cleaned(fault: Fault) -> Fault:
    """The fault as it may be stored."""
    return Fault(_place(fault.where), clean_text(fault.reason, REASON_CHARS_MAX))


def mentions_in(
    posts: Sequence[Post],
    source: str,
    brands: Collection[str] | None,
    matcher: Matcher,
    store: Store,
    place: str = "",
) -> list[Mention]:
    """The mentions in the posts; those they answer may be stored, or have come with them.

    What came counts: the store still holds the words that an edit has changed. ``place`` is the
    brand whose own place the source is.
    """
    known = store.around(posts)
    if place:
        known = {post.id: replace(known.get(post.id, NOWHERE), place=place) for post in posts}
    matched = {post.id: matcher.match(post, brands, known.get(post.id, NOWHERE)) for post in posts}
    threads = [(post, _thread_in(matched, post)) for post in posts]
    for post, thread in threads:
        around = known.get(post.id, NOWHERE)
        if thread is not None and thread != around.thread:
            around = replace(around, thread=thread)
            matched[post.id] = matcher.match(post, brands, around)
    return [replace(mention, source=source) for found in matched.values() for mention in found]


def _thread_in(matched: Mapping[str, Sequence[Mention]], post: Post) -> frozenset[str] | None:
    """The brands that the post it answers is about by its own words; None if it didn't come."""
    ids = (f"{post.site}:{post.in_reply_to}", post.in_reply_to) if post.in_reply_to else ()
    parent = next((matched[one] for one in ids if one in matched), None)
    if parent is None:
        return None
    return frozenset(one.brand for one in parent if one.evidence[0].kind != THREAD)

"""Whether the year was kept: what is stored against what was published, by the site's own books.

Nothing here asks the listener's code what is right. Of what it tells, only the gaps are taken, and
each must have a reason in the plan.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from listener.budget import NO_LIMITS
from tests.campaigns.year.plan import Plan
from tests.campaigns.year.platforms import Patience, Platform
from tests.sources.standins.serving import MINUTE, Entry, StandIn

Stretch = tuple[datetime, datetime]

FORMS = ("%Y-%m-%d", "%Y-%m")
"""How days and months are named."""

LEFT = 10
"""Less than so much of a budget may be of no use: a search of X must ask for ten posts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds of a post; where it was blanked, that is nothing."""

    text: str
    title_and_author: str = ""


@dataclass(frozen=True, slots=True)
class Books:
    """What the listener has at the year's end.

    ``told`` are the gaps as a digest would tell them, ``noted`` the rows they are made from.
    ``requests`` and ``posts`` are what it counted as spent. ``looks`` are the moments of its
    polls that had no trouble, ``killed`` the posts that were fetched as it was killed.
    """

    kept: Mapping[str, Kept]
    told: tuple[Stretch, ...]
    noted: tuple[Stretch, ...]
    requests: int
    posts: int
    looks: tuple[datetime, ...]
    killed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of the year went wrong, and the figures of its row in the table."""

    published: int
    stored: int
    excused_by_gap: int
    excused_unseen: int
    lost: tuple[str, ...]
    invented: tuple[str, ...]
    stale: tuple[str, ...]
    undeleted: tuple[str, ...]
    groundless: tuple[Stretch, ...]
    untold: tuple[Stretch, ...]
    billed_twice: tuple[str, ...]
    looked_too_often: tuple[str, ...]
    over_budget: tuple[str, ...]
    uncounted: int
    gaps: int
    requests: int

    def wrongs(self) -> dict[str, object]:
        """What went wrong, by kind."""
        kinds = ("lost", "invented", "stale", "undeleted", "groundless", "untold", "billed_twice")
        kinds += ("looked_too_often", "over_budget", "uncounted")
        return {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}


def judge(site: StandIn, books: Books, platform: Platform, plan: Plan) -> Verdict:
    """Hold the books against the site's own.

    A post may be missing where it was taken down before anybody looked, or lies in a gap that is
    told; no other may.
    """
    missing = [entry for entry in site.entries.values() if entry.id not in books.kept]
    by_gap = [entry for entry in missing if _lies_in(entry.at, books.told)]
    unseen = [e for e in missing if e not in by_gap and _unseen(site, e, books.looks)]
    there = [entry for entry in site.entries.values() if entry.id in books.kept]
    gone = {entry.id for entry in there if gone_at(site, entry) is not None}
    standing = [entry for entry in there if entry.id not in gone]
    return Verdict(
        published=len(site.entries),
        stored=len(books.kept),
        excused_by_gap=len(by_gap),
        excused_unseen=len(unseen),
        lost=tuple(e.id for e in missing if e not in by_gap and e not in unseen),
        invented=tuple(sorted(set(books.kept) - set(site.entries))),
        stale=tuple(e.id for e in standing if _is_stale(e, books, platform, plan)),
        undeleted=tuple(
            e.id
            for e in there
            if e.id in gone and _still_there(site, e, books.kept[e.id], platform, plan)
        ),
        groundless=tuple(_groundless(site, books, platform, plan)),
        untold=tuple(one for one in books.noted if not _covered(one, books.told)),
        billed_twice=tuple(sorted(_billed_twice(site, books.killed))),
        looked_too_often=tuple(sorted(_looked_too_often(site, books.killed, platform))),
        over_budget=tuple(_over_budget(site, platform)),
        uncounted=0 if platform.limits == NO_LIMITS else _uncounted(site, books),
        gaps=len(books.told),
        requests=len(site.asked),
    )


def gone_at(site: StandIn, entry: Entry) -> datetime | None:
    """When a post or its author went."""
    moments = [entry.deleted_at, site.gone_authors.get(entry.author)]
    return min((moment for moment in moments if moment), default=None)


def _unseen(site: StandIn, entry: Entry, looks: Iterable[datetime]) -> bool:
    """Whether it was gone again before anybody looked; sites take a moment to list a post."""
    gone = gone_at(site, entry)
    return gone is not None and not any(entry.at + MINUTE < look < gone for look in looks)


def _is_stale(entry: Entry, books: Books, platform: Platform, plan: Plan) -> bool:
    """Whether it says something else than the site, though there was time to look again.

    An edit in a gap is found by who looks for deletions, if by anybody.
    """
    is_due = True
    if entry.edited_at is not None:
        is_missed = _lies_in(entry.edited_at, books.told)
        patience = platform.finds_deletions if is_missed else platform.finds_edits
        is_due = _overdue(entry, entry.edited_at, patience, plan)
    return is_due and entry.text not in books.kept[entry.id].text


def _still_there(site: StandIn, entry: Entry, kept: Kept, platform: Platform, plan: Plan) -> bool:
    gone = gone_at(site, entry)
    is_due = gone is not None and _overdue(entry, gone, platform.finds_deletions, plan)
    return is_due and kept != Kept("")


def _overdue(entry: Entry, changed_at: datetime, patience: Patience, plan: Plan) -> bool:
    """Whether the change must have been found by now."""
    wait = patience(changed_at - entry.at)
    return wait is not None and plan.well(changed_at, plan.end) > wait


def _groundless(site: StandIn, books: Books, platform: Platform, plan: Plan) -> Iterator[Stretch]:
    """The gaps for which nothing in the plan is a reason: an excuse must not be a habit.

    A budget that was used up is one, and a site that lists the newest posts alone, where nothing
    was left that could be known. What comes after the last look is not seen yet.
    """
    full = set(_over_budget(site, platform, left=LEFT))
    for since, until in books.told:
        is_last = until == plan.end and not any(since < look for look in books.looks)
        is_ill = any(spell.since < until and since < spell.until for spell in plan.spells)
        is_poor = bool(full & {f"{at:{form}}" for at in (since, until) for form in FORMS})
        if not (is_last or is_ill or is_poor or _ran_over(site, since, until)):
            yield since, until


def _ran_over(site: StandIn, since: datetime, until: datetime) -> bool:
    """Whether one of its lists, asked for at the gap's end, began only there.

    What had been listed before made room for more than there was room for, or was all taken
    down: who reads the list can't tell which. A list that has grown shorter had room.
    """
    for shown in getattr(site, "shown", {}).values():
        before = [moments for at, moments in shown if at <= since][-1:]
        after = next((moments for at, moments in shown if at >= until), [])
        if before and after and min(after) == until and len(after) >= len(before[0]):
            return True
    return False


def _covered(stretch: Stretch, told: Iterable[Stretch]) -> bool:
    """Whether all of it is told as missed, by one gap or by several that meet."""
    at, until = stretch
    for start, end in sorted(told):
        if start <= at < end:
            at = end
    return at >= until


def _lies_in(at: datetime, gaps: Iterable[Stretch]) -> bool:
    return any(since <= at <= until for since, until in gaps)


def _billed_twice(site: StandIn, killed: Collection[str]) -> Iterator[str]:
    """Versions of posts that were bought more than once to listen.

    X charges for a post once a UTC day: what a look days later costs is another thing, and
    ``read`` doesn't count it. Who is killed between fetching and storing must fetch again.
    """
    reads: Counter[str] = getattr(site, "read", None) or Counter(one for _, one in site.billed)
    for version, count in reads.items():
        if count > 1 + (version in killed):
            yield version


def _looked_too_often(site: StandIn, killed: Collection[str], platform: Platform) -> Iterator[str]:
    """Versions of posts that were bought oftener than to be read once and looked at so often."""
    days = Counter(post_id for _, post_id in site.billed)
    for version, count in days.items():
        if 0 < platform.looks < count - 1 - (version in killed):
            yield version


def _over_budget(site: StandIn, platform: Platform, left: int = 0) -> Iterator[str]:
    """The days and months with more requests, or posts billed, than allowed; or ``left`` fewer."""
    limits = platform.limits
    days = Counter(f"{asked.at:{FORMS[0]}}" for asked in site.asked)
    months = Counter(day[:7] for day, _ in site.billed.elements())
    for spans, ceiling in ((days, limits.requests_per_day), (months, limits.posts_per_month)):
        yield from (span for span, n in spans.items() if ceiling is not None and n > ceiling - left)


def _uncounted(site: StandIn, books: Books) -> int:
    """How much more the site counted than the listener did, whose budget would not hold then."""
    billed = sum(site.billed.values())
    return max(billed - books.posts, 0) + max(len(site.asked) - books.requests, 0)

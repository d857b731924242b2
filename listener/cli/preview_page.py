"""A preview as a person reads it."""

from collections.abc import Iterator, Sequence

from listener.preview import BrandPreview, Counts, Preview, Sample
from listener.preview_alerts import Toll
from listener.text import shown

SITES_SHOWN_MAX = 20
PRIORITY = "priority"


def page(told: Preview, examples: Sequence[str], what: str) -> Iterator[str]:
    """The lines: faults of the examples, each brand, then what it means for alerts."""
    if examples:
        fail = "example fails" if len(examples) == 1 else "examples fail"
        yield f"! {len(examples):,} {fail}, and listener check will say so:"
        yield from (f"!   {fault}" for fault in examples)
        yield ""
    yield f"{_count(told.posts, 'post')} {shown(what, 400)}"
    for brand in told.brands:
        yield ""
        yield from _brand(brand)
    if told.alerts:
        yield ""
        yield from _alerts(told)


def _brand(brand: BrandPreview) -> Iterator[str]:
    yield f"{brand.brand}: {_counts(brand.counts)}"
    busiest = sorted(brand.sites.items(), key=lambda one: (_weight(one[1]), one[0]))
    for site, counts in busiest[:SITES_SHOWN_MAX]:
        yield f"  {shown(site, 40)}: {_counts(counts)}"
    if len(busiest) > SITES_SHOWN_MAX:
        yield f"  and {len(busiest) - SITES_SHOWN_MAX} more sites: --json lists them"
    shown_as = {"gained": brand.gained, "lost": brand.lost, "doubt": brand.doubted}
    for kind, samples in shown_as.items():
        for sample in samples:
            yield from _sample(kind, sample)


def _weight(counts: Counts) -> tuple[int, int]:
    """The more of it changes, the further up it stands."""
    return -(counts.gained + counts.lost), -counts.kept


def _counts(counts: Counts) -> str:
    """Such as: 12 match, 1 in doubt, 2 gained, 3 lost. What is nought is left out."""
    numbers = (("in doubt", counts.doubts), ("gained", counts.gained), ("lost", counts.lost))
    told = [f"{number:,} {what}" for what, number in numbers if number]
    return ", ".join([f"{counts.kept + counts.gained:,} match", *told])


def _sample(kind: str, sample: Sample) -> Iterator[str]:
    when = f"{sample.published_at:%Y-%m-%d %H:%M}" if sample.published_at else "no date"
    because = "; ".join(part for part in (sample.why, sample.doubt) if part)
    yield f"  {kind:6}  {when:16}  {sample.post}  {sample.text}"
    yield f"          because: {because}"


def _alerts(told: Preview) -> Iterator[str]:
    yield "alerts, before grouping, quiet hours and daily ceilings:"
    for toll in told.alerts:
        yield from _toll(toll)
    if any(toll.asks for toll in told.alerts) and told.unjudged:
        yield f"  {_judged(told)}"


def _judged(told: Preview) -> str:
    """Whence the counts of rules that ask for tags, where mentions had none."""
    had_none = f"{_count(told.unjudged, 'mention')} had no tags yet; the classifiers judged"
    if told.judged == told.unjudged:
        return f"{had_none} {'it' if told.judged == 1 else 'them'} to count these"
    return f"{had_none} {told.judged:,} of them, and the counts are reckoned from those"


def _toll(toll: Toll) -> Iterator[str]:
    about = "about " if toll.estimated else ""
    before = "" if toll.before is None else f", {toll.before:,} before"
    team = [f"the team {shown(toll.team, 64)}"] if toll.team else []
    channels = ", ".join([*team, *(shown(channel, 60) for channel in toll.send_to)])
    yield (
        f"  {shown(toll.rule, 100)}: {about}{toll.more:,} more, {about}{toll.fewer:,} fewer"
        f"{before}, to {channels}"
    )
    if toll.asks:
        yield f"    asks for {_asked(toll.asks)}"
    if toll.lacking:
        mentions = _count(toll.lacking, "stored mention")
        yield f"    {mentions} without a tag that it asks for: not counted as told"
    if toll.by_source:
        yield "    asks for a source, which a file doesn't tell: what is gained counts for any"


def _asked(asks: Sequence[str]) -> str:
    """Such as: the tags intent, spam, and the priority."""
    kinds = [shown(kind, 40) for kind in asks if kind != PRIORITY]
    tags = f"the tag{'s' * (len(kinds) != 1)} {', '.join(kinds)}" if kinds else ""
    return ", and ".join(filter(None, [tags, "the priority" if PRIORITY in asks else ""]))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"

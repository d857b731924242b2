import dataclasses
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listener.digest import PLACES_MAX, BrandFigures, Coverage, Digest, Period, digest, words
from listener.digest.bars import DAILY_BARS_MAX
from listener.digest.tally import URGENT_MAX
from listener.model import Author, Engagement, Gap, Mention, Post, Priority, Tag, Verdict

HELSINKI = ZoneInfo("Europe/Helsinki")
SINCE = datetime(2026, 11, 1, 22, tzinfo=UTC)  # midnight in Helsinki
UNTIL = SINCE + timedelta(days=7)
WEEK = Period(SINCE, UNTIL)
SEEN = (Coverage("rss", ((SINCE, UNTIL),)),)


def mention(
    number: int = 1, brand: str = "finnair", *, hours: float = 1, source: str = "rss", **given
) -> Mention:
    tags = tuple(
        Tag(kind, given.pop(kind), 0.9)
        for kind in ("sentiment", "spam", "urgency")
        if kind in given
    )
    post = Post(
        site=given.pop("site", "blog"),
        native_id=str(number),
        text=given.pop("text", f"text {number}"),
        author=given.pop("author", Author()),
        engagement=Engagement(views=given.pop("views", 0)),
        published_at=SINCE + timedelta(hours=hours),
    )
    return Mention(post, brand, tags=tags, source=source, **given)


def told(*mentions: Mention, coverage=SEEN, period=WEEK, before=None, competitors=()) -> Digest:
    return digest(mentions, before or {}, coverage, period, HELSINKI, frozenset(competitors))


def only(digest: Digest) -> BrandFigures:
    (figures,) = digest.brands
    return figures


def test_volume_direct_and_indirect_and_the_period_before() -> None:
    week = told(
        mention(1, directness="direct"),
        mention(2),
        mention(3),
        before={"finnair": 2, "sas": 0},
        competitors=["norwegian"],
    )
    finnair, sas, norwegian = week.brands
    assert (finnair.count, finnair.before, finnair.direct, finnair.indirect) == (3, 2, 1, 2)
    assert (sas.brand, sas.count, sas.before, sas.share_of_voice) == ("sas", 0, 0, 0)
    assert (norwegian.count, norwegian.before, norwegian.is_competitor) == (0, None, True)


def test_own_brands_come_before_competitors() -> None:
    week = told(mention(1, "a"), mention(2, "b"), mention(3, "c"), competitors=["a"])
    assert [one.brand for one in week.brands] == ["b", "c", "a"]


def test_what_is_in_doubt_is_in_no_number_but_its_own() -> None:
    doubt = Verdict("review", 0.4, ("written small",))
    week = told(mention(1), mention(2, urgency="high", verdict=doubt))
    assert (only(week).count, only(week).in_doubt, week.urgent_count) == (1, 1, 0)
    assert words.left_out(only(week)) == "1 left out as in doubt, 1 without a sentiment."


def test_spam_is_in_no_number_but_its_own() -> None:
    week = told(
        mention(1, spam="no"),
        mention(2, spam="yes", urgency="high", views=10**6, author=Author("spammer")),
        mention(3, "sas", spam="yes"),
    )
    finnair, sas = week.brands
    assert (finnair.count, finnair.spam, finnair.share_of_voice) == (1, 1, 1)
    assert (sas.count, sas.spam) == (0, 1)
    assert week.urgent_count == 0
    assert week.voices == ()
    assert [story.count for story in week.stories] == [1]
    assert [place.count for place in week.places] == [1]


def test_what_may_be_spam_is_counted_as_any_other_and_apart() -> None:
    doubt = Tag("spam", "no", 0.4, chances=(("yes", 0.6), ("no", 0.4)))
    said = Tag("spam", "no", 1.0, by="person:anna")
    seen = dataclasses.replace(mention(1, urgency="high"), tags=(doubt, Tag("urgency", "high", 1)))
    settled = dataclasses.replace(mention(2), tags=(doubt, said))
    week = told(seen, settled)
    assert (only(week).count, only(week).spam_doubts, week.urgent_count) == (2, 1, 1)
    assert words.left_out(only(week)) == "1 counted that may be spam, 2 without a sentiment."


def test_sentiment_and_what_was_not_judged() -> None:
    labels = ["negative", "negative", "neutral", "positive", "mixed", "error", None]
    week = told(
        *(
            mention(number, **({"sentiment": label} if label else {}))
            for number, label in enumerate(labels)
        )
    )
    figures = only(week)
    assert figures.sentiment == {"negative": 2, "neutral": 1, "positive": 1, "mixed": 1}
    assert (figures.count, figures.not_judged, figures.failed) == (7, 2, 1)
    assert week.failed == {"sentiment": 1}


def test_a_classifier_that_was_tried_again_has_not_failed() -> None:
    tags = (Tag("sentiment", "error", 0), Tag("sentiment", "positive", 0.8))
    week = told(dataclasses.replace(mention(), tags=tags))
    assert (only(week).failed, only(week).sentiment["positive"]) == (0, 1)
    assert week.failed == {}


def test_share_of_voice_is_among_all_brands_told() -> None:
    week = told(*(mention(number, "sas") for number in range(3)), mention(9), competitors=["sas"])
    assert [(one.brand, one.share_of_voice) for one in week.brands] == [
        ("finnair", 0.25),
        ("sas", 0.75),
    ]
    assert told(competitors=["sas"]).brands[0].share_of_voice is None


def test_mentions_outside_the_period_are_passed_over() -> None:
    week = told(
        mention(1, hours=-0.001),
        mention(2, hours=0),
        mention(3, hours=7 * 24),
        mention(4, hours=167),
    )
    assert only(week).count == 2
    assert [bar.count for bar in only(week).series] == [1, 0, 0, 0, 0, 0, 1]
    undated = Mention(Post("blog", "1", "text"), "finnair")
    assert told(undated).brands == ()


def test_a_brand_whose_sources_saw_nothing_is_not_zero() -> None:
    down = Coverage("rss", (), (Gap(SINCE, UNTIL, "HTTP 503"),))
    week = told(coverage=[down], before={"finnair": 4})
    figures = only(week)
    assert figures.count is None
    assert figures.share_of_voice is None
    assert figures.gappy == ("rss",)
    assert [bar.count for bar in figures.series] == [None] * 7
    assert [source.source for source in week.unseen] == ["rss"]
    assert [(place.source, place.count) for place in week.places] == [("rss", None)]


def test_without_any_coverage_nothing_is_zero_either() -> None:
    week = told(mention(1), coverage=[], before={"sas": 1})
    finnair, sas = week.brands
    assert (finnair.count, sas.count) == (1, None)
    assert [bar.count for bar in finnair.series] == [1, *[None] * 6]
    assert week.places[0].view is None


def test_a_gap_marks_the_brands_and_the_bars_that_rest_on_it() -> None:
    day = timedelta(days=1)
    gap = Gap(SINCE + 2 * day, SINCE + 3 * day, "down")
    coverage = [
        Coverage("rss", ((SINCE, UNTIL),), (gap,), brands=frozenset({"finnair"})),
        Coverage("blog", ((SINCE, UNTIL),), brands=frozenset({"sas"})),
    ]
    week = told(mention(1), mention(2, "sas"), coverage=coverage, before={"norwegian": 1})
    finnair, norwegian, sas = week.brands
    assert finnair.gappy == ("rss",)
    assert [bar.is_whole for bar in finnair.series] == [True, True, False, *[True] * 4]
    assert [bar.count for bar in finnair.series] == [1, 0, None, 0, 0, 0, 0]
    assert sas.gappy == ()
    assert all(bar.is_whole for bar in sas.series)
    assert norwegian.count is None
    assert norwegian.gappy == ()


def test_a_bar_that_one_source_missed_and_another_saw_is_the_least_there_was() -> None:
    coverage = [*SEEN, Coverage("x", ((SINCE, UNTIL - timedelta(days=1)),))]
    bars = only(told(mention(1), coverage=coverage)).series
    assert (bars[-1].count, bars[-1].is_whole) == (0, False)
    assert bars[0].is_whole


def test_days_are_local_and_a_change_of_the_clock_makes_one_longer() -> None:
    since = datetime(2026, 10, 23, 21, tzinfo=UTC)  # midnight in Helsinki; the clock changes on 25
    period = Period(since, since + timedelta(days=4))
    lengths = [
        (bar.until - bar.since) / timedelta(hours=1)
        for bar in only(told(period=period, before={"finnair": 0})).series
    ]
    assert lengths == [24, 25, 24, 23]


def test_a_period_may_begin_and_end_within_a_day() -> None:
    period = Period(SINCE + timedelta(hours=9), UNTIL - timedelta(hours=5))
    series = only(told(mention(hours=10), period=period)).series
    assert series[0].since == period.since
    assert series[0].until == SINCE + timedelta(days=1)
    assert series[-1].until == period.until
    assert [bar.count for bar in series] == [1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("zone", "minutes"), [("Europe/Helsinki", 0), ("Asia/Kolkata", 30), ("Asia/Kathmandu", 15)]
)
def test_short_periods_are_told_by_the_local_hour(zone: str, minutes: int) -> None:
    period = Period(SINCE + timedelta(minutes=40), SINCE + timedelta(hours=48, minutes=40))
    day = digest([mention(hours=30)], {}, SEEN, period, ZoneInfo(zone), frozenset())
    series = only(day).series
    assert 48 <= len(series) <= 50
    assert all(bar.since.minute == minutes for bar in series[1:])
    assert sum(bar.count or 0 for bar in series) == 1
    assert [bar.until for bar in series[:-1]] == [bar.since for bar in series[1:]]


@pytest.mark.parametrize("days", [3, 91, 92, 93, 400, 3_650])
def test_long_periods_keep_their_bars_few(days: int) -> None:
    period = Period(SINCE, SINCE + timedelta(days=days, hours=-3))
    series = only(told(mention(hours=50), period=period)).series
    assert len(series) <= DAILY_BARS_MAX
    assert len(series) == days or days > DAILY_BARS_MAX - 1
    assert series[0].since == period.since
    assert series[-1].until == period.until
    assert sum(bar.count or 0 for bar in series) == 1


def test_places_hold_every_source_with_what_it_saw() -> None:
    coverage = [*SEEN, Coverage("silent", ((SINCE, UNTIL),)), Coverage("down")]
    week = told(
        *(mention(number, site="x", source="x_search") for number in range(3)),
        mention(7),
        mention(8, site="forum"),
        coverage=coverage,
    )
    assert [(one.source, one.site, one.count) for one in week.places] == [
        ("x_search", "x", 3),
        ("rss", "blog", 1),
        ("rss", "forum", 1),
        ("down", "", None),
        ("silent", "", 0),
    ]
    assert week.places[0].view is None
    assert week.places[4].view is not None


def test_places_are_bounded_and_counted() -> None:
    week = told(*(mention(number, site=f"site{number}") for number in range(PLACES_MAX + 7)))
    assert len(week.places) == PLACES_MAX
    assert week.places_count == PLACES_MAX + 7


def test_voices_by_reach_each_post_once() -> None:
    loud, known, quiet = Author("loud", followers=10), Author("", "A Name"), Author("quiet")
    week = told(
        mention(1, author=loud),
        mention(1, "sas", author=loud),
        mention(2, author=loud, views=500),
        mention(3, author=known),
        mention(4, author=known),
        mention(5, author=quiet),
        mention(6),
    )
    assert [(one.name, one.posts, one.reach) for one in week.voices] == [
        ("loud", 2, 510),
        ("A Name", 2, None),
        ("quiet", 1, None),
    ]


def test_urgent_are_the_weightiest_with_their_reasons() -> None:
    tagged = (Tag("urgency", "high", 0.9, ("it is down", "now")),)
    urgent = dataclasses.replace(mention(1), tags=tagged, priority=Priority(70, ("now", "angry")))
    weighty = dataclasses.replace(mention(2), priority=Priority(80, ("wide reach",)))
    plain = dataclasses.replace(mention(3, urgency="medium"), priority=Priority(79))
    week = told(urgent, weighty, plain)
    assert [(one.text, one.priority, one.reasons) for one in week.urgent] == [
        ("text 2", 80, ("wide reach",)),
        ("text 1", 70, ("it is down", "now", "angry")),
    ]
    assert week.urgent_count == 2
    assert week.urgent[0].at == SINCE + timedelta(hours=1)


def test_urgent_is_bounded_and_counted_and_free_of_huge_texts() -> None:
    flood = [
        dataclasses.replace(
            mention(number, text="a" * 100_000, urgency="high"), priority=Priority(number % 101)
        )
        for number in range(500)
    ]
    week = told(*flood)
    assert week.urgent_count == 500
    assert len(week.urgent) == URGENT_MAX
    assert {one.priority for one in week.urgent} >= {100, 99, 98}
    assert max(len(one.text) for one in week.urgent) <= 280


def test_the_order_in_which_mentions_come_changes_nothing() -> None:
    chance = random.Random(3)
    mentions = [
        dataclasses.replace(
            mention(
                number,
                chance.choice(["finnair", "sas"]),
                hours=chance.randrange(160),
                text=chance.choice(["flight late again today at the gate", f"text {number}"]),
                urgency=chance.choice(["high", "low"]),
                author=Author(f"author{number % 9}", followers=number % 5),
            ),
            priority=Priority(chance.randrange(100)),
        )
        for number in range(400)
    ]
    first = told(*mentions)
    chance.shuffle(mentions)
    assert told(*mentions) == first


def test_what_was_imported_is_told_before_any_number() -> None:
    week = told(mention(1), mention(2, source="import/brandwatch"), mention(3, source="import/csv"))
    assert week.imported == ("import/brandwatch", "import/csv")
    first, *others = words.headlines(week)
    assert "import/brandwatch" in first
    assert "in no number" in first
    assert others == list(words.headlines(told(mention(1))))
    assert told(mention(1)).imported == ()

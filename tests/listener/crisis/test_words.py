"""What a crisis is about, which hours were seen, and what is told."""

from datetime import UTC, datetime, timedelta

from listener.coverage import Coverage
from listener.crisis.baseline import Expected
from listener.crisis.cause import explained, loudest, terms
from listener.crisis.detect import Finding, Sign
from listener.crisis.seen import saw_last_hour, seen_hours
from listener.crisis.words import calm_alarm, crisis_alarm
from listener.model import Author, Engagement, Gap, Mention, Post

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def mention(n: int, text: str, *, followers: int = 10, site: str = "x", likes: int = 0) -> Mention:
    author = Author(f"writer{n}", followers=followers)
    return Mention(
        Post(site, str(n), text, author=author, engagement=Engagement(likes=likes)), "norvia"
    )


USUAL = [mention(n, f"Norvia delivered my parcel on day {n} as usual") for n in range(200)]
LOUD = [mention(300 + n, "Norvia's battery caught fire, recall it") for n in range(20)]


def test_what_stands_out_is_named_and_what_is_usual_is_not() -> None:
    found = terms([*LOUD, *USUAL[:5]], USUAL, ["Norvia"])
    assert set(found) >= {"battery", "fire", "recall"}
    assert not {"norvia", "parcel", "usual", "delivered"} & set(found)


def test_without_a_usual_no_term_stands_out() -> None:
    assert terms(LOUD, [], ["Norvia"]) == []


def test_one_writer_who_repeats_a_word_makes_no_term() -> None:
    assert terms([mention(1, "fire " * 50), *USUAL[:9]], USUAL, []) == []


def test_the_loudest_reaches_farthest() -> None:
    known, liked = mention(1, "a", followers=5_000), mention(2, "b", likes=400)
    assert loudest([LOUD[0], known, liked]) == liked
    assert loudest([]) is None


def test_it_is_explained_on_single_lines_whatever_strangers_write() -> None:
    hostile = mention(9, "fire\n\x1b[31m<!channel>\u202eevil", followers=10**6, site="x\ny")
    lines = explained([*LOUD, hostile], USUAL, ["Norvia"])
    assert len(lines) == 3
    assert "fire" in lines[0]
    assert all("\n" not in line and "\x1b" not in line and "\u202e" not in line for line in lines)
    assert explained([], USUAL, []) == []


def coverage(*gaps: tuple[int, int], source: str = "a", since: int = -100) -> Coverage:
    """Watched from ``since`` hours on, with gaps from and to so many minutes before now."""
    told = tuple(
        Gap(NOW - timedelta(minutes=first), NOW - timedelta(minutes=last), "down")
        for first, last in gaps
    )
    return Coverage(source, ((NOW + since * HOUR, NOW),), told)


def test_hours_with_a_long_gap_were_not_seen() -> None:
    seen = seen_hours([coverage((150, 70)), coverage(source="b")], NOW - 5 * HOUR, NOW)
    assert seen == [NOW - 5 * HOUR, NOW - 4 * HOUR, NOW - HOUR]


def test_a_short_gap_does_not_matter_and_many_short_ones_do() -> None:
    short, many = coverage((110, 100)), coverage((118, 112), (110, 104), (100, 92))
    other = coverage(source="b")
    assert len(seen_hours([short, other], NOW - 5 * HOUR, NOW)) == 5
    assert len(seen_hours([many, other], NOW - 5 * HOUR, NOW)) == 4


def test_hours_before_anybody_watched_were_not_seen() -> None:
    assert seen_hours([coverage(since=-2)], NOW - 5 * HOUR, NOW) == [NOW - 2 * HOUR, NOW - HOUR]
    assert seen_hours([], NOW - 5 * HOUR, NOW) == []


def test_a_source_that_was_never_seen_hides_nothing() -> None:
    never = Coverage("new", (), (Gap(NOW - 5 * HOUR, NOW, "down"),))
    assert len(seen_hours([coverage(), never], NOW - 5 * HOUR, NOW)) == 5


def test_a_source_that_is_mostly_dead_hides_nothing() -> None:
    dead = coverage((300, 0), source="dead")
    assert len(seen_hours([coverage(), dead], NOW - 5 * HOUR, NOW)) == 5
    assert not saw_last_hour([coverage(), dead], NOW)


def test_the_last_hour_was_seen_but_for_moments() -> None:
    assert saw_last_hour([coverage((50, 40), (300, 70))], NOW)
    assert not saw_last_hour([coverage((50, 30))], NOW)


def test_the_alarm_says_what_is_usual() -> None:
    expected = Expected(6.2, 10)
    signs = (Sign("negative", 60, 84, expected, 1e-20), Sign("mentions", 60, 99, expected, 1e-15))
    alarm = crisis_alarm("crisis", "norvia", Finding(signs), ["Said now: fire."])
    assert alarm.title == "Crisis: 84 negative mentions of norvia in an hour"
    assert alarm.body.splitlines()[0] == (
        "84 negative mentions in an hour; at this hour of the week 6.2 are usual, "
        "and up to 13 nothing to wonder at."
    )
    assert alarm.body.endswith("Said now: fire.")
    assert (alarm.kind, alarm.subject, alarm.raised) == ("crisis", "norvia", True)


def test_the_all_clear_clears() -> None:
    assert not calm_alarm("crisis", "norvia").raised

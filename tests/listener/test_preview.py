"""What a change of rules would gain and lose, from values alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from listener import preview as module
from listener.match import Matcher
from listener.match.around import Around, Marked
from listener.model import Brand, Mention, Post, Priority, Tag, Verdict
from listener.preview import (
    OTHER_SITES,
    SITES_MAX,
    Change,
    Counts,
    Preview,
    Replay,
    changes,
    preview,
)
from listener.preview_alerts import HELD_CHARS_MAX, JUDGED_MAX, Tolls
from listener.rules import Condition, Rule, Spike, Topic
from listener.testing.fakes import NOON, a_mention, a_post

NORVIA = Brand("norvia", names=("Norvia",), products=("Norvia Plus",))
SECOND = timedelta(seconds=1)
EVERY = Rule("every", ("desk", "lead"))
URGENT = Rule("urgent", ("desk",), Condition(tags={"urgency": frozenset({"high"})}))


def nobody(mentions: Sequence[Mention]) -> Sequence[Mention]:
    raise AssertionError("nothing was to be judged")


def by_text(mentions: Sequence[Mention]) -> Sequence[Mention]:
    """Urgent is what says so."""
    return [
        replace(one, tags=(Tag("urgency", "high" if "urgent" in one.post.text else "low", 0.9),))
        for one in mentions
    ]


def tagged(number: int, urgency: str = "high", **fields: Any) -> Mention:
    return a_mention(str(number), tags=(Tag("urgency", urgency, 0.9),), **fields)


def told(some: Sequence[Change], rules: Sequence[Rule] = (), **fields: Any) -> Preview:
    plain: dict[str, Any] = {"brands": [NORVIA], "judge": nobody}
    return preview(((one.mention.post, [one]) for one in some), rules=rules, **(plain | fields))


def test_before_and_after_are_paired_by_brand() -> None:
    kept, lost, gained = a_mention(brand="a"), a_mention(brand="b"), a_mention(brand="c")
    some = changes([lost, kept], [gained, kept], stored=[kept, lost])
    assert [(one.mention.brand, one.fate, one.judged) for one in some] == [
        ("a", "kept", True),
        ("b", "lost", True),
        ("c", "gained", False),
    ]


def test_a_mention_that_stays_keeps_its_tags_and_is_ranked_anew_where_it_weighs_otherwise() -> None:
    stored = tagged(1, priority=Priority(65, ("urgent",)), source="blogs")
    (same,) = changes([stored], [a_mention("1")], [stored])
    assert same.after is not None
    assert (same.after.label("urgency"), same.after.source) == ("high", "blogs")
    assert same.after.priority == Priority(65, ("urgent",))
    (other,) = changes([stored], [a_mention("1", directness="direct")], [stored])
    assert other.after is not None
    assert "addressed to the brand" in other.after.priority.reasons


def test_counts_by_site_and_in_all() -> None:
    doubt = Verdict("review", 0.4)
    elsewhere = replace(a_post("4"), site="x")
    some = [
        Change(a_mention("1"), a_mention("1", verdict=doubt)),
        Change(None, a_mention("2", verdict=doubt)),
        Change(a_mention("3", verdict=doubt), None),
        Change(None, a_mention(post=elsewhere)),
    ]
    result = told(some)
    assert result.posts == 4
    (brand,) = result.brands
    assert brand.counts == Counts(kept=1, gained=2, lost=1, doubts=2)
    assert brand.sites == {"fake": Counts(1, 1, 1, 2), "x": Counts(0, 1, 0, 0)}


def test_a_brand_with_nothing_is_told_and_one_that_is_gone_too() -> None:
    result = told([Change(a_mention(brand="gone"), None)])
    assert [(one.brand, one.counts.lost) for one in result.brands] == [("norvia", 0), ("gone", 1)]
    assert result.brands[1].lost[0].why == "the configuration has no such brand"


def test_samples_are_the_newest_whatever_the_order() -> None:
    times = [3, 0, 5, 1, 4, 2]
    some = [
        Change(None, a_mention(post=a_post(str(at), published_at=NOON + at * SECOND)))
        for at in times
    ]
    undated = Change(None, a_mention(post=a_post("none", published_at=None)))
    (brand,) = told([undated, *some], samples=3).brands
    assert [one.post for one in brand.gained] == ["fake:5", "fake:4", "fake:3"]
    (brand,) = told([*some, undated], samples=0).brands
    assert brand.gained == ()


def test_why_it_is_gained_doubtful_or_lost() -> None:
    matcher = Matcher([NORVIA])
    (mention,) = matcher.match(a_post(text="Norvia's late \x1b[31m\u202ered"))
    doubted = replace(mention, verdict=Verdict("review", 0.43, ("a\x07b (-1.0)",)))
    (brand,) = told([Change(None, doubted)]).brands
    (sample,) = brand.gained
    assert sample.why.startswith("name “Norvia")
    assert sample.doubt == "may be about something else: 0.43 for norvia, because ab (-1.0)"
    assert sample.text == "Norvia's late [31mred"

    strict = replace(NORVIA, forbid=("late",))
    (brand,) = told([Change(mention, None)], brands=[strict]).brands
    assert "the forbidden “late”" in brand.lost[0].why


def test_what_stays_and_is_in_doubt_is_shown() -> None:
    doubt = Verdict("review", 0.4, ("in lower case",))
    doubted = [a_mention(number, verdict=doubt) for number in "123"]
    some = [
        Change(a_mention("1"), doubted[0]),
        Change(doubted[1], doubted[1]),
        Change(None, doubted[2]),
        Change(doubted[0], a_mention("1")),
    ]
    (brand,) = told(some).brands
    assert [one.post for one in brand.doubted] == ["fake:1", "fake:2"], "what is new comes first"
    (short,) = told(some, samples=1).brands
    assert [one.post for one in short.doubted] == ["fake:1"]
    assert "because in lower case" in brand.doubted[0].doubt
    assert (brand.counts.kept, brand.counts.doubts) == (3, 3)


def test_why_an_answer_is_lost_is_its_thread() -> None:
    (mention,) = Matcher([NORVIA]).match(
        a_post(text="so late", in_reply_to="1"), around=Around(thread=frozenset({"norvia"}))
    )
    (brand,) = told([Change(mention, None)]).brands
    assert brand.lost[0].why == "the post that it answers is no mention"


def test_sites_are_bounded() -> None:
    posts = [replace(a_post(str(at)), site=f"s{at}") for at in range(SITES_MAX + 50)]
    (brand,) = told([Change(None, a_mention(post=post)) for post in posts]).brands
    assert len(brand.sites) == SITES_MAX + 1
    assert brand.sites[OTHER_SITES].gained == 50
    assert brand.counts.gained == SITES_MAX + 50


def test_a_rule_that_asks_for_no_judgement_is_counted_exactly_without_one() -> None:
    direct = Rule("direct", ("desk",), Condition(directness=frozenset({"direct"})))
    some = [
        Change(None, a_mention("1")),
        Change(None, a_mention("2", directness="direct")),
        Change(a_mention("3", directness="direct"), a_mention("3")),
        Change(a_mention("4"), None),
        Change(a_mention("5"), a_mention("5")),
    ]
    every, addressed = told(some, [EVERY, direct]).alerts
    assert (every.before, every.more, every.fewer, every.asks) == (3, 2, 1, ())
    assert every.send_to == ("desk", "lead")
    assert (addressed.before, addressed.more, addressed.fewer) == (1, 1, 1)


def test_a_rule_that_asks_for_tags_takes_those_that_are_stored_and_has_the_rest_judged() -> None:
    some = [
        Change(tagged(1), tagged(1), judged=True),
        Change(tagged(2), None, judged=True),
        Change(tagged(3, "low"), None, judged=True),
        Change(None, a_mention(post=a_post("4", "Norvia, urgent"))),
        Change(None, a_mention(post=a_post("5", "Norvia"))),
    ]
    result = told(some, [URGENT, EVERY], judge=by_text)
    urgent, every = result.alerts
    assert (urgent.before, urgent.more, urgent.fewer, urgent.estimated) == (2, 1, 1, False)
    assert urgent.asks == ("urgency",)
    assert (every.before, every.more, every.fewer) == (3, 2, 2)
    assert (result.unjudged, result.judged) == (2, 2)


def test_what_a_rule_told_before_is_not_known_of_mentions_without_tags() -> None:
    some = [Change(a_mention("1"), a_mention("1")), Change(a_mention("2"), None)]
    urgent, every = told(some, [URGENT, EVERY], judge=by_text).alerts
    assert (urgent.before, every.before) == (None, 2)


def test_stored_mentions_that_lack_a_tag_are_said_to() -> None:
    bare = a_mention("1", brand="skylark")
    when = Condition(brands=frozenset({"skylark"}), tags=URGENT.when.tags)
    some = [Change(bare, bare, judged=True), Change(tagged(2, "low"), None, judged=True)]
    urgent, narrow = told(some, [URGENT, replace(URGENT, when=when)]).alerts
    assert (urgent.lacking, narrow.lacking) == (1, 1)
    when = replace(when, brands=frozenset({"norvia"}))
    (other,) = told(some, [replace(URGENT, when=when)]).alerts
    assert other.lacking == 0


def test_a_large_gain_is_judged_in_a_sample_and_scaled_up_the_same_at_every_run() -> None:
    asked: list[int] = []

    def judge(mentions: Sequence[Mention]) -> Sequence[Mention]:
        asked.append(len(mentions))
        return by_text(mentions)

    count = 2 * JUDGED_MAX
    some = [
        Change(
            None,
            a_mention(post=a_post(str(at), "Norvia, urgent" if at < count * 3 / 4 else "Norvia")),
        )
        for at in range(count)
    ]
    result = told(some, [URGENT], judge=judge)
    (urgent,) = result.alerts
    assert asked == [JUDGED_MAX]
    assert (result.unjudged, result.judged, urgent.estimated) == (count, JUDGED_MAX, True)
    assert abs(urgent.more - count * 3 / 4) < count * 0.05
    assert told(some[::-1], [URGENT], judge=judge).alerts == result.alerts


def test_a_rule_by_source_counts_what_came_from_nobody_knows_where() -> None:
    rule = Rule("blogs", ("desk",), Condition(sources=frozenset({"blogs"})))
    some = [Change(None, a_mention("1", source="")), Change(a_mention("2", source="x"), None)]
    (toll,) = told(some, [rule]).alerts
    assert (toll.more, toll.fewer, toll.by_source) == (1, 0, True)


def test_a_rule_by_topic_and_for_a_team_is_counted_too() -> None:
    when = Condition(topics=frozenset({Topic("late", ("late", "myöhässä"))}))
    tolls = Tolls([Rule("late", (), when, team="care")])
    for number, text in enumerate(("Norvia is late", "Norvia on myöhässä", "Norvia flies")):
        tolls.add(None, a_mention(post=a_post(str(number), text)), judged=True)
    (toll,), _, _ = tolls.told(list)
    assert (toll.team, toll.more, toll.asks) == ("care", 2, ())


def test_rules_about_volumes_say_nothing() -> None:
    assert told([Change(None, a_mention())], [Rule("many", ("desk",), spike=Spike())]).alerts == ()


def test_the_same_post_twice_and_very_long_texts_do_no_harm() -> None:
    long = a_mention(post=a_post("1", "Norvia " * HELD_CHARS_MAX))
    lengths: list[int] = []

    def judge(mentions: Sequence[Mention]) -> Sequence[Mention]:
        lengths.extend(len(one.post.text) for one in mentions)
        return by_text(mentions)

    result = told([Change(None, long)] * 3, [URGENT], judge=judge)
    assert lengths == [HELD_CHARS_MAX] * 3
    assert result.brands[0].counts.gained == 3


def test_a_replay_knows_what_the_posts_before_were_about() -> None:
    replay = Replay(Matcher([NORVIA]))
    assert replay.match(a_post("1"))
    (answer,) = replay.match(a_post("2", "so late", in_reply_to="1"))
    assert answer.evidence[0].kind == "thread"
    assert not replay.match(a_post("3", "so late", in_reply_to="2"))
    stored = Around(thread=frozenset({"norvia"}))
    assert replay.match(a_post("4", "so late", in_reply_to="99"), stored)
    replay.match(a_post("5", "nothing of it"))
    assert not replay.match(a_post("6", "so late", in_reply_to="fake:5"), stored)


def test_a_replay_forgets_what_lies_far_back(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "REMEMBERED_MAX", 2)
    replay = Replay(Matcher([NORVIA]))
    for number in "123":
        replay.match(a_post(number))
    assert not replay.match(a_post("4", "so late", in_reply_to="1"))


def test_a_replay_heeds_what_a_person_said() -> None:
    brand = replace(NORVIA, ambiguous=True)
    marked = [Marked(a_post("1"), "norvia", False), Marked(a_post("2"), "norvia", True)]
    replay = Replay(Matcher([brand], marked), None, marked)
    assert replay.match(a_post("1")) == ()
    assert [one.verdict for one in replay.match(a_post("2"))] == [Verdict()]


def test_a_replay_can_be_of_some_brands() -> None:
    both = Matcher([NORVIA, Brand("skylark", names=("Skylark",))])
    mentions = Replay(both, {"skylark"}).match(a_post(text="Norvia or Skylark"))
    assert [one.brand for one in mentions] == ["skylark"]


BRANDS = st.frozensets(st.sampled_from(["norvia", "skylark", "gone"]))
URGENCIES = st.sampled_from(["urgent", "calm"])


@given(st.lists(st.tuples(BRANDS, BRANDS, URGENCIES), max_size=12))
def test_the_sums_are_right(drawn: list[tuple[frozenset[str], frozenset[str], str]]) -> None:
    """What was told before, and more, less fewer, is what is told after."""
    seen: list[tuple[Post, Sequence[Change]]] = []
    before_urgent = after_urgent = 0
    for number, (was, now, text) in enumerate(drawn):
        post = a_post(str(number), text)
        before = by_text([a_mention(post=post, brand=brand) for brand in sorted(was)])
        after = [a_mention(post=post, brand=brand) for brand in sorted(now)]
        before_urgent += len(before) * (text == "urgent")
        after_urgent += len(after) * (text == "urgent")
        seen.append((post, changes(before, after, before)))
    result = preview(seen, [NORVIA], [URGENT, EVERY], by_text)
    urgent, every = result.alerts
    assert urgent.before == before_urgent
    assert urgent.before + urgent.more - urgent.fewer == after_urgent
    assert every.before is not None
    kept = sum(one.counts.kept for one in result.brands)
    assert every.before == kept + sum(one.counts.lost for one in result.brands)
    assert sum(len(now) for _, now, _ in drawn) == kept + every.more

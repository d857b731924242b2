"""``listener dryrun`` over a real store: what was told is what would have been."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from listener.clock import utc_now
from listener.model import Post, Priority
from listener.store.port import Tagged
from listener.testing import a_mention, a_post
from listener.testing.store_steps import poll
from tests.listener.cli.commands import Listener, configure, store_in

RULES = """
[[rules]]
name = "each"
when = { priority_min = 50 }
send_to = ["desk"]
[[rules]]
name = "stories"
send_to = ["desk"]
fold = "story"
[[rules]]
name = "never"
when = { brand = ["skylark"] }
send_to = ["desk"]
[[rules]]
name = "volume"
send_to = ["desk"]
spike = {}
[classifiers]
order = []
"""
STORY = (
    "Norvia has cancelled every morning flight to Oulu because of fog, and nobody at the gate can "
    "say when the next one leaves"
)


def keep(folder: Path, *texts: str, stories: bool = True) -> None:
    """Mentions that were tagged an hour ago, a minute after each other, with these stories."""
    at = utc_now() - timedelta(hours=1)
    with store_in(folder) as store:
        for number, text in enumerate(texts):
            now = at + timedelta(minutes=number)
            post: Post = a_post(str(number), text, published_at=now)
            poll(store, [post], mentions=[a_mention(post=post)], now=now)
            (turn,) = store.claim_mentions(now, 60, 10)
            mention = replace(turn.mention, priority=Priority(60 if number else 10))
            story = "fake:0" if stories else ""
            assert store.save_tags([Tagged(mention, turn.token, (), story)], now) == 1


def test_counts_by_day_the_busiest_and_the_sum(tmp_path: Path, listener: Listener) -> None:
    keep(tmp_path, "Norvia one", "Norvia two", "Norvia three")
    configure(tmp_path, RULES)
    told = listener("dryrun")
    assert (told.code, told.err) == (0, "")
    lines = told.lines
    assert lines[0].startswith("3 mentions tagged ")
    assert "each: would have been 2 messages to desk, with 2 mentions" in lines
    updates = "(2 of them updates of an earlier one)"
    assert f"stories: would have been 3 messages to desk {updates}, with 3 mentions" in lines
    assert "never: would have told nothing" in lines
    assert sum(line.startswith("  busiest day: ") for line in lines) == 2
    assert not any("volume" in line for line in lines)


def test_as_json(tmp_path: Path, listener: Listener) -> None:
    keep(tmp_path, "Norvia one", "Norvia two")
    configure(tmp_path, RULES)
    told = json.loads(listener("dryrun", "--json", "--rule", "stories", "--since", "2d").out)
    assert (told["mentions"], told["rules"]) == (2, ["stories"])
    (one,) = told["told"]
    assert (one["rule"], one["channel"], one["messages"]) == ("stories", "desk", 2)
    assert sum(day["mentions"] for day in one["days"].values()) == one["mentions"] == 2
    assert one["busiest_day"] in one["days"]


def test_what_was_tagged_before_stories_were_kept_is_folded_now(
    tmp_path: Path, listener: Listener
) -> None:
    keep(tmp_path, STORY, f"{STORY}!", "Norvia is fine", stories=False)
    configure(tmp_path, RULES)
    lines = listener("dryrun", "--rule", "stories").lines
    what = "(that one is updates" if "that one" in lines[2] else "(1 of them updates"
    assert f"stories: would have been 3 messages to desk {what} of an earlier one)" in lines[2]


def test_only_the_period_counts(tmp_path: Path, listener: Listener) -> None:
    keep(tmp_path, "Norvia one")
    configure(tmp_path, RULES)
    assert listener("dryrun", "--since", "30m").lines[0].startswith("0 mentions tagged ")
    told = listener("dryrun", "--since", "1h", "--until", "2h")
    assert (told.code, told.out) == (2, "")
    assert "the period is empty" in told.err


def test_nothing_is_stored(tmp_path: Path, listener: Listener) -> None:
    keep(tmp_path, "Norvia one", "Norvia two")
    configure(tmp_path, RULES)
    listener("dryrun")
    with store_in(tmp_path) as store:
        assert store.status(utc_now()).waiting_by_channel == {}


def test_rules_that_are_not_there_or_are_about_no_mentions(
    tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path, RULES)
    told = listener("dryrun", "--rule", "eech")
    assert (told.code, told.out) == (2, "")
    assert "no rule 'eech'" in told.err
    assert "did you mean 'each'?" in told.err
    told = listener("dryrun", "--rule", "volume")
    assert told.code == 2
    assert "'volume' is not about single mentions" in told.err


def test_without_a_store(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, RULES)
    told = listener("dryrun")
    assert told.code == 2
    assert "there is nothing yet" in told.err

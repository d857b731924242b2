"""No post can ping, link or format in Slack, whatever it holds.

The full campaign of 100,000 posts is ``python tests/campaign_slack.py``.
"""

import json
from dataclasses import replace
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.slack_parts.blocks import message, reply
from alerts.slack_parts.buttons import buttons
from alerts.slack_parts.escape import harmless, link
from alerts.text import JOINER, web_address
from listener.model import AlertKind
from listener.ports import Call
from tests.alerts.example import NOON, alert, everywhere, mention
from tests.alerts.slack_cases import case, case_alert
from tests.alerts.slack_clicks import Member
from tests.alerts.slack_hostile import ATOMS, hostile_alert
from tests.alerts.slack_hostile import words as hostile_words
from tests.alerts.slack_oracle import QUIET_POST, findings, unescape_three, whisper_findings
from tests.alerts.slack_server import SlackServer
from tests.alerts.test_slack import bot
from tests.alerts.test_slack_hearing import TS, Shown
from tests.campaign_slack import campaign

Json = dict[str, Any]

WORDS = st.lists(st.sampled_from(ATOMS) | st.text(max_size=20), max_size=30).map("".join)


def call(content: Json) -> Json:
    """The content as it would be called with, after a trip through JSON."""
    metadata = {"event_type": "listener_alert", "event_payload": {"key": "k"}}
    payload = QUIET_POST | {"channel": "C1", "metadata": metadata} | content
    return dict(json.loads(json.dumps(payload)))


@settings(max_examples=300, deadline=None)
@given(WORDS)
def test_words_in_every_field_stay_words(words: str) -> None:
    hostile = everywhere(words)
    assert findings(call(message(hostile)), hostile) == []


@settings(max_examples=100, deadline=None)
@given(WORDS, st.sampled_from(get_args(AlertKind)))
def test_words_in_every_field_of_a_case_stay_words(words: str, kind: AlertKind) -> None:
    named = case(key=words, team=words, owner=words, rule=words, state="claimed", mentions=9)
    hostile = everywhere(words)
    told = replace(hostile, kind=kind, case=named, history=hostile.mentions, history_count=2)
    for content in (message(told, acts=True), reply(told)):
        assert findings(call(content), told) == []


@settings(max_examples=300, deadline=None)
@given(WORDS, st.integers(1, 60))
def test_a_cut_leaves_nothing_half(words: str, chars_max: int) -> None:
    safe = harmless(words, chars_max)
    assert len(safe.encode("utf-16-le", "surrogatepass")) <= 2 * chars_max
    decoded = unescape_three(safe).replace(JOINER, "").removesuffix("…")
    assert (
        words.replace(JOINER, "")
        .encode("utf-16", "replace")
        .startswith(decoded.encode("utf-16", "replace"))
    )


def test_a_word_to_one_person_stays_words() -> None:
    shown = Shown({TS: {"blocks": buttons(case())}})
    click = Member(shown, NOON).press(TS, "claim")
    asked = Call({name.lower(): value for name, value in click.headers.items()}, click.body, NOON)
    with SlackServer() as server:
        for random in map(Random, range(200)):
            bot(server).answer(asked, hostile_words(random, 20))
    assert len(server.whispers) == 200
    assert [whisper_findings(call) for call in server.whispers] == [[]] * 200


def test_a_campaign_over_http_finds_nothing() -> None:
    sent, found = campaign(1_000, seed=7)
    assert found == []
    assert sent >= 1_000


@pytest.mark.parametrize("atom", [atom for atom in ATOMS if atom.encode(errors="ignore").strip()])
def test_the_words_are_still_there_to_read(atom: str) -> None:
    read = unescape_three(harmless(atom, 3000))
    assert read.replace(JOINER, "") == atom.replace(JOINER, "")


@pytest.mark.parametrize(
    ("raw", "finding"),
    [
        ("<!here>", "raw mark-up"),
        ("&lt;!here&gt;", "a ping"),
        ("&amp;lt;!here&amp;gt;", "a ping"),
        ("&", "raw mark-up"),
        ("ask @here", "a ping"),
        ("＠channel", "a ping"),
        ("see #general", "a ping"),
        ("http://evil.example", "an address"),
        ("evil.example", "a domain"),
        ("a@evil", "a mail address"),
        (":smile:", "an emoji code"),
        ("+358 40 1234", "a telephone number"),
        ("555-123-4567", "a telephone number"),
    ],
)
def test_the_judge_sees_what_an_escaper_forgot(raw: str, finding: str) -> None:
    told = alert()
    content = message(told)
    content["blocks"][2]["elements"][0]["text"] = raw
    assert any(finding in line for line in findings(call(content), told))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"parse": "full"}, "argument parse"),
        ({"link_names": True}, "argument link_names"),
        ({"attachments": [{"text": "x"}]}, "argument attachments"),
        ({"text": "*bold*"}, "formatting"),
        ({"text": "x" * 5000}, "text of 5000"),
        ({"blocks": [{"type": "divider"}] * 51}, "51 blocks"),
        ({"blocks": [{"type": "markdown", "text": {"type": "x", "text": "x"}}]}, "type markdown"),
    ],
)
def test_the_judge_sees_a_call_that_lets_slack_parse(change: Json, finding: str) -> None:
    told = alert()
    assert any(finding in line for line in findings(call(message(told) | change), told))


@pytest.mark.parametrize(
    "mark",
    [
        "<@U012AB3CD> <!here>",
        "<!subteam^S01>",
        "<!date^1^{time}^https://evil.example|x>",
        "answer due *now*",
    ],
)
def test_the_judge_sees_marks_that_are_not_ours(mark: str) -> None:
    content = message(case_alert())
    content["blocks"][1]["elements"][1]["text"] = mark
    assert any("not our link" in line for line in findings(call(content), case_alert()))


def test_the_judge_sees_words_of_others_on_a_button() -> None:
    content = message(case_alert(), acts=True)
    (row,) = [block for block in content["blocks"] if block["type"] == "actions"]
    row["elements"][0]["text"]["text"] = "ask <!here>"
    assert any("on buttons" in line for line in findings(call(content), case_alert()))


def test_the_judge_sees_a_link_to_somewhere_else() -> None:
    told = alert()
    other = message(alert(mention(url="https://evil.example/")))
    assert any("somewhere else" in line for line in findings(call(other), told))


def test_a_hostile_alert_can_be_made_again_from_its_seed() -> None:
    assert hostile_alert(Random("1/2")) == hostile_alert(Random("1/2"))
    assert hostile_alert(Random("1/2")) != hostile_alert(Random("1/3"))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"),
        (" https://EXAMPLE.org/%C3%A4 ", "https://example.org/%C3%A4"),
        ("https://example.org/ä b", "https://example.org/%C3%A4%20b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.example/", ""),  # an older rule of the codec makes it fass.example
        ("https://ｅxample.org/", ""),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://mastodon.example/@matti/1", "https://mastodon.example/@matti/1"),
        ("https://x.example/@here", "https://x.example/%40here"),
        ("https://x.example/<!here>|x", "https://x.example/%3C%21here%3E%7Cx"),
        ("https://x.example/\"onload='x'`", "https://x.example/%22onload=%27x%27%60"),
        ("https://good.example@evil.example/", ""),
        ("https://good.example\\@evil.example/", ""),
        ("https://ex ample.org/", ""),
        ("https://<!here>/", ""),
        ("https://x.example:99999/", ""),
        ("https://[::1", ""),
        ("https:///path", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,<b>", ""),
        ("//example.org/", ""),
        ("example.org", ""),
        ("https://x.example/\ud800", ""),
        ("https://x.example/" + "a" * 2_000, ""),
        ("", ""),
    ],
)
def test_only_a_web_address_is_linked(url: str, address: str) -> None:
    assert web_address(url) == address
    assert bool(link(url)) == bool(address)


def test_a_link_that_outgrows_a_text_object_is_left_out() -> None:
    assert web_address("https://x.example/" + "&" * 1_900)
    assert link("https://x.example/" + "&" * 1_900) == ""


def test_the_first_told_come_first_then_the_weightiest() -> None:
    light, heavy = mention(1), mention(2)
    old = replace(mention(3), priority=replace(heavy.priority, score=99))
    told = message(alert(light, heavy, earlier=(old,), earlier_count=1))
    order = [told["text"].index(f"lento {number}") for number in (2, 1, 3)]
    assert order == sorted(order)

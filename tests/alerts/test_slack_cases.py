"""A case in Slack: what its message says, how it is kept up to date, what is heard of."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.slack import SlackChannel
from alerts.slack_parts.blocks import message
from alerts.slack_parts.buttons import buttons, case_of
from listener.model import LABELS, Alert, Author, Case, Tag
from listener.placing import MENTIONS_PER_TELLING_MAX
from listener.ports import Following, Hearing, Paced, Reject, Secret
from tests.alerts.example import NOON, alert, mention
from tests.alerts.slack_cases import MINUTE, case, case_alert, change
from tests.alerts.slack_clicks import SIGNING_SECRET
from tests.alerts.slack_limits import broken
from tests.alerts.slack_server import SlackServer
from tests.alerts.test_slack import bot, hook, words_of

Json = dict[str, Any]


def desk(server: SlackServer, **settings: Any) -> SlackChannel:
    return bot(server, signing_secret=Secret(SIGNING_SECRET), channel_name="service", **settings)


def row(payload: Json) -> Json | None:
    """The row of buttons, by action."""
    for block in payload["blocks"]:
        if block["type"] == "actions":
            return {element["action_id"]: element for element in block["elements"]}
    return None


def offered(payload: Json) -> list[str]:
    """All that can be pressed, and what the menu holds."""
    found = row(payload) or {}
    return [*found, *(one["value"] for one in found.get("more", {}).get("options", []))]


def read(payload: Json) -> str:
    """All that a message shows, buttons apart."""
    shown = [block for block in payload["blocks"] if block["type"] != "actions"]
    return words_of(payload | {"blocks": shown})


def test_it_says_who_where_why_until_when_and_what_was_before() -> None:
    before = mention(7, text="Laukku jäi Ouluun", title="")
    told = case_alert(history=(before,), history_count=3)
    with SlackServer() as server:
        desk(server).send(told)
    shown = read(server.calls[0].payload)
    for piece in (
        "case finnair-17 · team service · new, nobody has it",
        "claim due <!date^1795263300^{date_short_pretty} {time}|2026-11-21 12:15 UTC>",
        "answer due <!date^1795266000^{date_short_pretty} {time}|2026-11-21 13:00 UTC>",
        "Matti M. (@matti), 1200 followers",
        "urgent; negative toward the brand; peruttiin",
        "<https://example.org/posts/1?a=1&amp;b=2|Open the post>",
        "Matti M. (@matti), 1200 followers wrote 3 times before:",
        "Laukku jäi Ouluun",
    ):
        assert piece in shown


def test_a_story_tells_count_reach_sentiment_and_newest_voices() -> None:
    people = [
        mention(n, author=Author(f"@p{n}", followers=100), published_at=NOON + n * MINUTE)
        for n in range(8)
    ]
    glad = replace(people[0], tags=(Tag("sentiment", "positive", 0.9),))
    told = alert(
        *people[1:],
        earlier=(glad,),
        earlier_count=40,
        case=case(mentions=47, authors=45),
    )
    (spread,) = [line for line in read(message(told)).splitlines() if "newest" in line]
    assert spread == (
        "47 mentions by 45 authors · at least 800 followers · of 8 here 7 negative, 1 positive · "
        "newest: @p7, @p6, @p5, @p4, @p3"
    )


def test_where_all_are_known_nothing_is_hedged() -> None:
    told = alert(mention(1), mention(2, author=Author("@b", followers=5)))
    assert "2 mentions · 1205 followers · 2 negative" in read(message(told))


def test_a_single_post_is_no_story() -> None:
    assert "newest" not in read(message(case_alert()))


def test_without_a_signing_secret_or_a_case_there_are_no_buttons() -> None:
    with SlackServer() as server:
        bot(server).send(case_alert())
        desk(server).send(alert())
        desk(server).send(alert(kind="crisis", title="Crisis: finnair"))
        desk(server).send(case_alert())
    assert [row(call.payload) is not None for call in server.calls] == [False, False, False, True]


CLAIMED = case(state="claimed", owner="Anna", version=2)
STATES: list[tuple[Case, set[str], set[str]]] = [
    (case(), {"claim", "answer", "snooze", "wrong_tag", "not_ours", "mute_author"}, {"release"}),
    (CLAIMED, {"claim", "answer", "release", "close", "snooze"}, {"wake", "reopen"}),
    (case(snoozed_until=NOON + MINUTE), {"wake", "claim"}, {"release"}),
    (case(state="answered", owner="Anna"), {"close", "reopen", "mute_author"}, {"claim", "snooze"}),
    (case(state="closed"), {"reopen", "wrong_tag"}, {"claim", "answer", "close", "more"}),
]


@pytest.mark.parametrize(("now", "there", "not_there"), STATES)
def test_the_buttons_are_those_that_make_sense(
    now: Case, there: set[str], not_there: set[str]
) -> None:
    has = set(offered({"blocks": buttons(now)}))
    assert there <= has
    assert not not_there & has
    assert broken(buttons(now)) == []


def test_every_judgement_can_be_corrected() -> None:
    menu = (row({"blocks": buttons(case())}) or {})["wrong_tag"]
    options = [one["value"] for group in menu["option_groups"] for one in group["options"]]
    assert options == [f"{kind}:{label}" for kind, labels in LABELS.items() for label in labels]


@pytest.mark.parametrize("key", ["a", "example.org:1#finnair", "äö / %2F <!here>|&", "x" * 240])
def test_a_row_is_named_after_its_case(key: str) -> None:
    (block,) = buttons(case(key=key, version=12))
    assert case_of(block["block_id"]) == (key, 12)
    assert broken([block]) == []


def test_a_key_that_is_too_long_for_slack_costs_the_buttons_only() -> None:
    with SlackServer() as server:
        desk(server).send(case_alert(case=case(key="ä" * 100)))
    assert server.accepted
    assert row(server.calls[0].payload) is None


@pytest.mark.parametrize(
    "name", ["", "case", "case/1", "case/1/", "case/x/k", "case/²/k", "other/1/k", "case/-1/k"]
)
def test_a_row_of_others_is_nobodys_case(name: str) -> None:
    assert case_of(name) is None


def test_a_change_of_the_case_is_shown_in_its_message_without_a_sound() -> None:
    with SlackServer() as server:
        channel = desk(server)
        receipt = channel.send(case_alert())
        assert channel.send(change(receipt, CLAIMED)) == receipt
    assert [call.method for call in server.calls] == ["chat.postMessage", "chat.update"]
    (standing,) = server.messages.values()
    opened_as = "finnair: urgent complaint on example.org by @matti"
    assert read(standing).startswith(f"{opened_as}\nclaimed by Anna\npriority 51 · finnair")
    assert "lento 1 peruttiin" in read(standing)
    assert "release" in offered(standing)


def test_several_acts_are_told_apart_on_a_locked_phone() -> None:
    body = "noted by root (command line)\n  look at this\n  and this\nclaimed by anna (slack)"
    told = message(change(None, CLAIMED, body=body))["text"].replace("\u2060", "")
    line = "noted by root (command line) look at this and this · claimed by anna (slack)"
    assert told.splitlines()[:2] == ["finnair: urgent complaint on example.org by @matti", line]


def test_a_case_of_several_mentions_keeps_a_title_of_its_kind() -> None:
    told = change(None, CLAIMED, earlier=(mention(), mention(2)), earlier_count=2)
    assert message(told)["text"].startswith("finnair: 2 mentions")


def test_a_colleague_whom_only_slack_knows_is_shown_as_slack_shows_them() -> None:
    known = message(change(None, replace(CLAIMED, owner="slack:U012AB3CD")))
    assert {"type": "mrkdwn", "text": "<@U012AB3CD>", "verbatim": True} in known["blocks"][2][
        "elements"
    ]
    for owner in ("slack:<!here>", "slack:U1|x", "xslack:U012AB3CD", "slack:u012ab3cd"):
        other = message(change(None, replace(CLAIMED, owner=owner)))
        assert "<@" not in str(other)


def test_an_escalation_is_heard_in_the_thread_and_in_the_channel() -> None:
    with SlackServer() as server:
        channel = desk(server)
        receipt = channel.send(case_alert())
        late = change(receipt, case(step=1), kind="escalation", title="Nobody has it yet")
        assert channel.send(late) == receipt
    assert receipt is not None
    (heard,) = server.replies(receipt.partition(":")[2])
    assert heard["reply_broadcast"] is True
    assert "Nobody has it yet" in read(heard)
    assert "escalated once" in read(heard)
    assert row(heard) is None  # they would not be kept up to date there
    assert len(server.threads) == 1


def test_an_escalation_where_nothing_was_told_is_a_message_with_all_of_it() -> None:
    with SlackServer() as server:
        receipt = desk(server).send(change(None, case(step=2), kind="escalation"))
    (standing,) = server.threads.values()
    assert receipt
    assert "lento 1 peruttiin" in read(standing)
    assert "claim" in offered(standing)


def joins(receipt: str | None, weight: int, **changes: Any) -> Alert:
    """A second mention of the case, which weighs so much; the first weighs 51."""
    later = mention(2)
    later = replace(later, priority=replace(later.priority, score=weight))
    told = {"key": "k~2", "receipt": receipt, "earlier": (mention(1),), "earlier_count": 1}
    return alert(later, **(told | {"case": case(mentions=2)} | changes))


AGAIN = case(mentions=2, waiting_since=NOON + MINUTE, version=4)
HEARD: list[tuple[int, Json, bool]] = [
    (51, {}, False),
    (60, {}, False),
    (61, {}, True),  # it weighs more by now
    (40, {"case": AGAIN, "created_at": NOON + MINUTE}, True),  # they were answered, and wrote again
    (40, {"case": AGAIN, "created_at": NOON + 2 * MINUTE}, False),  # that was heard of before
]


@pytest.mark.parametrize(("weight", "changes", "heard"), HEARD)
def test_only_news_makes_a_sound(weight: int, changes: Json, heard: bool) -> None:
    with SlackServer() as server:
        channel = desk(server)
        receipt = channel.send(case_alert())
        told = channel.send(joins(receipt, weight, **changes))
    methods = [call.method for call in server.calls]
    assert methods == ["chat.postMessage", "chat.update", *["chat.postMessage"] * heard]
    assert receipt is not None
    assert told is not None
    assert told.split(" ")[0] == receipt
    assert len(told.split(" ")) == 1 + heard
    for reply in server.replies(receipt.partition(":")[2]):
        assert reply["reply_broadcast"] is False
        assert "lento 2" in read(reply)
        assert "lento 1" not in read(reply)


def test_what_is_taken_down_goes_from_the_answers_too() -> None:
    with SlackServer() as server:
        channel = desk(server)
        first = channel.send(case_alert())
        second = channel.send(joins(first, 90))
        late = replace(joins(second, 90, kind="escalation", key="k~3"), mentions=(mention(3),))
        third = channel.send(late)
        gone = ("example.org:2", "example.org:3")
        taken = alert(
            key="k~4",
            kind="retraction",
            title="2 posts were taken down",
            receipt=third,
            retracted=gone,
            earlier=(mention(1),),
            earlier_count=1,
            case=case(),
        )
        told = channel.retract(replace(taken, mentions=()))
        standing = [read(payload) for payload in server.messages.values()]
    assert told == "blanked in 3 of 3 messages, the others are gone"
    assert len(standing) == 3
    assert not any("lento 2" in words or "lento 3" in words for words in standing)
    assert [("lento 1" in words) for words in standing] == [True, False, False]


def test_a_webhook_tells_a_case_once_and_shows_no_changes() -> None:
    with SlackServer() as server:
        channel = hook(server)
        assert not channel.follows_cases
        channel.send(case_alert())
        assert channel.send(change(None, CLAIMED)) is None
    assert len(server.accepted) == 1
    assert row(server.calls[0].payload) is None


def test_the_channel_follows_hears_and_keeps_a_pace() -> None:
    with SlackServer() as server:
        channel = desk(server)
    assert isinstance(channel, Following)
    assert channel.follows_cases
    assert isinstance(channel, Hearing)
    assert isinstance(channel, Paced)
    assert channel.seconds_between >= 60 / 50


@pytest.mark.parametrize("kind", ["crisis", "spike", "source", "clear", "test", "escalation"])
def test_alarms_are_readable(kind: Any) -> None:
    told = replace(alert(kind=kind, title="Crisis: finnair", body="9 × as many"), mentions=())
    with SlackServer() as server:
        desk(server).send(told)
    assert len(server.accepted) == 1
    shown = read(server.calls[0].payload)
    assert "Crisis: finnair" in shown
    assert "9 × as many" in shown


def test_the_fullest_message_keeps_slacks_limits() -> None:
    many = [
        mention(n, text="&<>@😀" * 4000, title="<" * 9000, author=Author("@" * 900, "&" * 900, n))
        for n in range(MENTIONS_PER_TELLING_MAX)
    ]
    whole = case(
        key="a" * 240, team="<" * 900, owner="&" * 900, state="claimed", step=9, mentions=9999
    )
    told = alert(
        *many,
        title="&" * 999,
        body="<" * 99_999,
        case=replace(whole, snoozed_until=NOON),
        history=tuple(many[:20]),
        history_count=10**6,
    )
    with SlackServer() as server:
        desk(server, mentions_max=10).send(told)
    assert len(server.accepted) == 1  # the stand-in refuses what Slack would
    assert row(server.calls[0].payload)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("invalid_auth", "login"),
        ("token_revoked", "login"),
        ("account_inactive", "login"),
        ("not_in_channel", "blocked"),
        ("is_archived", "blocked"),
        ("missing_scope", "blocked"),
        ("invalid_blocks", "setup"),
        ("msg_too_long", "setup"),
    ],
)
def test_a_refusal_of_the_channel_is_told_from_one_of_the_alert(code: str, state: str) -> None:
    with SlackServer(faults=[f"error:{code}"]) as server, pytest.raises(Reject) as caught:
        desk(server).send(case_alert())
    assert caught.value.state == state


@pytest.mark.parametrize(
    ("status", "state"), [("403", "login"), ("404", "login"), ("410", "blocked")]
)
def test_a_webhook_that_was_withdrawn_is_no_fault_of_the_alert(status: str, state: str) -> None:
    with SlackServer(faults=[status]) as server, pytest.raises(Reject) as caught:
        hook(server).send(case_alert())
    assert caught.value.state == state


SETTINGS: list[tuple[Json, str]] = [
    ({"webhook_url": Secret("https://h/"), "signing_secret": Secret("x")}, "goes with token"),
    ({"token": Secret("x"), "channel": "#a", "signing_secret": Secret("")}, "signing_secret is"),
    ({"token": Secret("x"), "channel": "#a", "signing_secret": Secret("a b")}, "signing_secret is"),
    ({"token": Secret("x"), "channel": "#a", "timezone": "Helsinki"}, "Europe/Helsinki"),
    ({"token": Secret("x"), "channel": "#a", "timezone": "../../etc/passwd"}, "IANA"),
]


@pytest.mark.parametrize(("settings", "fault"), SETTINGS)
def test_wrong_settings_are_refused_with_what_to_mend(settings: Json, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        SlackChannel(**settings)

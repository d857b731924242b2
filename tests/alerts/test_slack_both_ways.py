"""Slack and the store, both ways: what is pressed there is done here, and shown there.

Everything is real but Slack itself: the store, the send stage, the channel, the web server.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import pytest

from alerts.slack import SlackChannel
from listener.model import Case
from listener.ports import Secret
from listener.stages.send import SendStage
from listener.store.case_port import CaseFile
from listener.store.sqlite import SqliteStore
from listener.teams import Person, Teams
from listener.testing.case_steps import an_act, come, the_case
from listener.testing.fakes import NOON
from listener.web.channels import Switchboard, routes
from tests.alerts.slack_clicks import SIGNING_SECRET, Click, Member
from tests.alerts.slack_server import SlackServer
from tests.alerts.test_slack_cases import offered, read
from tests.listener.web_loopback import Loopback

Json = dict[str, Any]

ANNA = Person("Anna", known_as=("slack:U0ANNA",))
STEPS_MAX = 400


@dataclass
class Office:
    """A store, Slack, and the listener between them, at a time that a test moves."""

    path: Path
    slack: SlackServer
    at: Any = NOON
    nudged: Event = field(default_factory=Event)
    site: Loopback = field(init=False)
    stage: SendStage = field(init=False)

    def __post_init__(self) -> None:
        self.store = SqliteStore.at(self.path)
        self.channel = SlackChannel(
            token=self.slack.token,
            channel="#service",
            base_url=self.slack.url,
            allow_private=True,
            signing_secret=Secret(SIGNING_SECRET),
            timezone="Europe/Helsinki",
            channel_name="desk",
            now=lambda: self.at,
        )
        board = Switchboard(
            {"desk": self.channel},
            lambda: SqliteStore.at(self.path, owner="web"),
            lambda: self.at,
            Teams(people={"Anna": ANNA}).name_of,
            self.nudged.set,
        )
        self.site = Loopback(routes(board))
        self.stage = SendStage(self.store, {"desk": self.channel}, lambda: self.at)

    @property
    def url(self) -> str:
        return f"{self.site.url}/channels/desk"

    @property
    def case(self) -> Case:
        return the_case(self.store)

    @property
    def file(self) -> CaseFile:
        file = self.store.cases.file(self.case.key)
        assert file
        return file

    @property
    def shown(self) -> Json:
        """The one message about the case, as it stands."""
        (standing,) = self.slack.threads.values()
        return standing

    def tell(self) -> None:
        """Send all that is due; time goes fast only while nobody is at work."""
        for _ in range(STEPS_MAX):
            self.stage.step(self.at)
            if self.stage.busy:
                Event().wait(0.01)
                self.at += timedelta(seconds=0.05)
            elif self.store.status(self.at).waiting_by_channel:
                self.at += timedelta(seconds=1)
            else:
                return
        pytest.fail("there was no end to it")

    def press(self, action_id: str, value: str = "", user: str = "U0ANNA") -> Click:
        (ts,) = self.slack.threads
        return Member(self.slack, self.at, user).press(ts, action_id, value)

    def click(self, action_id: str, value: str = "", user: str = "U0ANNA") -> None:
        assert self.press(action_id, value, user).post(self.url) == (200, b"")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with SlackServer() as slack:
        place = Office(tmp_path / "cases.db", slack)
        come(place.store, "1", by="matti")
        place.tell()
        with place.site:
            yield place
        place.store.close()


BUTTONS: list[tuple[str, list[tuple[str, str]], Json, str]] = [
    ("claim", [("claim", "")], {"state": "claimed", "owner": "Anna"}, "claimed by Anna"),
    ("answer", [("answer", "")], {"state": "answered", "owner": "Anna"}, "answered by Anna"),
    ("not for us", [("more", "not_ours")], {"state": "closed"}, "closed, nothing for us by Anna"),
    ("close", [("more", "close")], {"state": "closed"}, "closed by Anna"),
    ("release", [("claim", ""), ("more", "release")], {"state": "new", "owner": ""}, "given back"),
    ("reopen", [("more", "close"), ("reopen", "")], {"state": "claimed"}, "opened again"),
    ("wake", [("snooze", "2h"), ("more", "wake")], {"snoozed_until": None}, "no longer snoozed"),
]


@pytest.mark.parametrize(
    ("clicks", "fields", "words"), [one[1:] for one in BUTTONS], ids=[one[0] for one in BUTTONS]
)
def test_every_button_is_done_in_the_store_and_shown_in_the_message(
    office: Office, clicks: list[tuple[str, str]], fields: Json, words: str
) -> None:
    for action_id, value in clicks:
        began = monotonic()
        office.click(action_id, value)
        assert monotonic() - began < 1
        assert office.nudged.is_set()
        last = office.file.acts[-1]
        assert last.via == "desk"
        office.tell()
    case = office.case
    assert {name: getattr(case, name) for name in fields} == fields
    assert office.file.acts[-1].by == "Anna"
    assert words in read(office.shown)
    assert "Norvia is late again" in read(office.shown)


def test_a_snooze_is_kept_and_shown(office: Office) -> None:
    office.click("snooze", "tomorrow")
    office.tell()
    until = NOON.replace(hour=7) + timedelta(days=1)  # nine in Helsinki
    assert office.case.snoozed_until == until
    assert f"snoozed until <!date^{int(until.timestamp())}^" in read(office.shown)
    assert "wake" in offered(office.shown)


def test_a_wrong_tag_is_corrected_in_the_store_and_in_the_message(office: Office) -> None:
    office.click("wrong_tag", "urgency:low")
    (mention,) = office.file.mentions
    assert mention.label("urgency") == "low"
    office.tell()
    assert "urgency low" in read(office.shown)


def test_who_is_muted_is_told_of_no_more(office: Office) -> None:
    office.click("more", "mute_author")
    (silence,) = office.store.controls.silences(office.at)
    assert silence.authors == {"fake:matti"}
    assert silence.by == "Anna"
    assert timedelta(days=6, hours=23) < silence.until - office.at <= timedelta(days=7)


def test_what_is_done_elsewhere_shows_in_slack(office: Office) -> None:
    office.store.cases.act(office.case.key, an_act("claim", by="Ben", via="command line"), NOON)
    office.tell()
    assert "claimed by Ben" in read(office.shown)
    assert "release" in offered(office.shown)


def test_a_colleague_whom_the_config_does_not_know_is_shown_all_the_same(office: Office) -> None:
    office.click("claim", user="U0STRANGER")
    assert office.case.owner == "slack:U0STRANGER"
    office.tell()
    assert "<@U0STRANGER>" in read(office.shown)


def test_a_joining_mention_is_shown_in_the_same_message(office: Office) -> None:
    come(office.store, "2", by="matti", text="Norvia still owes me a bag", now=office.at)
    office.tell()
    assert office.case.mentions == 2
    assert "still owes me a bag" in read(office.shown)
    assert "late again" in read(office.shown)


def test_two_at_once_one_gets_it_and_the_other_is_told(office: Office) -> None:
    clicks = [office.press("claim", user=user) for user in ("U0ANNA", "U0BEN")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda click: click.post(office.url), clicks))
    assert answers == [(200, b"")] * 2
    for _ in range(100):
        if office.slack.whispers:
            break
        Event().wait(0.02)
    (whisper,) = office.slack.whispers
    owner = office.case.owner
    assert owner in {"Anna", "slack:U0BEN"}
    assert whisper["user"] == ("U0BEN" if owner == "Anna" else "U0ANNA")
    assert whisper["channel"] == "C0SERVICE"
    assert "was faster" in whisper["text"]
    assert [act.kind for act in office.file.acts] == ["claim"]
    assert office.slack.response_calls == 0  # no address of a payload's is ever called


def test_who_presses_what_makes_no_sense_is_told_why(office: Office) -> None:
    late = office.press("answer", user="U0BEN")
    office.click("more", "close")
    assert late.post(office.url) == (200, b"")
    for _ in range(100):
        if office.slack.whispers:
            break
        Event().wait(0.02)
    assert [one["text"] for one in office.slack.whispers] == ["it is closed"]
    assert office.case.owner == "Anna"


def test_a_call_played_again_is_refused_and_does_nothing(office: Office) -> None:
    claim, release = office.press("claim"), None
    assert claim.post(office.url)[0] == 200
    office.tell()
    release = office.press("more", "release")
    assert release.post(office.url)[0] == 200
    version = office.case.version
    for click in (claim, release, claim):
        assert click.post(office.url)[0] == 409
    retried = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert claim.post(office.url, **retried) == (200, b"")
    assert office.case.version == version
    office.at += timedelta(seconds=301)
    assert claim.post(office.url)[0] == 401


def bad_clicks(office: Office) -> dict[str, Click]:
    good = office.press("claim")
    member = Member(office.slack, office.at, "U0ANNA")
    (ts,) = office.slack.threads
    payload = b"payload=%7B%22type%22%3A%22block_actions%22%7D"
    return {
        "forged": replace(good, body=good.body.replace(b"U0ANNA", b"U0EVIL")),
        "truncated": replace(good, body=good.body[: len(good.body) // 2]),
        "another secret": replace(member, secret="0" * 32).press(ts, "claim"),
        "late": replace(member, at=office.at - timedelta(seconds=301)).press(ts, "claim"),
        "from the future": replace(member, at=office.at + timedelta(seconds=301)).press(
            ts, "claim"
        ),
        "no signature": replace(good, headers={"Content-Type": "text/plain"}),
        "no click": member.sign(payload),
        "too large": member.sign(b"payload=" + b"x" * 1_000_001),
    }


STATUS = {"no click": 400, "too large": 413}


def test_what_slack_did_not_sign_just_now_has_no_effect(office: Office) -> None:
    before = office.case
    for what, click in bad_clicks(office).items():
        status, body = click.post(office.url)
        assert (what, status) == (what, STATUS.get(what, 401))
        assert SIGNING_SECRET.encode() not in body
    assert office.case == before
    assert office.file.acts == ()
    assert not office.nudged.is_set()


def test_a_click_on_what_was_deleted_since_is_told_so(office: Office) -> None:
    payload = office.press("claim").body
    other = payload.replace(office.case.key.encode(), b"c000000000000")
    click = Member(office.slack, office.at, "U0ANNA").sign(other)
    assert click.post(office.url) == (200, b"")
    for _ in range(100):
        if office.slack.whispers:
            break
        Event().wait(0.02)
    assert "no such case" in office.slack.whispers[0]["text"]

"""One customer calls, mails and writes on X within a day, and is one person with one history.

The mail comes by IMAP from a mailbox, the call is pushed by a telephone system that may say whose
number it is, the tweet comes by X's API; all through the stages that the daemon runs.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from listener.match import Matcher
from listener.model import Brand
from listener.ports import Call, Secret, Source
from listener.stages.bringing import Listened
from listener.stages.intake import IntakeStage
from listener.stages.poll import PollStage
from listener.store.port import SourcePlan
from listener.store.push_port import Pushed
from listener.store.sqlite import SqliteStore
from sources.inbound import InboundSource
from sources.mail import MailSource
from tests.listener.cli.commands import Listener, command, configure
from tests.sources.mail_letters import source as mail_source
from tests.sources.pushing import KEY, signed
from tests.sources.standins import imap_server, serving
from tests.sources.standins.serving import HOUR, MINUTE, NOON, SECOND
from tests.sources.standins.x_site import XSite

NORVIA = Brand(
    "norvia",
    names=("Norvia",),
    handles=("@norvia",),
    own_accounts=("norviahelp", "service@norvia.example"),
)
CALLED, MAILED, WROTE = NOON, NOON + 2 * HOUR, NOON + 5 * HOUR
LATER = NOON + 9 * HOUR
LETTER = """From: Aino Aalto <aino@example.org>
To: service@norvia.example
Date: {at:%a, %d %b %Y %H:%M:%S +0000}
Message-ID: <bag@example.org>
Subject: My bag

Still no word about my bag.
"""
ANSWER = """From: Service <service@norvia.example>
To: aino@example.org
Date: {at:%a, %d %b %Y %H:%M:%S +0000}
Message-ID: <answer@norvia.example>
In-Reply-To: <bag@example.org>
References: <bag@example.org>
Subject: Re: My bag

It is on its way to you.
"""


@dataclass
class Places:
    """Where she speaks to us, and the store behind."""

    x: XSite
    mailbox: imap_server.ImapServer
    calls: InboundSource
    store: SqliteStore

    def push(self, value: object, at=CALLED) -> None:
        """As the telephone system does."""
        body = json.dumps(value).encode()
        headers = {name.lower(): words for name, words in signed(body, at).items()}
        received = self.calls.receive(Call(headers, body, at))
        assert received.status == 202, received.body
        self.store.arrivals.keep([Pushed("calls", one) for one in received.arrivals], at)

    def listen(self, now) -> None:
        """Every stage until nothing is due."""
        self.x.now = self.mailbox.now = now
        ours = lambda: now  # noqa: E731
        mail: MailSource = replace(mail_source(self.mailbox), folders=["INBOX", "Sent"], now=ours)
        sources: dict[str, Source] = {
            "x": self.x.source(NORVIA),
            "mail": replace(mail, brands=(NORVIA,)),
            "calls": self.calls,
        }
        listened = {
            name: Listened(one, 60, place="" if name == "x" else "norvia")
            for name, one in sources.items()
        }
        self.store.plan_sources([SourcePlan(name, 60) for name in sources], now, all_due=True)
        matcher = Matcher([NORVIA])
        poll = PollStage(self.store, listened, matcher)
        intake = IntakeStage(self.store, {"calls": listened["calls"]}, matcher)
        pause = Event()
        while poll.step(now) + intake.step(now) or poll.busy or intake.busy:
            pause.wait(0.01)


@pytest.fixture
def listener(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Listener:
    return command(tmp_path, monkeypatch, capsys)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    configure(tmp_path)
    with ExitStack() as stack:
        x = stack.enter_context(serving.serving(XSite()))
        mailbox = stack.enter_context(imap_server.serving(imap_server.ImapServer()))
        calls = InboundSource(Secret(KEY), links_accounts=True, site="phone", source_name="calls")
        store = SqliteStore.at(tmp_path / "test.db")
        stack.callback(store.close)
        yield Places(x, mailbox, calls, store)


def a_day(places: Places) -> None:
    """She calls and is answered in 40 seconds, mails and is in an hour, tweets and waits."""
    places.push(
        {
            "id": "c-1",
            "medium": "call",
            "author": {
                "handle": "+358401234567",
                "accounts": ["x:@aino", "mail:aino@example.org"],
            },
            "published_at": CALLED.isoformat(),
            "answered_at": (CALLED + 40 * SECOND).isoformat(),
            "outcome": "answered",
        }
    )
    for at, words, folder in ((MAILED, LETTER, "INBOX"), (MAILED + HOUR, ANSWER, "Sent")):
        raw = words.format(at=at).replace("\n", "\r\n").encode()
        places.mailbox.deliver(raw, received=at, folder=folder)
    places.x.now = WROTE
    places.x.publish("@norvia where is my bag? Norvia, hello?", author="aino", at=WROTE)
    places.x.publish("Norvia is fine by me", author="somebody", at=WROTE + MINUTE)
    places.listen(LATER)


def test_one_customer_is_one_person_on_every_channel(places: Places, listener: Listener) -> None:
    a_day(places)
    shown = listener("status", "--author", "x:@aino")
    assert (shown.code, shown.err) == (0, "")
    (person,) = json.loads(listener("status", "--author", "x:@aino", "--json").out)
    said = {one["channel"]: one for one in person["contacts"]}
    assert set(said) == {"call", "mail", "x"}
    assert said["call"]["first_answer_seconds"] == 40
    assert said["mail"]["first_answer_seconds"] == 3_600
    assert said["x"]["first_answer_seconds"] is None
    assert all(one["directness"] == "direct" for one in said.values())
    assert (person["figures"]["contacts"], person["figures"]["answered"]) == (3, 2)
    assert person["figures"]["waiting"] == 1


def test_the_same_day_has_the_same_figures_whichever_way_it_was_said(
    places: Places, listener: Listener
) -> None:
    """Three customers, each asks at noon and is answered after half an hour, each another way."""
    answered = timedelta(minutes=30)
    places.push(
        {
            "id": "c-2",
            "medium": "call",
            "author": "+358409",
            "published_at": CALLED.isoformat(),
            "answered_at": (CALLED + answered).isoformat(),
        },
        CALLED + answered,
    )
    for at, words, folder in ((CALLED, LETTER, "INBOX"), (CALLED + answered, ANSWER, "Sent")):
        raw = words.format(at=at).replace("\n", "\r\n").encode()
        places.mailbox.deliver(raw, received=at, folder=folder)
    asked = places.x.publish("@norvia where is my bag?", author="bert", at=CALLED)
    places.x.publish(
        "@bert on its way, says Norvia", author="norviahelp", at=CALLED + answered, reply_to=asked
    )
    places.listen(LATER)
    names = ("phone:+358409", "mail:aino@example.org", "x:bert")
    people = [json.loads(listener("status", "--author", one, "--json").out)[0] for one in names]
    (first, *others) = [one["figures"] for one in people]
    assert first["first_answer_seconds_median"] == 1_800
    assert (first["contacts"], first["answered"]) == (1, 1)
    assert all(one == first for one in others)

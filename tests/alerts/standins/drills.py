"""What every help desk's channel must do, drilled against its stand-in.

A test file gives a subclass the stand-in and the words in which its desk says how a ticket stands.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, ClassVar

import pytest

from alerts.desks.keys import case_key, marker, post_mark
from listener.cases import Act
from listener.model import Alert, Case
from listener.ports import Changes, Desk, Following, NamingPeople, Reject, Retracting, Retry
from listener.registry import settings
from tests.alerts.case_example import case
from tests.alerts.example import NOON, alert, everywhere, mention
from tests.alerts.standins.serving import DeskSite
from tests.sources.standins.serving import Answer, serving

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> {{ticket.requester.email}} {%x%}"
    " #{ticket.title} [click](https://evil.example) ![x](https://evil.example/x.png)"
    " https://evil.example @anna [~anna] #1 *bold* _it_ `code` |a|b| {panel} !x.png!"
    " \x1b[2J\x00\u202e</p></blockquote>&lt;b&gt;"
)
ACTIVE = re.compile(r"\{\{|\{%|#\{|https?://evil|\]\(|(?<![\w.])@anna", re.IGNORECASE)
HARMLESS_TAGS = {"p", "br", "div"}
FAULTS = ("500", "503", "hangup", "garbage", "429:30", "lost", "late 500", "late 502")


def opening(number: int = 1, **changes: Any) -> Alert:
    """The first telling of a new case."""
    about = case(state="new", owner="", claimed_at=None, step=0, mentions=1)
    told = {"key": "urgent/urgent-7K2/desk", "thread": "urgent/urgent-7K2/desk", "case": about}
    return alert(mention(number), **told | changes)


def joining(receipt: str, number: int = 2, **changes: Any) -> Alert:
    """Another mention in the case."""
    about = case(state="new", owner="", claimed_at=None, mentions=2, **changes)
    told = {"key": f"urgent/urgent-7K2/desk~{number}", "receipt": receipt, "earlier_count": 1}
    return opening(number, **told, earlier=(mention(1),), case=about)


def changed(receipt: str, number: int = 3, **changes: Any) -> Alert:
    """The case changed hands or state."""
    about: Case = case(**changes)
    told = {"key": f"urgent/urgent-7K2/desk~{number}", "receipt": receipt, "kind": "case"}
    body = {"title": f"the case is {about.state}", "body": f"by {about.owner or 'nobody'}"}
    return replace(opening(), mentions=(), case=about, **told, **body)


def deliver(site: DeskSite, channel: Any, told: Alert, *, attempts_max: int = 6) -> str | None:
    """As the send stage does it: again after Retry, later each time, with one attempt more."""
    for attempt in range(1, attempts_max + 1):
        try:
            return channel.send(replace(told, attempt=attempt))
        except Retry as failure:
            site.later(max(failure.after_seconds or 0.0, 5.0 * 2 ** (attempt - 1)))
    pytest.fail(f"not delivered in {attempts_max} attempts")


def many(channel: Any, count: int) -> list[str]:
    """The tickets of so many alerts that have nothing to do with each other."""
    return [
        channel.send(opening(number, key=f"k{number}", thread=f"t{number}", case=None))
        for number in range(count)
    ]


def read(site: DeskSite, channel: Any, cursor: str | None) -> tuple[list[Act], str | None]:
    """All that is new at the desk, two minutes later."""
    site.later(120)
    acts: list[Act] = []
    for _ in range(50):
        told: Changes = channel.changes(cursor)
        acts += [change.act for change in told.changes]
        cursor = told.cursor
        if not told.more:
            return acts, cursor
    pytest.fail("the reading has no end")


class Rendered(HTMLParser):
    """What a browser makes of it: its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {tag, *(name for name, _ in attrs if name not in {"class", "dir"})}

    def handle_data(self, data: str) -> None:
        self.text += data


class DeskDrills:
    """The drills. ``states``: how the desk calls new, claimed, answered and closed.

    Where it doesn't keep history, what was done and undone between two questions isn't seen.
    """

    site_class: ClassVar[type[DeskSite]]
    states: ClassVar[dict[str, str]]
    keeps_history: ClassVar[bool] = True

    @pytest.fixture
    def site(self) -> Iterator[DeskSite]:
        with serving(self.site_class()) as site:
            yield site

    def test_it_is_what_the_ports_ask_for(self, site: DeskSite) -> None:
        channel = site.channel()
        assert isinstance(channel, Desk)
        assert isinstance(channel, Following)
        assert isinstance(channel, Retracting)
        assert isinstance(channel, NamingPeople)
        assert {one.name for one in settings(type(channel))} >= {*channel.names_people}

    def test_a_case_becomes_a_ticket_with_the_customers_words(self, site: DeskSite) -> None:
        told = opening()
        receipt = site.channel().send(told)
        assert site.ids() == [receipt]
        words = "\n".join(site.texts(str(receipt)))
        assert "lento 1 peruttiin & kukaan ei vastaa" in words
        assert "example.org/posts/1" in words
        assert marker(told) in words
        assert post_mark("example.org:1") in words

    def test_a_second_mention_joins_it(self, site: DeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        assert channel.send(joining(receipt)) == receipt
        assert site.ids() == [receipt]
        assert "lento 2 peruttiin" in "\n".join(site.texts(receipt))

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_fault_neither_loses_nor_doubles(self, site: DeskSite, fault: str) -> None:
        channel = site.channel()
        site.faults = [fault]
        receipt = deliver(site, channel, opening())
        site.faults = [fault, fault]
        for told in (joining(str(receipt)), changed(str(receipt), owner="anna")):
            assert deliver(site, channel, told) == receipt
            site.faults = [fault]
        assert site.ids() == [receipt]
        self.assert_each_told_once(site, str(receipt), opening(), joining(str(receipt)))

    @pytest.mark.parametrize("fault", ["500", "hangup", "garbage", "429:30"])
    def test_a_fault_while_looking_neither_loses_nor_doubles(
        self, site: DeskSite, fault: str
    ) -> None:
        channel = site.channel()
        site.faults = ["lost"]
        site.faults_read = [fault]
        receipt = deliver(site, channel, opening())
        site.faults = ["lost"]
        site.faults_read = ["ok", fault]
        deliver(site, channel, joining(str(receipt)))
        assert site.ids() == [receipt]
        self.assert_each_told_once(site, str(receipt), opening(), joining(str(receipt)))

    def test_two_cases_are_two_tickets(self, site: DeskSite) -> None:
        channel = site.channel()
        site.faults = ["lost", "ok", "lost"]
        first = deliver(site, channel, opening())
        other = opening(2, key="o", thread="o", case=replace(case(), key="other-case"))
        second = deliver(site, channel, other)
        assert site.ids() == [first, second]
        assert case_key(other) == "other-case"

    def test_an_alert_without_a_case_is_told_too(self, site: DeskSite) -> None:
        told = alert(kind="source", title="Source blogs failed", mentions=(), case=None)
        receipt = site.channel().send(replace(told, mentions=()))
        assert "Source blogs failed" in "\n".join(site.texts(str(receipt)))

    def test_the_case_takes_the_ticket_along(self, site: DeskSite) -> None:
        channel = site.channel(agents={"anna": self.annas_name})
        receipt = channel.send(opening())
        for number, state in enumerate(("claimed", "answered", "closed", "new"), start=3):
            site.later(60)
            owner = "anna" if state != "new" else ""
            channel.send(changed(receipt, number, state=state, owner=owner, waiting_since=site.now))
            assert site.state(receipt)[0] == self.states[state], state
            if state == "claimed":
                assert site.state(receipt)[1] == self.annas_name

    def test_what_stands_so_already_is_not_written(self, site: DeskSite) -> None:
        channel = site.channel(agents={"anna": self.annas_name})
        receipt = channel.send(opening())
        site.anna(receipt, "took")
        site.anna(receipt, "closed")
        before = site.texts(receipt)
        channel.send(changed(receipt, 5, state="closed", owner="anna"))
        assert site.texts(receipt) == before

    def test_whoever_waits_again_opens_it_again(self, site: DeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        site.later(60)
        site.anna(receipt, "closed")
        site.later(60)
        channel.send(joining(receipt, waiting_since=site.now))
        assert site.state(receipt)[0] in {self.states["new"], self.states["claimed"]}

    def test_an_agent_who_was_faster_is_not_overruled(self, site: DeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        waiting = site.later(60)
        site.later(60)
        site.anna(receipt, "closed")
        channel.send(joining(receipt, waiting_since=waiting))
        assert site.state(receipt)[0] == self.states["closed"]
        assert "lento 2" in "\n".join(site.texts(receipt))

    def test_what_agents_do_comes_back_once(self, site: DeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        _, cursor = read(site, channel, cursor)
        begun = cursor
        acts: list[Act] = []
        for did in ("took", "noted", "answered", "closed", "reopened"):
            site.later(5)
            site.anna(receipt, did, f"some words, {did}")
            if not self.keeps_history:
                new, cursor = read(site, channel, cursor)
                acts += new
        if self.keeps_history:
            acts, cursor = read(site, channel, cursor)
        wanted = ["claim", "note", "answer", "close", "reopen"]
        assert [act.kind for act in acts] == wanted
        assert all(act.by.endswith(self.annas_name) for act in acts), [act.by for act in acts]
        assert acts[1].text == "some words, noted"
        assert all(one.at <= other.at for one, other in pairwise(acts))
        assert len({act.key for act in acts}) == len(acts)
        again, _ = read(site, channel, begun)
        if self.keeps_history:
            assert [act.key for act in again] == [act.key for act in acts]
        assert read(site, channel, cursor)[0] == []

    def test_a_change_names_its_ticket(self, site: DeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site.anna(receipt, "took")
        site.later(120)
        told = channel.changes(cursor)
        assert {change.ticket for change in told.changes} == {receipt}

    def test_a_person_of_the_config_comes_back_by_name(self, site: DeskSite) -> None:
        channel = site.channel(agents={"anna": self.annas_name})
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site.anna(receipt, "took")
        acts, _ = read(site, channel, cursor)
        assert [act.by for act in acts] == ["anna"]

    def test_what_we_did_is_not_told_back(self, site: DeskSite) -> None:
        channel = site.channel(agents={"anna": self.annas_name})
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        channel.send(joining(receipt))
        for number, state in enumerate(("claimed", "answered", "closed"), start=3):
            channel.send(changed(receipt, number, state=state, owner="anna"))
        assert read(site, channel, cursor)[0] == []

    def test_our_closing_is_ours_and_what_follows_is_theirs(self, site: DeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        channel.send(changed(receipt, 3, state="closed"))
        site.later(5)
        site.anna(receipt, "reopened")
        acts, cursor = read(site, channel, cursor)
        assert [act.kind for act in acts] == ["reopen"]
        site.later(600)
        channel.send(changed(receipt, 4, state="closed"))
        assert read(site, channel, cursor)[0] == []

    def test_what_a_customer_writes_is_no_act(self, site: DeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site.anna(receipt, "wrote", "thank you!")
        assert read(site, channel, cursor)[0] == []

    def test_a_broken_cursor_begins_anew(self, site: DeskSite) -> None:
        assert site.channel().changes("{broken").changes == ()

    @pytest.mark.parametrize(
        ("status", "state"), [(401, "login"), (402, "credits"), (403, "blocked")]
    )
    def test_a_refusal_of_the_account_stops_the_channel(
        self, site: DeskSite, status: int, state: str
    ) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        site.trouble = Answer(status, b'{"error": "no"}')
        for act in (lambda: channel.send(opening(2, key="n", thread="n")), lambda: self.ask(site)):
            with pytest.raises(Reject) as caught:
                act()
            assert caught.value.state == state
        if status == 401:
            with pytest.raises(Reject) as caught:
                channel.send(joining(receipt))
            assert caught.value.state == state

    def test_a_busy_desk_is_left_alone_as_long_as_it_asks(self, site: DeskSite) -> None:
        site.faults = ["429:47"]
        with pytest.raises(Retry) as caught:
            site.channel().send(opening())
        assert (caught.value.after_seconds, caught.value.state) == (47.0, "rate limit")

    def test_a_ticket_that_was_deleted_is_opened_anew(self, site: DeskSite) -> None:
        receipt = site.channel().send(joining("987654"))
        assert site.ids() == [receipt]
        assert receipt != "987654"

    def test_no_secret_is_told(self, site: DeskSite) -> None:
        channel = site.channel()
        for status in (400, 401, 403, 404, 500):
            echo = " ".join(site.secrets)
            site.trouble = Answer(status, f"no: {echo} {site.url}".encode())
            with pytest.raises((Retry, Reject)) as caught:
                channel.send(opening())
            told = str(caught.value) + repr(channel)
            assert not any(secret in told for secret in site.secrets)

    def test_a_strangers_markup_is_dead(self, site: DeskSite) -> None:
        channel = site.channel()
        told = replace(everywhere(HOSTILE), case=replace(case(), key=HOSTILE))
        receipt = channel.send(told)
        channel.send(replace(told, key="second", receipt=receipt))
        for html in site.markup(receipt):
            seen = Rendered(html)
            assert seen.tags <= HARMLESS_TAGS
            assert not ACTIVE.search(seen.text), ACTIVE.search(seen.text)
        for words in site.texts(receipt):
            assert "\x1b" not in words
            assert "\x00" not in words
            assert "\u202e" not in words
            assert "{{" not in words

    def test_a_post_that_was_taken_down_is_blanked(self, site: DeskSite) -> None:
        channel = site.channel()
        told = opening()
        receipt = channel.send(replace(told, mentions=(mention(1), mention(3))))
        channel.send(joining(receipt))
        back = replace(told, kind="retraction", key="r", receipt=receipt, mentions=())
        assert channel.retract(replace(back, retracted=("example.org:1", "example.org:2")))
        words = "\n".join([*site.texts(receipt), *site.markup(receipt)])
        assert "lento 1" not in words
        assert "lento 2" not in words
        assert "lento 3 peruttiin" in words
        assert "taken down" in words

    def ask(self, site: DeskSite) -> None:
        """A question for changes that reaches the desk."""
        channel = site.channel()
        first = channel.changes(None).cursor
        site.now += timedelta(minutes=5)
        channel.changes(first)

    annas_name: ClassVar[str] = "anna@example.org"

    def assert_each_told_once(self, site: DeskSite, receipt: str, *told: Alert) -> None:
        words = "\n".join(site.texts(receipt))
        for one in told:
            assert words.count(f"[{marker(one)}]") == 1, one.key
        assert site.now >= NOON

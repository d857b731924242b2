"""What every help desk must pass: a ticket for each case, each thing once, and the way back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Protocol

import pytest

from listener.cases import ActKind
from listener.clock import utc_now
from listener.model import Alert, Author, Case, CaseState, Mention
from listener.ports import Desk, FailureState, Following, Reject, Retracting, Retry
from listener.testing.fakes import NOON, a_mention, a_post

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](http://evil.example) "
    "http://evil.example/a www.evil.example @anna @all #1 [~anna] !image.png! {{ticket.title}} "
    "anna@example.org \x00\x1b[2J \u202etxt.exe\r\n[status=resolved]\r\n> quoted\r\n[mt-0]"
)
_numbers = count(1)


class Tracker(Protocol):
    """The other side: what stands in it, people who work there, and a bad way to it."""

    def tickets(self) -> list[str]:
        """The ids of all tickets."""
        ...

    def subject(self, ticket: str) -> str:
        """A ticket's subject."""
        ...

    def words(self, ticket: str) -> list[str]:
        """All that was written in it, as its readers see it, the oldest first."""
        ...

    def state(self, ticket: str) -> CaseState:
        """How it stands: for a ticket that is settled in whichever way, ``closed``."""
        ...

    def urgency(self, ticket: str) -> int:
        """More is more urgent."""
        ...

    def reply(self, ticket: str, words: str) -> None:
        """An agent answers."""
        ...

    def take(self, ticket: str) -> None:
        """An agent takes it."""
        ...

    def settle(self, ticket: str) -> None:
        """An agent closes it."""
        ...

    def reopen(self, ticket: str) -> None:
        """An agent opens it again."""
        ...

    def lose_answer(self, after: int) -> None:
        """A request that writes is done and its answer is lost: the one after so many others."""
        ...

    def refuse(self, status: int, headers: dict[str, str]) -> None:
        """The next request is answered so."""
        ...


def a_case(**fields: object) -> Case:
    """A case of its own: no two have the same key."""
    key = f"fake:{next(_numbers)}-{utc_now().timestamp()}#norvia"
    now = utc_now()
    plain = Case(key, "norvia", "urgent", "service", now, NOON, now, priority=60)
    return replace(plain, **fields)  # type: ignore[arg-type]


def mentions(how_many: int, text: str = "Norvia lost my bag") -> tuple[Mention, ...]:
    """Mentions that nobody else has, with a link each."""
    numbers = [next(_numbers) for _ in range(how_many)]
    return tuple(
        a_mention(
            post=a_post(
                f"m{number}",
                f"{text} {number}",
                url=f"https://example.org/posts/m{number}",
                author=Author("traveller", "A Traveller", 120),
            )
        )
        for number in numbers
    )


def opening(case: Case, told: tuple[Mention, ...] = (), **fields: object) -> Alert:
    """The first telling of a case."""
    thread = f"urgent/{case.key}/desk"
    plain = Alert(
        key=thread,
        thread=thread,
        rule="urgent",
        channel="desk",
        kind="mentions",
        created_at=utc_now(),
        title="norvia: urgent complaint on fake by traveller",
        mentions=told or mentions(1),
        priority=60,
        case=case,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def later(first: Alert, receipt: str, **fields: object) -> Alert:
    """A later telling of the same thread."""
    key = f"{first.thread}~{next(_numbers)}"
    plain = replace(first, key=key, receipt=receipt, mentions=(), created_at=utc_now())
    return replace(plain, **fields)  # type: ignore[arg-type]


def sent(desk: Desk, alert: Alert) -> str:
    """Send it as often as it takes, as the send stage would."""
    for attempt in range(1, 6):
        try:
            receipt = desk.send(replace(alert, attempt=attempt))  # type: ignore[attr-defined]
        except Retry:
            continue
        assert isinstance(receipt, str)
        return receipt
    pytest.fail("five attempts were not enough")


class DeskSuite:
    """Give ``desk`` with its ``tracker``; ``secrets`` are values that must never show.

    ``settled_as`` is the act that an agent's closing means, ``replied_as`` the one that a reply
    means; ``taken`` says whether agents can take tickets there, ``writes`` how many requests that
    write one telling makes at most.
    """

    secrets: tuple[str, ...] = ()
    settled_as: ActKind = "close"
    replied_as: ActKind = "answer"
    taken = True
    writes = 1

    @pytest.fixture
    def desk(self) -> Desk:
        """The desk under test."""
        pytest.fail("the suite needs a 'desk' fixture")

    @pytest.fixture
    def tracker(self) -> Iterator[Tracker]:
        """The tracker that it speaks to."""
        pytest.fail("the suite needs a 'tracker' fixture")

    def active(self, tracker: Tracker, ticket: str) -> list[str]:
        """What of strangers' words would do something where agents read it.

        This looks for tags and scripts as they are; override it with the desk's own eyes.
        """
        written = [tracker.subject(ticket), *tracker.words(ticket)]
        return [one for one in written if "<script>alert(1)</script> <img" in one and _is_html(one)]

    def acts(self, desk: Desk, cursor: str | None, ticket: str) -> tuple[list[str], str | None]:
        """The kinds of what was done to the ticket since, and the new cursor."""
        kinds: list[str] = []
        for _ in range(20):
            found = desk.changes(cursor)
            kinds += [one.act.kind for one in found.changes if one.ticket == ticket]
            cursor = found.cursor
            if not found.more:
                break
        return kinds, cursor

    def test_is_a_desk_that_follows_cases(self, desk: Desk) -> None:
        """It has all that the ports ask for."""
        assert isinstance(desk, Desk)
        assert isinstance(desk, Following)
        assert isinstance(desk, Retracting)
        assert desk.follows_cases
        assert desk.changes_seconds > 0

    def test_opens_one_ticket_with_all_that_is_known(self, desk: Desk, tracker: Tracker) -> None:
        """Words, link, author, both clocks, what is promised, the history, and the case's key."""
        due = utc_now() + timedelta(hours=1)
        case = a_case(answer_due_at=due)
        told, past = mentions(2)[:1], mentions(1)
        before = tracker.tickets()
        ticket = sent(desk, opening(case, told, history=past, history_count=7))
        assert [one for one in tracker.tickets() if one not in before] == [ticket]
        words = _plain(tracker.words(ticket)[0])
        wanted = [told[0].post.text, told[0].post.url, "120 followers", "2026-03-10 12:00 UTC"]
        wanted += [f"{due:%Y-%m-%d %H:%M} UTC", "7 times", past[0].post.url, case.key]
        assert [one for one in wanted if one not in words] == []
        assert "norvia" in _plain(tracker.subject(ticket))

    def test_a_repeat_opens_no_second(self, desk: Desk, tracker: Tracker) -> None:
        """Nor does it write anything again."""
        alert = opening(a_case())
        ticket = sent(desk, alert)
        before = tracker.tickets(), tracker.words(ticket)
        assert desk.send(replace(alert, attempt=2)) == ticket  # type: ignore[attr-defined]
        assert (tracker.tickets(), tracker.words(ticket)) == before

    def test_lost_answers_double_nothing(self, desk: Desk, tracker: Tracker) -> None:
        """Whichever of its requests was done unheard: one ticket, and each telling in it once."""
        for after in range(self.writes + 1):
            first = opening(a_case())
            before = tracker.tickets()
            tracker.lose_answer(after)
            ticket = sent(desk, first)
            assert [one for one in tracker.tickets() if one not in before] == [ticket]
            more = later(first, ticket, mentions=mentions(1))
            tracker.lose_answer(after)
            assert sent(desk, more) == ticket
            written = "\n".join(tracker.words(ticket))
            told = [*first.mentions, *more.mentions]
            assert [_lines(written).count(f"{one.post.url}\n") for one in told] == [1, 1]
            assert len(tracker.words(ticket)) == 2

    def test_later_mentions_are_listed_and_none_is_hidden(
        self, desk: Desk, tracker: Tracker
    ) -> None:
        """A hundred in one telling: each link is there, once."""
        first = opening(a_case())
        ticket = sent(desk, first)
        told = mentions(100)
        sent(desk, later(first, ticket, mentions=told, earlier=first.mentions, earlier_count=1))
        added = "\n".join(tracker.words(ticket)[1:])
        links = [f"{one.post.url}\n" for one in told]
        assert [one for one in links if _lines(added).count(one) != 1] == []

    def test_comes_to_the_cases_state(self, desk: Desk, tracker: Tracker) -> None:
        """Closed and open again; what stands so already is left in peace."""
        case = a_case()
        first = opening(case)
        ticket = sent(desk, first)
        closed = replace(case, state="closed")
        sent(desk, later(first, ticket, kind="case", case=closed, title="closed by Anna"))
        assert tracker.state(ticket) == "closed"
        assert "closed by Anna" in tracker.words(ticket)[-1]
        before = tracker.words(ticket)
        sent(desk, later(first, ticket, kind="case", case=closed, title="closed by Anna"))
        assert tracker.words(ticket) == before
        again = replace(case, waiting_since=utc_now() + timedelta(minutes=1))
        sent(desk, later(first, ticket, kind="case", case=again, title="opened again"))
        assert tracker.state(ticket) != "closed"

    def test_a_new_mention_opens_a_settled_ticket(self, desk: Desk, tracker: Tracker) -> None:
        """Whoever writes again waits again."""
        first = opening(a_case())
        ticket = sent(desk, first)
        tracker.settle(ticket)
        young = utc_now() + timedelta(minutes=1)
        sent(desk, later(first, ticket, mentions=mentions(1), created_at=young))
        assert tracker.state(ticket) != "closed"

    def test_an_escalation_makes_it_more_urgent(self, desk: Desk, tracker: Tracker) -> None:
        """And says so."""
        first = opening(a_case(priority=30), priority=30)
        ticket = sent(desk, first)
        before = tracker.urgency(ticket)
        told = later(first, ticket, kind="escalation", title="nobody came for an hour", priority=95)
        sent(desk, told)
        assert tracker.urgency(ticket) > before
        assert "nobody came for an hour" in tracker.words(ticket)[-1]

    def test_what_people_do_comes_back_once(self, desk: Desk, tracker: Tracker) -> None:
        """A reply, a closing, an opening again; each by somebody; and never what we did."""
        cursor = desk.changes(None).cursor
        first = opening(a_case())
        ticket = sent(desk, first)
        sent(desk, later(first, ticket, mentions=mentions(1)))
        kinds, cursor = self.acts(desk, cursor, ticket)
        assert kinds == []
        tracker.reply(ticket, "We found your bag.")
        kinds, cursor = self.acts(desk, cursor, ticket)
        assert self.replied_as in kinds
        tracker.settle(ticket)
        kinds, cursor = self.acts(desk, cursor, ticket)
        assert self.settled_as in kinds
        tracker.reopen(ticket)
        kinds, cursor = self.acts(desk, cursor, ticket)
        assert "reopen" in kinds
        assert self.acts(desk, cursor, ticket)[0] == []

    def test_the_same_question_has_the_same_answer(self, desk: Desk, tracker: Tracker) -> None:
        """Asked again with the old cursor, each act has the key it had."""
        cursor = desk.changes(None).cursor
        ticket = sent(desk, opening(a_case()))
        tracker.reply(ticket, "We found your bag.")
        tracker.settle(ticket)
        asked = [desk.changes(cursor) for _ in range(2)]
        keys = [[one.act.key for one in found.changes if one.ticket == ticket] for found in asked]
        assert keys[0] == keys[1]
        assert len(set(keys[0])) == len(keys[0]) >= 2

    def test_who_takes_it_claims_the_case(self, desk: Desk, tracker: Tracker) -> None:
        """By name, with the desk's kind in front."""
        if not self.taken:
            pytest.skip("tickets have no owner there")
        cursor = desk.changes(None).cursor
        ticket = sent(desk, opening(a_case()))
        tracker.take(ticket)
        found = [one.act for one in desk.changes(cursor).changes if one.ticket == ticket]
        assert [one.kind for one in found if one.kind == "claim"] == ["claim"]
        assert ":" in found[0].by

    @pytest.mark.usefixtures("tracker")
    def test_our_own_closing_is_no_act(self, desk: Desk) -> None:
        """What was closed elsewhere and told here does not come back."""
        cursor = desk.changes(None).cursor
        case = a_case()
        first = opening(case)
        ticket = sent(desk, first)
        closed = replace(case, state="closed")
        sent(desk, later(first, ticket, kind="case", case=closed, title="closed by Anna"))
        assert self.acts(desk, cursor, ticket)[0] == []

    def test_what_was_taken_down_is_blanked(self, desk: Desk, tracker: Tracker) -> None:
        """Its words are gone, the others stay, and the ticket says so; as often as asked."""
        gone, stays = mentions(1, "These words must go"), mentions(1, "These may stay")
        first = opening(a_case(), (*gone, *stays))
        ticket = sent(desk, first)
        told = later(first, ticket, kind="retraction", title="", retracted=(gone[0].post.id,))
        assert isinstance(desk, Retracting)
        for attempt in (1, 2):
            desk.retract(replace(told, attempt=attempt))
        self.check_blanked(tracker, ticket, gone[0], stays[0])

    def check_blanked(self, tracker: Tracker, ticket: str, gone: Mention, stays: Mention) -> None:
        """Override it where what was written can't be changed."""
        written = _plain("\n".join(tracker.words(ticket)))
        assert gone.post.text not in written
        assert gone.post.url not in written
        assert stays.post.text in written
        assert "taken down" in tracker.words(ticket)[-1]

    def test_hostile_words_are_told_and_do_nothing(self, desk: Desk, tracker: Tracker) -> None:
        """In every field that a stranger fills."""
        post = a_post(
            f"h{next(_numbers)}", HOSTILE, title=HOSTILE, author=Author(HOSTILE, HOSTILE, 1)
        )
        first = opening(a_case(), (a_mention(post=post),), title=HOSTILE, body=HOSTILE)
        ticket = sent(desk, first)
        sent(desk, later(first, ticket, mentions=mentions(1, HOSTILE), body=HOSTILE))
        written = "\n".join([tracker.subject(ticket), *tracker.words(ticket)])
        assert not any(bad in written for bad in ("\x00", "\x1b", "\u202e"))
        assert not any(bad in tracker.subject(ticket) for bad in "\n\r[]")
        assert self.active(tracker, ticket) == []

    @pytest.mark.parametrize(
        ("status", "state"), [(401, "login"), (402, "credits"), (403, "blocked")]
    )
    def test_a_dead_login_stops_the_channel(
        self, desk: Desk, tracker: Tracker, status: int, state: FailureState
    ) -> None:
        """Reject, with the state by which the alerts wait instead of being buried."""
        tracker.refuse(status, {})
        with pytest.raises(Reject) as failure:
            desk.send(opening(a_case()))  # type: ignore[attr-defined]
        assert failure.value.state == state
        self.check_secrets(failure.value.reason, repr(desk))

    @pytest.mark.parametrize(
        ("status", "state"), [(429, "rate limit"), (500, "outage"), (503, "outage")]
    )
    def test_a_busy_desk_is_asked_again(
        self, desk: Desk, tracker: Tracker, status: int, state: FailureState
    ) -> None:
        """Retry, after as long as it wishes."""
        tracker.refuse(status, {"Retry-After": "17"})
        with pytest.raises(Retry) as failure:
            desk.send(opening(a_case()))  # type: ignore[attr-defined]
        assert (failure.value.state, failure.value.after_seconds) == (state, 17.0)
        tracker.refuse(status, {})
        with pytest.raises(Retry):
            desk.changes(None)
        self.check_secrets(failure.value.reason, repr(desk))

    def check_secrets(self, *told: str) -> None:
        """No secret shows in what is told."""
        assert not [one for one in self.secrets for text in told if one in text]


def _plain(words: str) -> str:
    return words.replace("\u2060", "")


def _is_html(words: str) -> bool:
    return words.lstrip().startswith(("<p>", "<div", "<html"))


def _lines(words: str) -> str:
    return "".join(f"{line.strip()}\n" for line in words.splitlines())

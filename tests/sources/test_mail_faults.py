"""A mail server that fails, lies or drips: said in words, in bounded time, and nothing lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest

from listener.model import Batch, Spent
from listener.ports import Reject, Retry
from sources.mail_parts.cursor import PENDING_MAX
from tests.sources.mail_letters import Following, letter, source
from tests.sources.standins.imap_server import (
    HANG_UP,
    PASSWORD,
    Answering,
    ImapServer,
    Said,
    fetched,
    serving,
)

HELD = 6
"""How many mails there are; the first three were read before the fault."""


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with serving(ImapServer()) as server:
        yield server
    assert server.refused == []


@pytest.fixture
def following(server: ImapServer) -> Following:
    """One who has read three mails; three more came since."""
    for number in range(3):
        server.deliver(letter(number))
    following = Following(source(server, timeout_seconds=5.0))
    following.to_rest()
    for number in range(3, HELD):
        server.deliver(letter(number))
    return following


def at(command: str, answer: bytes | Callable[[Said], bytes], *, times: int = 10**9) -> Answering:
    """Answers such commands so, for so many times; ``%`` stands for the tag."""
    left = iter(range(times))

    def answering(said: Said) -> bytes | None:
        if said.command != command or next(left, None) is None:
            return None
        return answer(said) if callable(answer) else answer.replace(b"%", said.tag.encode())

    return answering


def outcome_of(following: Following) -> Batch | Retry | Reject:
    """One poll, which must end, cost one login, and repeat no secret."""
    began = monotonic()
    try:
        outcome: Batch | Retry | Reject = following.poll()
    except (Retry, Reject) as failure:
        outcome = failure
    assert monotonic() - began < 8
    assert outcome.spent == Spent(requests=1)
    reasons = following.told if isinstance(outcome, Batch) else [outcome.reason]
    for reason in reasons:
        assert reason.strip()
        assert "word" not in reason or PASSWORD not in reason
        assert "Traceback" not in reason
    return outcome


def recovers(server: ImapServer, following: Following, *, lost: int = 0) -> None:
    """Once the fault is over, everything comes, and nothing twice."""
    server.answering = lambda _: None
    server.greeting = b"* OK ready\r\n"
    for _ in range(HELD + 2):
        following.to_rest()
    assert len(set(following.ids)) == len(following.ids) == HELD - lost


@pytest.mark.parametrize(
    ("answer", "kind", "state"),
    [
        (b"% NO [AUTHENTICATIONFAILED] no\r\n", Reject, "login"),
        (b"% NO nope\r\n", Reject, "login"),
        (b"% BAD what\r\n", Reject, "login"),
        (b"% NO [EXPIRED] old\r\n", Reject, "login"),
        (b"% NO [CONTACTADMIN] call us\r\n", Reject, "suspended"),
        (b"% NO [WEBALERT https://x] browser\r\n", Reject, "blocked"),
        (b"% NO [UNAVAILABLE] later\r\n", Retry, "outage"),
        (b"% NO [INUSE] later\r\n", Retry, "outage"),
        (b"% NO [LIMIT] too many\r\n", Retry, "rate limit"),
        (b"% NO [OVERQUOTA] bandwidth\r\n", Retry, "rate limit"),
        (b"% NO [ALERT] Too many simultaneous connections. (Failure)\r\n", Retry, "rate limit"),
        (b"* BYE [UNAVAILABLE] bye\r\n", Retry, "outage"),
        (HANG_UP, Retry, "outage"),
    ],
)
def test_a_refused_login(
    server: ImapServer, following: Following, answer: bytes, kind: type, state: str
) -> None:
    server.answering = at("AUTHENTICATE", answer + HANG_UP)
    outcome = outcome_of(following)
    assert isinstance(outcome, kind)
    assert outcome.state == state  # type: ignore[union-attr]
    recovers(server, following)


@pytest.mark.parametrize(
    ("answer", "kind", "state"),
    [
        (b"% NO [NONEXISTENT] no\r\n", Reject, "gone"),
        (b"% NO what folder\r\n", Reject, "gone"),
        (b"% NO [NOPERM] no\r\n", Reject, "blocked"),
        (b"% NO [SERVERBUG] oops\r\n", Retry, "outage"),
        (b"% BAD what\r\n", Retry, "outage"),
        (b"* BYE [LIMIT] slower\r\n", Retry, "rate limit"),
    ],
)
def test_a_folder_that_cannot_be_opened(
    server: ImapServer, following: Following, answer: bytes, kind: type, state: str
) -> None:
    server.answering = at("EXAMINE", answer)
    outcome = outcome_of(following)
    assert isinstance(outcome, kind)
    assert outcome.state == state  # type: ignore[union-attr]
    recovers(server, following)


@pytest.mark.parametrize(
    "greeting",
    [
        b"* BYE [UNAVAILABLE] too busy\r\n" + HANG_UP,
        b"HTTP/1.1 400 Bad Request\r\n\r\n" + HANG_UP,
        b"\x16\x03\x01\x02\x00\x00\r\n" + HANG_UP,
        b"* OK " + b"x" * 3_000_000 + HANG_UP,
        b"* OK [CAPABILITY" + HANG_UP,
        HANG_UP,
    ],
)
def test_a_server_that_greets_badly(
    server: ImapServer, following: Following, greeting: bytes
) -> None:
    server.greeting = greeting
    assert isinstance(outcome_of(following), Retry)
    recovers(server, following)


HUGE = b"* 1 FETCH (UID 4 BODY[]<0> {99999999999}\r\nabc"
MIDWAY = b"* 4 FETCH (UID 4 RFC822.SIZE 90 BODY[]<0> {90}\r\nFrom: Anna" + HANG_UP
BROKEN = {
    "gone midway": MIDWAY,
    "bye": b"* BYE [UNAVAILABLE] restart\r\n" + HANG_UP,
    "literal of a lie": HUGE + HANG_UP,
    "literal of digits": b"* 1 FETCH (UID 4 BODY[]<0> {" + b"9" * 5_000 + b"}\r\n" + HANG_UP,
    "line without end": b"* " + b"9 " * 2_000_000 + HANG_UP,
    "another tag": b"ZZZ999 OK done\r\n" + HANG_UP,
    "no protocol": b"\x00\xff\xfe\r\n" * 20 + HANG_UP,
}


@pytest.mark.parametrize("command", ["EXAMINE", "UID SEARCH", "UID FETCH", "NOOP"])
@pytest.mark.parametrize("kind", BROKEN)
def test_a_line_that_breaks(
    server: ImapServer, following: Following, command: str, kind: str
) -> None:
    server.answering = at(command, BROKEN[kind])
    outcome_of(following)
    outcome_of(following)
    recovers(server, following)


def test_one_mail_that_breaks_the_line_costs_only_itself(
    server: ImapServer, following: Following
) -> None:
    def poisoned(said: Said) -> bytes | None:
        uids, _, what = said.words.partition(" ")
        is_it = said.command == "UID FETCH" and "PEEK" in what and "5" in uids.split(",")
        return HUGE + HANG_UP if is_it else None

    server.answering = poisoned
    for _ in range(4):
        outcome_of(following)
    assert len(following.came) == HELD - 1
    server.deliver(letter(6))
    outcome_of(following)
    assert following.ids[-1] == "6@example.org"
    server.now += timedelta(days=2)
    outcome_of(following)
    assert any("given up" in told for told in following.told)
    assert following.poll().complete


@pytest.mark.parametrize(
    "answer",
    [HUGE + HANG_UP, b"% NO [SERVERBUG] disk\r\n", b"% OK done\r\n"],
    ids=["broken line", "refusal", "nothing"],
)
def test_a_server_that_gives_out_nothing_for_days_loses_nothing(
    server: ImapServer, following: Following, answer: bytes
) -> None:
    server.answering = _only_bodies(at("UID FETCH", answer))
    for _ in range(24):
        outcome_of(following)
        server.now += timedelta(hours=3)
    assert not any("given up" in told for told in following.told)
    recovers(server, following)


def test_one_mail_that_is_refused_comes_later(server: ImapServer, following: Following) -> None:
    def refusing(said: Said) -> bytes | None:
        uids = said.words.partition(" ")[0].split(",")
        no = f"{said.tag} NO [SERVERBUG] can't read it\r\n".encode()
        return no if said.command == "UID FETCH" and "5" in uids else None

    server.answering = refusing
    outcome = outcome_of(following)
    assert isinstance(outcome, Batch)
    assert len(outcome.posts) == 2
    assert not outcome.complete
    recovers(server, following)


def test_a_mail_without_its_words_comes_later(server: ImapServer, following: Following) -> None:
    server.answering = at(
        "UID FETCH",
        lambda said: (
            b"* 5 FETCH (UID 5 RFC822.SIZE 9)\r\n* 6 FETCH (UID 6 BODY[]<0> NIL)\r\n"
            + fetched(server.folders["INBOX"].mails[4], 9_999)
            + said.tag.encode()
            + b" OK done\r\n"
        ),
    )
    server.answering = _only_bodies(server.answering)
    outcome_of(following)
    assert following.ids[3:] == ["3@example.org"]
    recovers(server, following)


def _only_bodies(answering: Answering) -> Answering:
    return lambda said: answering(said) if "PEEK" in said.words else None


def test_a_storage_that_fails_loses_nothing(server: ImapServer, following: Following) -> None:
    for number in range(HELD, 3 * PENDING_MAX):
        server.deliver(letter(number))
    server.answering = at("UID FETCH", b"% NO [SERVERBUG] disk\r\n")
    for _ in range(5):
        outcome_of(following)
        server.now += timedelta(hours=1)
    server.answering = lambda _: None
    following.to_rest()
    following.to_rest()
    assert sorted(following.ids) == sorted(f"{n}@example.org" for n in range(3 * PENDING_MAX))


def test_what_is_expunged_between_search_and_fetch_is_gone(
    server: ImapServer, following: Following
) -> None:
    def expunge(said: Said) -> bytes | None:
        if said.command == "UID FETCH":
            server.folders["INBOX"].mails.pop(5, None)
        return None

    server.answering = expunge
    outcome = outcome_of(following)
    assert isinstance(outcome, Batch)
    assert outcome.complete
    recovers(server, following, lost=1)


def test_what_is_expunged_midway_may_be_told_by_a_no(
    server: ImapServer, following: Following
) -> None:
    def expunge(said: Said) -> bytes | None:
        if said.command != "UID FETCH" or "PEEK" not in said.words:
            return None
        mails = server.folders["INBOX"].mails
        mails.pop(5, None)
        rest = b"".join(fetched(one, 9_999) for uid, one in mails.items() if uid > 3)
        return rest + said.tag.encode() + b" NO [EXPUNGEISSUED] some are gone\r\n"

    server.answering = expunge
    outcome = outcome_of(following)
    assert isinstance(outcome, Batch)
    assert outcome.complete
    recovers(server, following, lost=1)


def test_a_dripping_server_is_left(server: ImapServer, following: Following) -> None:
    def drip(said: Said) -> bytes:
        said.line.sendall(b"* 4 FETCH (UID 4 BODY[]<0> {100000}\r\n")
        while not server.stop.wait(0.05):
            said.line.sendall(b"x")
        return HANG_UP

    following.source = replace(following.source, poll_seconds_max=1.0)
    server.answering = at("UID FETCH", drip)
    outcome_of(following)
    following.source = replace(following.source, poll_seconds_max=45.0)
    recovers(server, following)


def test_a_silent_server_is_left(server: ImapServer, following: Following) -> None:
    def silence(_: Said) -> bytes:
        server.stop.wait(20)
        return HANG_UP

    following.source = replace(following.source, timeout_seconds=0.3)
    server.answering = at("UID SEARCH", silence)
    assert isinstance(outcome_of(following), Retry)
    following.source = replace(following.source, timeout_seconds=5.0)
    recovers(server, following)


def test_a_line_that_breaks_while_waiting_is_no_failure(
    server: ImapServer, following: Following
) -> None:
    following.to_rest()
    following.source = replace(following.source, idle_seconds=20.0)
    server.answering = at("IDLE", b"+ idling\r\n* 9 FETCH (FLAGS ())\r\n* BYE out\r\n" + HANG_UP)
    assert isinstance(outcome_of(following), Batch)
    following.source = replace(following.source, idle_seconds=0.0)
    recovers(server, following)


def test_a_chatty_server_does_not_wake(server: ImapServer, following: Following) -> None:
    following.to_rest()
    following.source = replace(following.source, idle_seconds=0.5)
    before = server.commands.count("EXAMINE")

    def chat(said: Said) -> bytes:
        said.line.sendall(b"+ idling\r\n" + b"* 6 EXISTS\r\n* 3 FETCH (FLAGS ())\r\n" * 500)
        assert said.line.recv(100) == b"DONE\r\n"
        return b"* 6 EXISTS\r\nIDLE1 OK done\r\n"

    server.answering = at("IDLE", chat)
    outcome_of(following)
    assert server.commands.count("EXAMINE") == before + 1


def test_lies_about_numbers(server: ImapServer, following: Following) -> None:
    server.answering = at(
        "UID SEARCH",
        b"* SEARCH 0 1 2 5 4 4 6 99 99999999999999999999 x -1\r\n% OK done\r\n",
    )
    following.to_rest()
    recovers(server, following)


def test_a_folder_fails_alone(server: ImapServer, following: Following) -> None:
    following.source = replace(following.source, folders=["INBOX", "Sent"])
    outcome = outcome_of(following)
    assert isinstance(outcome, Batch)
    assert len(outcome.posts) == 3
    assert [fault.where for fault in outcome.faults] == ["Sent"]
    assert not outcome.complete


def test_a_folder_that_breaks_the_line_does_not_starve_the_others(
    server: ImapServer, following: Following
) -> None:
    following.source = replace(following.source, folders=["INBOX", "Sent"])
    server.deliver(letter(9), "Sent")

    def breaking(said: Said) -> bytes | None:
        return HANG_UP if said.command == "EXAMINE" and "Sent" in said.words else None

    server.answering = breaking
    for _ in range(3):
        outcome_of(following)
    assert len(following.came) == HELD

"""The mail source: every mail once, nothing touched, news at once."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest

from listener.model import Batch
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.mail import MailSource
from tests.sources.mail_letters import OWN, Following, letter, source
from tests.sources.standins.imap_server import TOKEN, ImapServer, Kept, Said, serving
from tests.sources.standins.serving import DAY, HOUR


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with serving(ImapServer()) as server:
        yield server
    assert server.refused == []


@pytest.fixture
def following(server: ImapServer) -> Following:
    """One who has read three mails."""
    for number in range(3):
        server.deliver(letter(number))
    following = Following(source(server))
    following.to_rest()
    assert len(following.came) == 3
    return following


class TestMail(SourceSuite):
    @pytest.fixture
    def source(self, server: ImapServer) -> MailSource:
        for number in range(130):
            server.deliver(letter(number))
        return source(server, mails_max=40)


def test_a_mail_is_a_post(following: Following) -> None:
    post = following.came[1]
    assert post.id == "mail:1@example.org"
    assert (post.author.handle, post.author.name) == ("anna@example.org", "Anna Aalto")
    assert (post.title, post.text) == ("Letter 1", "Norvia was late, says letter 1.")
    assert post.medium == "mail"
    assert post.conversation == post.native_id


def test_only_what_is_new_comes(server: ImapServer, following: Following) -> None:
    server.deliver(letter(3))
    batch = following.poll()
    assert [post.native_id for post in batch.posts] == ["3@example.org"]
    assert batch.complete
    assert not batch.more


def test_the_first_look_goes_a_day_back(server: ImapServer) -> None:
    for number, hours in enumerate([200, 30, 23, 1]):
        server.deliver(letter(number), received=server.now - hours * HOUR)
    server.deliver(letter(9), received=server.now - 48 * HOUR)  # copied in from elsewhere
    following = Following(source(server))
    following.to_rest()
    assert following.ids == ["2@example.org", "3@example.org"]
    server.deliver(letter(10), received=server.now - 48 * HOUR)
    following.to_rest()
    assert following.ids[2:] == ["10@example.org"]


def test_a_thousand_mails_come_in_parts(server: ImapServer) -> None:
    for number in range(1_000):
        server.deliver(letter(number))
    following = Following(source(server, mails_max=300))
    assert following.poll().more
    following.to_rest()
    assert following.ids == [f"{number}@example.org" for number in range(1_000)]


def test_an_empty_stretch_of_numbers_is_crossed(server: ImapServer, following: Following) -> None:
    server.folders["INBOX"].next = 4_000_000_000
    server.deliver(letter(3))
    before = len(server.commands)
    following.to_rest()
    assert following.ids[3:] == ["3@example.org"]
    assert len(server.commands) - before < 20


def test_answers_come_from_the_second_folder(server: ImapServer) -> None:
    server.deliver(letter(1))
    answer = letter(2, "We are sorry.", sender=OWN, In_Reply_To="<1@example.org>",
                    References="<1@example.org>")  # fmt: skip
    server.deliver(answer, "Sent")
    following = Following(source(server, folders=["INBOX", "Sent"]))
    following.to_rest()
    asked, answered = following.came
    assert answered.author.handle == OWN
    assert answered.in_reply_to == asked.native_id
    assert answered.conversation == asked.conversation


def test_the_same_mail_in_two_folders_is_one(server: ImapServer) -> None:
    for folder in ("INBOX", "Archive"):
        server.deliver(letter(1), folder)
    following = Following(source(server, folders=["INBOX", "Archive"]))
    following.to_rest()
    server.deliver(letter(1), "INBOX")
    server.deliver(letter(1), "Archive")
    following.to_rest()
    assert following.ids == ["1@example.org"]


def test_another_mail_of_the_same_name_is_not_lost(server: ImapServer) -> None:
    server.deliver(letter(1))
    server.deliver(letter(2, "Other words.", sender="b@example.org", Message_ID="<1@example.org>"))
    following = Following(source(server))
    following.to_rest()
    assert len({post.id for post in following.came}) == 2
    server.deliver(letter(2, "Other words.", sender="b@example.org", Message_ID="<1@example.org>"))
    following.to_rest()
    assert len(following.came) == 2


def test_new_numbers_bring_no_doubles(server: ImapServer, following: Following) -> None:
    server.deliver(letter(0), received=server.now - 3 * DAY)
    server.renumber()
    server.deliver(letter(3))
    batch = following.poll()
    assert "numbered anew" in batch.faults[0].reason
    following.to_rest()
    assert sorted(following.ids) == [f"{number}@example.org" for number in range(4)]
    assert not following.poll().faults


def test_numbers_that_fall_back_are_read_anew(server: ImapServer, following: Following) -> None:
    server.renumber()
    box = server.folders["INBOX"]
    box.validity, box.next = 7, 2
    box.mails.clear()
    server.deliver(letter(8))
    following.to_rest()
    assert following.ids[3:] == ["8@example.org"]


def test_a_large_mail_is_read_in_part(server: ImapServer) -> None:
    server.deliver(letter(1, "Norvia, a long story:\n" + "and on it went\n" * 10_000))
    following = Following(source(server, mail_mb_max=0.05))
    batch = following.poll()
    assert batch.posts[0].text.startswith("Norvia, a long story:")
    assert "were read" in batch.rejects[0].reason
    assert "INBOX, mail 1" in batch.rejects[0].where


def test_noise_never_comes_and_programs_by_choice(server: ImapServer) -> None:
    server.deliver(letter(1, X_Listener_Key="k", Auto_Submitted="auto-generated"))
    server.deliver(letter(2, Auto_Submitted="auto-replied"))
    server.deliver(letter(3, Auto_Submitted="auto-generated"))
    following = Following(source(server))
    following.to_rest()
    assert following.ids == ["3@example.org"]
    without = Following(source(server, programs=False))
    without.to_rest()
    assert without.ids == []


def test_news_come_while_it_waits(server: ImapServer, following: Following) -> None:
    following.source = replace(following.source, idle_seconds=20.0)

    def deliver_when_idling() -> None:
        assert server.idling.wait(10)
        server.deliver(letter(3))

    thread = threading.Thread(target=deliver_when_idling)
    thread.start()
    began = monotonic()
    batch = following.poll()
    thread.join()
    assert [post.native_id for post in batch.posts] == ["3@example.org"]
    assert monotonic() - began < 5
    assert batch.wait_seconds == 1


def test_where_nothing_comes_the_waiting_ends(server: ImapServer, following: Following) -> None:
    following.source = replace(following.source, idle_seconds=0.2)
    batch = following.poll()
    assert batch.wait_seconds == 1
    assert batch.complete
    assert server.commands[-2:] == ["IDLE", "LOGOUT"]


@pytest.mark.parametrize("refuses", [False, True])
def test_a_server_that_cannot_tell_is_asked_by_the_interval(
    server: ImapServer, following: Following, refuses: bool
) -> None:
    def no(said: object) -> bytes | None:
        return b"IDLE1 NO not here\r\n" if getattr(said, "command", "") == "IDLE" else None

    if refuses:
        server.answering = no
    else:
        server.capabilities = ("IMAP4rev1", "AUTH=PLAIN")
    following.source = replace(following.source, idle_seconds=20.0)
    assert following.poll().wait_seconds is None


def test_while_there_is_news_nobody_waits(server: ImapServer, following: Following) -> None:
    following.source = replace(following.source, idle_seconds=20.0)
    server.deliver(letter(3))
    assert following.poll().wait_seconds == 1
    assert "IDLE" not in server.commands


def test_a_token_logs_in(server: ImapServer) -> None:
    server.capabilities = ("IMAP4rev1", "AUTH=XOAUTH2")
    server.deliver(letter(1))
    assert source(server, password=None, token=Secret(TOKEN)).poll(None).posts
    with pytest.raises(Reject) as wrong:
        source(server, password=None, token=Secret("expired")).poll(None)
    assert wrong.value.state == "login"


def test_a_plain_login_where_there_is_no_other(server: ImapServer) -> None:
    server.capabilities = ("IMAP4rev1",)
    server.deliver(letter(1))
    assert source(server, password=Secret("ascii")).poll(None).posts
    with pytest.raises(Reject, match="ASCII"):
        source(server).poll(None)
    server.capabilities = ("IMAP4rev1", "LOGINDISABLED")
    with pytest.raises(Reject, match="set security to tls"):
        source(server).poll(None)


def test_folders_have_names_of_all_languages(server: ImapServer) -> None:
    server.deliver(letter(1), "L&AOQ-hetetyt &- muut")
    assert source(server, folders=["Lähetetyt & muut"]).poll(None).posts


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"password": None}, "one of password, token"),
        ({"token": Secret("t")}, "one of password, token"),
        ({"password": Secret("a\r\nb")}, "line break"),
        ({"password": None, "refresh_token": Secret("t")}, "token_url"),
        ({"folders": []}, "folders names 0"),
        ({"folders": ["a\r\nb"]}, "printed"),
        ({"allow_private": False}, "security is none"),
        ({"idle_seconds": 500}, "idle_seconds"),
        ({"mails_max": 0}, "mails_max"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
    ],
)
def test_settings_that_cannot_work_are_told(
    server: ImapServer, settings: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        source(server, **settings)


def test_a_private_address_is_refused(server: ImapServer) -> None:
    closed = replace(source(server), security="tls", allow_private=False)
    with pytest.raises(Reject, match="private address"):
        closed.poll(None)


def test_without_allowance_nobody_is_asked(server: ImapServer) -> None:
    with pytest.raises(Retry) as none:
        source(server).poll_within(None, replace(source(server).dearest(), requests=0))
    assert none.value.state == "budget"
    assert server.commands == []


def test_the_cursor_is_small(server: ImapServer) -> None:
    for number in range(400):
        server.deliver(letter(number))
    following = Following(source(server))
    following.to_rest()
    assert len(following.cursor or "") < 6_000


@pytest.mark.parametrize("wrong", ["seen", "folders", "INBOX"])
def test_a_damaged_cursor_begins_anew(server: ImapServer, following: Following, wrong: str) -> None:
    cursor = json.loads(following.cursor or "")
    target = cursor["folders"] if wrong == "INBOX" else cursor
    for value in (None, 5, "x", [], {"INBOX": {"last": "a", "pending": {"x": "y", "5": []}}}):
        target[wrong] = value
        assert isinstance(following.source.poll(json.dumps(cursor)), Batch)


def test_our_clock_was_wrong(server: ImapServer, following: Following) -> None:
    server.now -= timedelta(days=400)
    server.deliver(letter(3))
    following.to_rest()
    assert "3@example.org" in following.ids


def _fetching(said: Said, answer: Callable[[Kept], bytes], server: ImapServer) -> bytes | None:
    if said.command != "UID FETCH" or "PEEK" not in said.words:
        return None
    uids = said.words.partition(" ")[0].split(",")
    mails = [server.folders["INBOX"].mails[int(uid)] for uid in uids]
    return b"".join(map(answer, mails)) + f"{said.tag} OK done\r\n".encode()


def test_servers_answer_in_other_orders(server: ImapServer) -> None:
    """Attributes behind the literal, news of others between, small letters."""

    def answer(mail: Kept) -> bytes:
        head = f"* 99 FETCH (FLAGS (\\Seen) UID {mail.uid})\r\n* 1 RECENT\r\n"
        head += f"* {mail.uid} FETCH (body[]<0> {{{len(mail.raw)}}}\r\n"
        return head.encode() + mail.raw + f" uid {mail.uid} FLAGS ())\r\n".encode()

    for number in range(3):
        server.deliver(letter(number))
    server.answering = lambda said: _fetching(said, answer, server)
    following = Following(source(server))
    following.to_rest()
    assert following.ids == [f"{number}@example.org" for number in range(3)]
    assert following.came[0].text == "Norvia was late, says letter 0."


def test_a_short_mail_may_come_in_quotes(server: ImapServer) -> None:
    server.deliver(b"")
    quoted = rb'* 1 FETCH (UID 1 BODY[]<0> "From: \"A\" <a@example.org>")' + b"\r\n"
    server.answering = lambda said: _fetching(said, lambda _: quoted, server)
    following = Following(source(server))
    following.to_rest()
    assert [post.author.handle for post in following.came] == ["a@example.org"]


@pytest.mark.parametrize("untold", ["UIDNEXT", "UIDVALIDITY"])
def test_a_folder_that_does_not_tell_its_numbers(server: ImapServer, untold: str) -> None:
    server.untold = untold
    following = Following(source(server))
    following.to_rest()
    for number in range(3):
        server.deliver(letter(number))
        following.to_rest()
    assert following.ids == [f"{number}@example.org" for number in range(3)]

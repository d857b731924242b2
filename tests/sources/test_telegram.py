"""Telegram: what of a bot's queue is a post, when it is dropped there, what is missed and told."""

import json
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from listener.model import UNLIMITED, Batch, Post, Spent
from listener.ports import Rechecking, Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.telegram import TelegramSource
from sources.telegram_parts.messages import post_of
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NOON, Answer, serving
from tests.sources.standins.telegram_site import GROUP, TOKEN, TelegramSite, refusal

CHAT = GROUP["id"]
CHANNEL = {"id": -1001500000002, "type": "channel", "title": "Norvia news", "username": "norvia"}
ADA = {"id": 11, "is_bot": False, "first_name": "Ada", "last_name": "Lo", "username": "ada"}


@pytest.fixture
def site() -> Iterator[TelegramSite]:
    with serving(TelegramSite()) as site:
        assert isinstance(site, TelegramSite)
        yield site


class TestSuite(SourceSuite):
    @pytest.fixture
    def source(self, site: TelegramSite) -> TelegramSource:
        question = site.publish("Norvia is late again")
        site.publish("We are sorry", author="norvia", reply_to=question)
        for number in range(120):
            site.publish(f"Norvia {number}")
        return site.source()


def message(**said: Any) -> dict[str, Any]:
    """A message of the group, with these fields."""
    plain = {"message_id": 5, "from": ADA, "chat": GROUP, "date": int(NOON.timestamp())}
    return plain | {"text": "Norvia"} | said


def as_post(**said: Any) -> Post:
    post = post_of(message(**said))
    assert post is not None
    return post


def polled(site: TelegramSite, *updates: dict[str, Any], **settings: Any) -> Batch:
    for update in updates:
        site.push(update)
    return site.source(**settings).poll(None)


# What a message becomes.


def test_a_message_with_all_that_telegram_tells() -> None:
    post = as_post(text="Norvia is late")
    assert post.id == f"telegram:{CHAT}/5"
    assert post.url == "https://t.me/travel/5"
    assert post.published_at == NOON
    assert (post.author.handle, post.author.name, post.author.id) == ("ada", "Ada Lo", "11")
    assert (post.in_reply_to, post.conversation) == ("", post.native_id)


def test_who_has_no_username_is_named_by_number() -> None:
    author = as_post(**{"from": {"id": 12, "first_name": "Bob"}}).author
    assert (author.handle, author.name, author.id) == ("12", "Bob", "12")


def test_an_anonymous_admin_is_the_group() -> None:
    author = as_post(sender_chat=GROUP, author_signature="boss").author
    assert (author.handle, author.name, author.id) == ("travel", "Travellers", str(CHAT))


@pytest.mark.parametrize(
    ("chat", "url"),
    [
        ({"id": -1001500000009, "type": "supergroup"}, "https://t.me/c/1500000009/5"),
        ({"id": -4242, "type": "group"}, ""),
    ],
)
def test_an_address_where_there_is_one(chat: dict[str, Any], url: str) -> None:
    assert as_post(chat=chat).url == url


def test_a_caption_is_the_text_and_the_rest_of_an_album_is_no_post(site: TelegramSite) -> None:
    photo = {"text": "", "media_group_id": "7", "photo": []}
    first = message(**photo, message_id=5, caption="Norvia lost this bag")
    rest = [message(**photo, message_id=number) for number in (6, 7)]
    batch = polled(site, *({"message": one} for one in (first, *rest)))
    assert [post.text for post in batch.posts] == ["Norvia lost this bag"]
    assert not batch.rejects


def test_a_poll_is_read_out() -> None:
    poll = {"question": "Norvia or the train?", "options": [{"text": "Norvia"}, {"text": "Train"}]}
    assert as_post(text="", poll=poll).text == "Norvia or the train?\nNorvia\nTrain"


def test_addresses_behind_words_are_links() -> None:
    entities = [
        {"type": "text_link", "offset": 0, "length": 6, "url": "https://norvia.example/late"},
        {"type": "bold", "offset": 0, "length": 6},
    ]
    assert as_post(entities=entities).links == ("https://norvia.example/late",)


@pytest.mark.parametrize(
    "mark",
    [
        {"forward_origin": {"type": "hidden_user", "sender_user_name": "X", "date": 1}},
        {"forward_date": 1_700_000_000},
    ],
)
def test_what_is_forwarded_is_not_its_authors(mark: dict[str, Any]) -> None:
    assert post_of(message(**mark)) is None


def test_a_reply_in_a_group() -> None:
    post = as_post(reply_to_message=message(message_id=3), message_thread_id=2)
    assert (post.in_reply_to, post.conversation) == (f"{CHAT}/3", f"{CHAT}/2")
    assert as_post(reply_to_message=message(message_id=3)).conversation == f"{CHAT}/3"


def test_in_a_forum_a_topic_is_no_parent() -> None:
    topic = {"message_id": 2, "forum_topic_created": {"name": "Delays"}}
    post = as_post(reply_to_message=topic, message_thread_id=2, is_topic_message=True)
    assert (post.in_reply_to, post.conversation) == ("", f"{CHAT}/2")
    reply = as_post(
        reply_to_message=message(message_id=3), message_thread_id=2, is_topic_message=True
    )
    assert (reply.in_reply_to, reply.conversation) == (f"{CHAT}/3", f"{CHAT}/2")


def test_a_channels_post_is_one_in_its_discussion_group_too() -> None:
    copy = message(
        message_id=9,
        sender_chat=CHANNEL,
        is_automatic_forward=True,
        forward_origin={"type": "channel", "chat": CHANNEL, "message_id": 77, "date": 1},
    )
    told = post_of({"message_id": 77, "chat": CHANNEL, "sender_chat": CHANNEL, "text": "Norvia"})
    post = post_of(copy)
    assert post is not None
    assert told is not None
    assert (post.id, post.url) == (told.id, told.url) == (told.id, "https://t.me/norvia/77")
    assert post.author == told.author
    comment = as_post(message_id=10, reply_to_message=copy, message_thread_id=9)
    assert (comment.in_reply_to, comment.conversation) == (told.native_id, told.native_id)


# Which chats and updates count.


def test_posts_of_channels_come_and_what_is_said_to_the_bot_alone_does_not(
    site: TelegramSite,
) -> None:
    batch = polled(
        site,
        {"channel_post": message(chat=CHANNEL)},
        {"message": message(chat={"id": 11, "type": "private"})},
        {"my_chat_member": {"chat": GROUP}},
    )
    assert [post.native_id for post in batch.posts] == [f"{CHANNEL['id']}/5"]


@pytest.mark.parametrize("name", ["@Norvia", "norvia", str(CHANNEL["id"])])
def test_only_the_chats_that_were_named(site: TelegramSite, name: str) -> None:
    site.publish("Norvia in another chat")
    batch = polled(site, {"channel_post": message(chat=CHANNEL)}, chats=[name])
    assert [post.native_id for post in batch.posts] == [f"{CHANNEL['id']}/5"]


def test_a_group_that_moved_is_listened_to_under_its_new_number(site: TelegramSite) -> None:
    old = {"id": -4242, "type": "group", "title": "Travellers"}
    source = site.source(chats=["-4242"])
    site.push({"message": message(chat=old, text="", migrate_to_chat_id=CHAT)})
    batch = source.poll(None)
    site.publish("Norvia, after the move")
    (post,) = source.poll(batch.cursor).posts
    assert post.text == "Norvia, after the move"


def test_an_edit_comes_again(site: TelegramSite) -> None:
    post_id = site.publish("Norvia is lat")
    source = site.source()
    batch = source.poll(None)
    site.edit(post_id, "Norvia is late")
    (post,) = source.poll(batch.cursor).posts
    assert (post.native_id, post.text) == (post_id, "Norvia is late")


def test_of_two_versions_in_one_answer_the_last_counts(site: TelegramSite) -> None:
    site.edit(site.publish("Norvia is lat"), "Norvia is late")
    (post,) = site.source().poll(None).posts
    assert post.text == "Norvia is late"


def test_what_can_not_be_read_is_told_and_passed_over(site: TelegramSite) -> None:
    batch = polled(
        site, {"message": message(message_id=None)}, {"message": []}, {"message": message()}
    )
    assert len(batch.posts) == 1
    assert [reject.reason for reject in batch.rejects] == [
        "it has no message_id",
        "it has no chat.id",
    ]


def test_deletions_can_not_be_seen(site: TelegramSite) -> None:
    assert not isinstance(site.source(), Rechecking)


# When an update is dropped.


def test_nothing_is_dropped_before_the_cursor_was_stored(site: TelegramSite) -> None:
    for number in range(150):
        site.publish(f"Norvia {number}")
    source = site.source()
    first = source.poll(None)
    assert len(first.posts) == 100
    assert first.more
    assert source.poll(None).posts == first.posts  # a crash: the same once more
    second = source.poll(first.cursor)
    assert len(second.posts) == 50
    assert not second.more
    assert len({post.id for post in (*first.posts, *second.posts)}) == 150


def test_numbers_that_begin_anew_lose_nothing(site: TelegramSite) -> None:
    """After a week without updates the next has any number, also a lower one."""
    site.publish("Norvia before")
    source = site.source()
    cursor = source.poll(source.poll(None).cursor).cursor
    site.now += 8 * DAY
    site.number_anew(1_000)
    site.publish("Norvia after")
    assert [post.text for post in source.poll(cursor).posts] == ["Norvia after"]


def test_they_may_begin_anew_while_nobody_asks(site: TelegramSite) -> None:
    site.publish("Norvia before")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += 8 * DAY
    site.number_anew(1_000)
    site.publish("Norvia after")
    assert [post.text for post in source.poll(cursor).posts] == ["Norvia after"]


# What is missed.


def test_an_absence_within_a_day_misses_nothing(site: TelegramSite) -> None:
    source = site.source()
    cursor = source.poll(None).cursor
    site.publish("Norvia")
    site.now += DAY - MINUTE
    batch = source.poll(cursor)
    assert len(batch.posts) == 1
    assert batch.complete
    assert not batch.gaps


def test_a_longer_absence_is_told_as_a_gap(site: TelegramSite) -> None:
    source = site.source()
    left = site.now
    cursor = source.poll(None).cursor
    site.publish("Norvia, lost")
    site.now += 5 * HOUR
    site.publish("Norvia, kept")
    site.now += 20 * HOUR
    batch = source.poll(cursor)
    assert [post.text for post in batch.posts] == ["Norvia, kept"]
    (gap,) = batch.gaps
    assert (gap.since, gap.until) == (left, site.now - DAY)
    assert "24 hours" in gap.cause
    assert not source.poll(batch.cursor).gaps


def test_what_was_left_in_the_queue_counts_as_unread(site: TelegramSite) -> None:
    for _ in range(100):
        site.publish("Norvia")
    read_until = site.now
    site.now += HOUR
    site.publish("Norvia, left in the queue")
    source = site.source()
    batch = source.poll(None)
    assert batch.more
    assert not batch.complete
    site.now += DAY
    (gap,) = source.poll(batch.cursor).gaps
    assert (gap.since, gap.until) == (read_until, site.now - DAY)


# Refusals, and the secret.


@pytest.mark.parametrize(
    ("trouble", "state", "words"),
    [
        (refusal(401, "Unauthorized"), "login", "@BotFather"),
        (refusal(404, "Not Found"), "login", "@BotFather"),
        (refusal(403, "Forbidden: bot was blocked"), "blocked", "403"),
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), "rate limit", "wait"),
        (refusal(500, "Internal Server Error"), "outage", "500"),
        (Answer(200, {"ok": False, "description": "?"}), "outage", "all is well"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), "outage", "302"),
    ],
)
def test_each_refusal_in_its_own_words(
    site: TelegramSite, trouble: Answer, state: str, words: str
) -> None:
    site.trouble = trouble
    with pytest.raises((Retry, Reject), match=words) as failure:
        site.source().poll(None)
    assert failure.value.state == state
    assert failure.value.spent == Spent(requests=1)
    assert getattr(failure.value, "after_seconds", None) == (7.0 if "wait" in words else None)


def test_a_webhook_is_for_a_person_to_take_off(site: TelegramSite) -> None:
    site.webhook = True
    with pytest.raises(Reject, match="deleteWebhook") as failure:
        site.source().poll(None)
    assert failure.value.state == "setup"


def test_another_reader_is_told(site: TelegramSite) -> None:
    site.other = True
    with pytest.raises(Retry, match="another program reads") as failure:
        site.source().poll(None)
    assert (failure.value.state, failure.value.after_seconds) == ("setup", 60.0)


@pytest.mark.parametrize(
    "trouble",
    ["down", Answer(200, {}, cut=True), *(Answer(status) for status in (302, 400, 401, 500))],
)
def test_the_token_is_never_told(site: TelegramSite, trouble: Answer | str) -> None:
    source = site.source()
    secret = TOKEN.partition(":")[2]
    site.trouble = trouble
    with pytest.raises((Retry, Reject)) as failure:
        source.poll(None)
    assert secret not in failure.value.reason
    assert secret not in "".join(traceback.format_exception(failure.value))
    assert secret not in repr(source)
    site.trouble = None
    site.publish("Norvia")
    assert secret not in repr(source.poll(None))


def test_a_token_that_is_none_is_refused_unsaid() -> None:
    with pytest.raises(ValueError, match="token is no bot's token") as refused:
        TelegramSource(Secret("12:ab/../../x"))
    assert "ab" not in str(refused.value).replace("a number", "")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"chats": ["@norvia", "no name"]}, "chats: no. 2"),
        ({"wait_seconds": 21}, "wait_seconds is 21"),
        ({"wait_seconds": float("nan")}, "wait_seconds is nan"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0"),
        ({"base_url": "nonsense"}, "no http or https address"),
    ],
)
def test_settings_are_held_to_sense(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TelegramSource(Secret(TOKEN), **settings)


# What is asked.


def test_the_question(site: TelegramSite) -> None:
    site.source(wait_seconds=3.7).poll(None)
    (asked,) = site.asked
    assert (asked.method, asked.query) == ("POST", {})
    assert json.loads(asked.body) == {
        "limit": 100,
        "timeout": 3,
        "allowed_updates": ["message", "edited_message", "channel_post", "edited_channel_post"],
    }


def test_without_a_request_left_nothing_is_asked(site: TelegramSite) -> None:
    with pytest.raises(Retry) as failure:
        site.source().poll_within(None, Spent())
    assert failure.value.state == "budget"
    assert not site.asked
    assert site.source().poll_within(None, UNLIMITED).spent == Spent(requests=1)

"""The inbound source: who may push, what it takes, what it answers. No HTTP here."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from listener.model import NOTHING_SPENT, Batch
from listener.ports import Arrival, Call, Received, Receiving, Secret
from sources.inbound import ITEMS_MAX, InboundSource
from sources.inbound_parts.items import FIELDS
from sources.inbound_parts.signature import signature
from tests.sources.pushing import KEY

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/inbound.schema.json").read_text())
CALL = {
    "id": "c-1",
    "medium": "call",
    "site": "Phone",
    "author": {"handle": "+358401", "name": "Aino", "accounts": ["x:@aino"]},
    "published_at": "2026-11-22T10:00:00Z",
    "answered_at": "2026-11-22T10:00:40Z",
    "outcome": "answered",
    "seconds": 312,
    "team": "bags",
}


def source(**settings: Any) -> InboundSource:
    return InboundSource(**({"secret": Secret(KEY), "source_name": "calls"} | settings))


def call(value: object, *, key: str = KEY, at: datetime = NOW, off: float = 0) -> Call:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    timestamp = str(int(at.timestamp() + off))
    headers = {
        "x-listener-timestamp": timestamp,
        "x-listener-signature": signature(key, timestamp, body),
    }
    return Call(headers, body, at)


def told(received: Received) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(received.body)
    return found


def taken(pushed: InboundSource, *values: object) -> Batch:
    """The batch of what was pushed one after the other."""
    arrivals: list[Arrival] = []
    for value in values:
        received = pushed.receive(call(value))
        assert received.status == 202, received.body
        arrivals += [replace(one, at=NOW) for one in received.arrivals]
    return pushed.take(arrivals, NOTHING_SPENT)


def test_it_is_pushed_to() -> None:
    assert isinstance(source(), Receiving)
    assert source().poll("x") == Batch(cursor="x", complete=True)


def test_a_call_comes_with_its_times_and_outcome() -> None:
    (post,) = taken(source(), CALL).posts
    assert (post.id, post.medium, post.text) == ("phone:c-1", "call", "")
    assert (post.author.handle, post.author.name) == ("+358401", "Aino")
    assert post.answered_at == post.published_at + timedelta(seconds=40)  # type: ignore[operator]
    assert dict(post.facts) == {"outcome": "answered", "team": "bags", "seconds": "312"}


def test_what_says_neither_where_nor_when_was_said_here_and_now() -> None:
    (post,) = taken(source(), {"id": 7, "text": "Where is my bag?", "author": "aino"}).posts
    assert (post.id, post.medium, post.published_at) == ("calls:7", "post", NOW)
    assert post.author.handle == "aino"
    (post,) = taken(source(site="Chat"), {"id": 7, "text": "Where is my bag?"}).posts
    assert post.id == "chat:7"


def test_accounts_are_believed_only_where_the_table_says_so() -> None:
    assert taken(source(), CALL).linked == ()
    assert taken(source(links_accounts=True), CALL).linked == (("phone:+358401", "x:@aino"),)


def test_the_same_item_has_the_same_key_and_an_edit_another() -> None:
    keys = [
        source().receive(call(value)).arrivals[0].key
        for value in (CALL, dict(reversed(CALL.items())), CALL | {"outcome": "missed"})
    ]
    assert keys[0] == keys[1] != keys[2]
    assert all(key.startswith("phone:c-1#") for key in keys)


def test_the_newest_word_counts() -> None:
    first, second = {"id": "1", "text": "late"}, {"id": "1", "text": "too late"}
    gone = {"id": "1", "deleted": True}
    assert [post.text for post in taken(source(), first, second).posts] == ["too late"]
    assert taken(source(), first, gone).deleted == ("calls:1",)
    assert taken(source(), first, gone).posts == ()
    assert taken(source(), gone, second).deleted == ()
    assert [post.text for post in taken(source(), gone, second).posts] == ["too late"]


def test_a_bad_item_costs_itself() -> None:
    received = source().receive(call([CALL, {"id": "2"}, 3, {"id": "4", "text": "fine"}]))
    assert (received.status, len(received.arrivals)) == (202, 2)
    answer = told(received)
    assert (answer["accepted"], answer["refused_count"]) == (2, 2)
    assert [one["item"] for one in answer["refused"]] == [1, 2]
    assert "'text' is missing" in answer["refused"][0]["error"]


def test_what_is_all_bad_is_refused() -> None:
    received = source().receive(call([{"id": "2"}]))
    assert (received.status, received.arrivals) == (400, ())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"NaN{"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    received = source().receive(call(body))
    assert (received.status, told(received)["error"][:12]) == (400, "the body is ")


def test_too_many_at_once_are_refused() -> None:
    received = source().receive(call([{"id": n, "text": "x"} for n in range(ITEMS_MAX + 1)]))
    assert received.status == 400
    assert source().receive(call([])).status == 400


def test_who_has_not_the_secret_is_refused() -> None:
    forged = call(CALL, key="another secret altogether")
    received = source().receive(forged)
    assert (received.status, received.arrivals) == (401, ())
    assert KEY not in received.body.decode()


@pytest.mark.parametrize("change", ["body", "timestamp", "signature", "none", "odd", "long"])
def test_what_was_changed_on_its_way_is_refused(change: str) -> None:
    asked = call(CALL)
    headers = dict(asked.headers)
    if change == "body":
        asked = replace(asked, body=asked.body + b" ")
    elif change == "none":
        headers = {}
    elif change == "signature":
        headers["x-listener-signature"] = "sha256=" + "é" * 64
    else:
        other = {"timestamp": "1", "odd": "²", "long": "9" * 400}[change]
        headers["x-listener-timestamp"] = other
        if change != "timestamp":
            headers["x-listener-signature"] = signature(KEY, other, asked.body)
    assert source().receive(replace(asked, headers=headers)).status == 401


@pytest.mark.parametrize(("off", "status"), [(-299, 202), (299, 202), (-301, 401), (301, 401)])
def test_a_push_is_good_for_minutes(off: float, status: int) -> None:
    assert source().receive(call(CALL, off=off)).status == status


def test_both_secrets_are_good_while_senders_change_over() -> None:
    pushed = source(secret=Secret("a new secret, longer"), secret_before=Secret(KEY))
    assert pushed.receive(call(CALL)).status == 202
    assert pushed.receive(call(CALL, key="a new secret, longer")).status == 202


def test_too_fast_is_told_to_wait() -> None:
    pushed = source(items_per_minute=60)
    some = [{"id": n, "text": "x"} for n in range(50)]
    assert pushed.receive(call(some)).status == 202
    received = pushed.receive(call(some))
    assert (received.status, received.headers["Retry-After"]) == (429, "40")
    assert received.arrivals == ()
    assert pushed.receive(call(some, at=NOW + timedelta(seconds=41))).status == 202


def test_a_batch_larger_than_a_minute_is_taken_when_all_of_it_is_free() -> None:
    pushed = source(items_per_minute=10)
    some = [{"id": n, "text": "x"} for n in range(50)]
    assert pushed.receive(call(some)).status == 202
    assert pushed.receive(call(some)).status == 429


def test_the_secret_must_be_long() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        source(secret=Secret("short"))
    with pytest.raises(ValueError, match="items_per_minute"):
        source(items_per_minute=0)


def test_who_looks_is_told_how_to_push() -> None:
    received = source().receive(Call({}, b"", NOW, "GET"))
    assert (received.status, received.arrivals) == (200, ())


GOOD: list[object] = [
    CALL,
    [CALL, {"id": 1, "text": "x"}],
    {"id": "1", "text": "x", "author": "aino", "links": ["https://example.org"]},
    {"id": "1", "deleted": True},
    {"id": "1", "deleted": True, "answered_at": "2026-11-22T10:00:00Z"},
    {"id": "1", "medium": "mail", "facts": {"stars": "4"}, "engagement": {"likes": 3}},
    {"id": "1", "title": "only a headline", "text": ""},
    {"id": "1", "text": "x", "url": None, "author": None, "answered_at": None, "medium": None},
]
BAD: list[object] = [
    {"text": "no id"},
    {"id": "", "text": "x"},
    {"id": " ", "text": "x"},
    {"id": True, "text": "x"},
    {"id": "x" * 301, "text": "x"},
    {"id": "1", "text": 7},
    {"id": "1", "text": "x", "medium": "fax"},
    {"id": "1", "text": "x", "site": "two words"},
    {"id": "1", "text": "x", "site": "a:b"},
    {"id": "1", "text": "x", "deleted": "yes"},
    {"id": "1", "text": "x", "seconds": -1},
    {"id": "1", "text": "x", "seconds": "12"},
    {"id": "1", "text": "x", "facts": {"mood": "bad"}},
    {"id": "1", "text": "x", "facts": {"stars": 4}},
    {"id": "1", "text": "x", "facts": [1]},
    {"id": "1", "text": "x", "author": {"handle": "a", "accounts": "x:@a"}},
    {"id": "1", "text": "x", "author": {"handle": "a", "accounts": ["nobody"]}},
    {"id": "1", "text": "x", "author": {"handle": "a", "accounts": ["x:a"] * 21}},
    {"id": "1", "text": "x", "author": 7},
    {"id": "1", "text": "x", "links": "https://example.org"},
    {"id": "1", "text": "x", "engagement": {"likes": -3}},
    {"id": "1", "text": "x", "answered_at": "2026-11-22T10:00:00Z"},
    {"id": "1", "text": "x", "answered_at": "2026-11-22T10:00:00Z", "published_at": None},
    7,
]


@pytest.mark.parametrize("value", GOOD)
def test_the_published_form_and_the_source_agree_on_what_is_good(value: object) -> None:
    jsonschema.validate(value, SCHEMA)
    assert source().receive(call(value)).status == 202


@pytest.mark.parametrize("value", BAD)
def test_the_published_form_and_the_source_agree_on_what_is_bad(value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, SCHEMA)
    received = source().receive(call(value))
    assert (received.status, received.arrivals) == (400, ())


@pytest.mark.parametrize(
    "change",
    [
        {"published_at": "yesterday"},
        {"answered_at": "soon"},
        {"answered_at": "2026-11-22T09:00:00Z"},
        {"answered_at": "2026-11-22T12:06:00Z"},
        {"published_at": "2026-11-22T12:06:00", "answered_at": None},
        {"author": {"accounts": ["x:@aino"]}},
    ],
)
def test_what_no_schema_can_say_is_refused_in_words(change: dict[str, object]) -> None:
    received = source().receive(call(CALL | change))
    assert received.status == 400
    (refused,) = told(received)["refused"]
    assert next(iter(change)).split("_")[0] in refused["error"]


def test_hostile_words_are_fit_to_keep() -> None:
    text = "a\x00b\ud800c \u202e" + "x" * 100_000
    (post,) = taken(source(), {"id": "1", "text": text}).posts
    assert "\x00" not in post.text
    post.text.encode()


def test_what_an_older_version_kept_and_nobody_can_read_is_a_reject() -> None:
    batch = source().take([Arrival("k", b"{"), Arrival("l", b"[" * 100_000)], NOTHING_SPENT)
    assert [one.where for one in batch.rejects] == ["k", "l"]


def test_in_a_batch_too_the_last_word_counts() -> None:
    late, later = {"id": "1", "text": "late"}, {"id": "1", "text": "too late"}
    received = source().receive(call([late, later, late]))
    assert [json.loads(one.body)["text"] for one in received.arrivals] == ["too late", "late"]
    assert [post.text for post in source().take(received.arrivals, NOTHING_SPENT).posts] == ["late"]


def test_an_item_says_what_it_is_about_and_when_it_was_signed() -> None:
    (arrival,) = source().receive(call(CALL, off=-200)).arrivals
    assert (arrival.about, arrival.sent_at) == ("phone:c-1", NOW - timedelta(seconds=200))


def test_who_is_who_is_not_believed_of_what_is_gone() -> None:
    believing = source(links_accounts=True)
    assert taken(believing, CALL, CALL | {"deleted": True}).linked == ()


def test_what_nobody_knows_is_passed_over_and_said_so() -> None:
    item = {"id": "1", "text": "x", "mediun": "chat", "mood\x1b": 1}
    received = source().receive(call([item, CALL]))
    assert (received.status, told(received)["passed_over"]) == (202, ["mediun", "mood"])
    assert "passed_over" not in told(source().receive(call(CALL)))


def test_the_published_form_names_just_what_is_read() -> None:
    assert set(SCHEMA["$defs"]["item"]["properties"]) == FIELDS

"""The JSON that others rely on: what is read is checked, what is written has its fixed shape."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match import Matcher
from listener.model import Author, Brand, Engagement, Evidence, Post, Priority, Tag
from listener.testing import a_mention, a_post
from listener.testing.channel_suite import an_alert
from listener.wire import alert_json, mention_json, post_from, post_json

WHOLE: dict[str, Any] = {
    "id": "42",
    "site": "forum",
    "title": "Late again",
    "text": "Norvia is late",
    "url": "https://forum.example.org/42",
    "author": {"handle": "@matti", "name": "Matti M.", "followers": 1200},
    "published_at": "2026-03-10T14:00:00+02:00",
    "language": "en",
    "in_reply_to": "@norvia",
    "engagement": {"likes": 1, "shares": 2, "replies": 3, "views": 4},
    "links": ["https://norvia.example"],
}

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(st.characters() | st.characters(categories=["Cs"]), max_size=20)
)
JSON = st.recursive(
    SCALARS,
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3)
    ),
    max_leaves=6,
)
TIMES = st.sampled_from(
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30", "20260310T12Z", "now"]
)


def read(**fields: Any) -> Post:
    return post_from({"text": "Norvia is late"} | fields, site="stdin")


def refusal(value: object) -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        post_from(value, site="stdin")
    return str(refused.value)


# -- reading a post


def test_a_whole_post_is_read_as_it_stands() -> None:
    assert post_from(WHOLE, site="stdin") == Post(
        site="forum",
        native_id="42",
        text="Norvia is late",
        title="Late again",
        url="https://forum.example.org/42",
        author=Author("@matti", "Matti M.", 1200),
        published_at=datetime(2026, 3, 10, 12, tzinfo=UTC),
        language="en",
        in_reply_to="@norvia",
        engagement=Engagement(1, 2, 3, 4),
        links=("https://norvia.example",),
    )


def test_only_the_text_is_required() -> None:
    post = read()
    assert (post.site, post.text, post.author, post.published_at) == (
        "stdin",
        "Norvia is late",
        Author(),
        None,
    )
    assert post == post_from(
        {"text": "Norvia is late"} | dict.fromkeys(WHOLE.keys() - {"text"}), site="stdin"
    )


def test_a_post_without_an_id_is_the_same_whenever_it_is_read() -> None:
    assert read().id == read().id
    others = [read(author="b"), read(title="c"), read(url="https://d.example"), read(text="e")]
    assert len({read().id, *(post.id for post in others)}) == 5


def test_an_id_may_name_its_site_be_a_number_or_be_far_too_long() -> None:
    assert read(id="stdin:7").id == read(id=7).id == "stdin:7"
    assert read(id="x:7").id == "stdin:x:7"
    assert read(id="x" * 500).native_id == "x" * 500
    endless = read(id="x" * 10_000)
    assert len(endless.native_id) == 64
    assert endless.id == read(id="x" * 10_000).id != read(id="x" * 10_001).id


def test_every_field_has_an_end() -> None:
    post = read(title="x" * 9_999, author="y" * 9_999, links=["https://a.example"] * 99)
    assert (len(post.title), len(post.author.handle), len(post.links)) == (4_000, 4_000, 50)


@pytest.mark.parametrize(
    ("stated", "read_as"),
    [
        ("2026-03-10T12:00:00Z", datetime(2026, 3, 10, 12, tzinfo=UTC)),
        ("2026-03-10T12:00:00", datetime(2026, 3, 10, 12, tzinfo=UTC)),
        ("2026-03-10 12:00:00.5-02:00", datetime(2026, 3, 10, 14, 0, 0, 500_000, UTC)),
        ("2026-03-10", datetime(2026, 3, 10, tzinfo=UTC)),
        ("", None),
    ],
)
def test_times_are_read_in_utc(stated: str, read_as: datetime | None) -> None:
    assert read(published_at=stated).published_at == read_as


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "a post must be a JSON object, not null"),
        ([], "a post must be a JSON object, not a list"),
        ("text", "a post must be a JSON object, not a string"),
        (7, "a post must be a JSON object, not a number"),
        ({}, "'text' is missing"),
        ({"text": None}, "'text' is missing"),
        ({"text": ["x"]}, "'text' must be a string, not a list"),
        ({"text": "x", "title": 5}, "'title' must be a string, not a number"),
        ({"text": "x", "id": True}, "'id' must be a string, not true or false"),
        ({"text": "x", "id": {}}, "'id' must be a string, not an object"),
        ({"text": "x", "author": 5}, "'author' must be a JSON object, not a number"),
        ({"text": "x", "author": {"name": []}}, "'name' must be a string, not a list"),
        ({"text": "x", "author": {"followers": "9"}}, "'followers' must be a count, not '9'"),
        ({"text": "x", "author": {"followers": ""}}, "'followers' must be a count, not ''"),
        ({"text": "x", "engagement": []}, "'engagement' must be a JSON object, not a list"),
        ({"text": "x", "engagement": {"likes": -1}}, "'likes' must be a count, not -1"),
        ({"text": "x", "engagement": {"likes": False}}, "'likes' must be a count, not False"),
        ({"text": "x", "engagement": {"views": 10**15}}, f"'views' must be a count, not {10**15}"),
        ({"text": "x", "engagement": {"views": float("nan")}}, "'views' must be a count, not nan"),
        ({"text": "x", "links": "https://a"}, "'links' must be a list of addresses"),
        ({"text": "x", "links": [1]}, "'links' must be a list of addresses"),
        ({"text": "x", "published_at": 5}, "'published_at' must be a string, not a number"),
        (
            {"text": "x", "published_at": "yesterday\x1b[2J"},
            "'published_at' must be an ISO 8601 time, not 'yesterday[2J'",
        ),
        (
            {"text": "x", "published_at": "0001-01-01T00:00:00+14:00"},
            "'published_at' must be an ISO 8601 time, not '0001-01-01T00:00:00+14:00'",
        ),
    ],
)
def test_a_wrong_type_is_refused_in_a_sentence(value: object, sentence: str) -> None:
    assert refusal(value) == sentence


def post_or_refusal(value: object) -> Post | str:
    try:
        return post_from(value, site="stdin")
    except ValueError as refused:
        return str(refused)


def check(value: object, *, names: str = "") -> None:
    """It is a post that can be stored and written, or a sentence that says what is wrong."""
    told = post_or_refusal(value)
    if isinstance(told, str):
        assert " must be " in told or " is missing" in told
        assert told.isprintable()
        assert f"'{names}'" in told or not names
        assert len(told) < 150
    else:
        json.dumps(post_json(told), ensure_ascii=False, allow_nan=False).encode()
        assert told.native_id
        assert not told.published_at or told.published_at.tzinfo is UTC


@given(JSON)
def test_any_json_is_a_post_or_refused(value: object) -> None:
    check(value)


@given(st.sampled_from(sorted(WHOLE)), JSON | TIMES)
def test_any_json_in_any_field_is_taken_or_refused_by_name(key: str, value: object) -> None:
    check(WHOLE | {key: value}, names="" if isinstance(value, dict) else key)


@given(
    st.sampled_from(
        [("author", key) for key in WHOLE["author"]]
        + [("engagement", key) for key in WHOLE["engagement"]]
    ),
    JSON,
)
def test_any_json_inside_author_and_engagement_too(place: tuple[str, str], value: object) -> None:
    field, key = place
    check(WHOLE | {field: WHOLE[field] | {key: value}}, names=key)


@given(SCALARS, st.sampled_from(["likes", "shares", "replies", "views"]))
def test_a_count_is_a_count_or_nothing(value: Any, key: str) -> None:
    told = post_or_refusal({"text": "x", "engagement": {key: value}})
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_count = value is None or (is_number and 0 <= value < 10**15)
    assert isinstance(told, Post) == is_count
    if isinstance(told, Post):
        assert getattr(told.engagement, key) == int(value or 0)


# -- positions


@given(
    st.text(st.characters() | st.characters(categories=["Cs"]) | st.just("\x00")),
    st.text(st.characters() | st.characters(categories=["Cs"]) | st.just("\x00")),
)
def test_positions_hold_in_the_text_that_came_in(before: str, after: str) -> None:
    stated = f"{before} Norvia {after}"
    post = read(text=stated)
    (mention, *_) = Matcher([Brand("norvia", names=("Norvia",))]).match(post)
    evidence = mention_json(mention)["evidence"]
    found = [stated[one["start"] : one["end"]] for one in evidence]
    assert "Norvia" in found
    assert found == [one["text"] for one in evidence]


# -- writing


def test_a_tagged_mention_has_the_shape_that_programs_rely_on() -> None:
    mention = a_mention(
        brand="finnair",
        post=Post("stdin", "7", "Lensi Finnairilla"),
        evidence=(Evidence("name", "Finnairilla", 6, 17),),
        tags=(
            Tag("language", "fi", 0.99, by="langid/1"),
            Tag("sentiment", "negative", 0.912345, by="words/1"),
            Tag("urgency", "high", 0.88, ("says 'nyt'",), by="words/1"),
        ),
        priority=Priority(87, ("urgent", "says 'nyt'")),
    )
    assert mention_json(mention) == {
        "id": "stdin:7",
        "brand": "finnair",
        "directness": "indirect",
        "evidence": [{"kind": "name", "text": "Finnairilla", "start": 6, "end": 17}],
        "tags": {
            "language": {"label": "fi", "score": 0.99},
            "sentiment": {"label": "negative", "score": 0.9123},
            "urgency": {"label": "high", "score": 0.88, "reasons": ["says 'nyt'"]},
        },
        "priority": {"score": 87, "reasons": ["urgent", "says 'nyt'"]},
    }
    assert list(mention_json(mention)) == [
        "id",
        "brand",
        "directness",
        "evidence",
        "tags",
        "priority",
    ]


def test_a_mention_keeps_the_readers_id_and_says_where_evidence_is_not_in_the_text() -> None:
    evidence = (Evidence("domain", "https://norvia.example", 0, 0, "link"),)
    told = mention_json(a_mention(evidence=evidence), post_id="row 7")
    assert told["id"] == "row 7"
    assert told["evidence"][0]["field"] == "link"


def test_a_post_that_mentions_nobody_has_no_brand() -> None:
    told = mention_json(a_mention(brand="", evidence=()))
    assert (told["brand"], told["directness"], told["evidence"]) == (None, None, [])


def test_the_newest_judgement_of_a_kind_is_written() -> None:
    tags = (Tag("urgency", "error", 0), Tag("urgency", "low", 0.7))
    assert mention_json(a_mention(tags=tags))["tags"] == {"urgency": {"label": "low", "score": 0.7}}


def test_an_alert_has_the_shape_that_a_webhook_carries() -> None:
    told = alert_json(an_alert(earlier=(a_mention("9"),), earlier_count=4))
    assert told["key"] == told["thread"] == "urgent/fake:1#norvia/desk"
    assert (told["rule"], told["channel"], told["kind"]) == ("urgent", "desk", "mentions")
    assert told["created_at"] == "2026-03-10T12:00:00Z"
    assert (told["priority"], told["earlier_count"], told["body"]) == (87, 4, None)
    (mention,) = told["mentions"]
    assert mention["post"] == {
        "id": "fake:1",
        "site": "fake",
        "url": None,
        "author": {"handle": "traveller", "name": "A Traveller", "followers": None},
        "title": None,
        "text": "Norvia is late again",
        "published_at": "2026-03-10T12:00:00Z",
    }
    assert {key: mention[key] for key in mention.keys() - {"post"}} == mention_json(a_mention())


def test_what_was_written_of_a_post_can_be_read_again() -> None:
    post = a_post(
        url="https://a.example", title="T", published_at=datetime(2026, 3, 10, 1, 2, 3, 4, UTC)
    )
    assert post_from(json.loads(json.dumps(post_json(post))), site="stdin") == post

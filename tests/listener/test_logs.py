"""Logs: every line can be read by a machine, and no secret stands in any of them."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from listener.logs import Redactor, set_up

TOKEN = "xoxb-1234-Zm9v/YmFy+&=' \\\"x"
PASSWORD = "hunter2-correct"

Written = Callable[[], str]


@pytest.fixture(autouse=True)
def _undisturbed() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Written:
    """What was written to stderr since it was last asked for."""
    return lambda: capsys.readouterr().err


def lines(written: Written) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written().splitlines()]


def logger() -> Any:
    return structlog.get_logger("test")


# -- lines


def test_a_line_is_a_json_object_with_time_level_and_what_happened(written: Written) -> None:
    set_up("info", "json", [])
    logger().info("polled", source="blogs", posts_new=3, ok=True, none=None)
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "polled",
        "level": "info",
        "source": "blogs",
        "posts_new": 3,
        "ok": True,
        "none": None,
    }


def test_lines_below_the_level_are_not_written(written: Written) -> None:
    set_up("warning", "json", [])
    logger().info("quiet")
    logger().warning("loud")
    assert [line["event"] for line in lines(written)] == ["loud"]


def test_libraries_log_the_same_way_from_warning_on(written: Written) -> None:
    set_up("info", "json", [])
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("retrying %s", "once")
    (line,) = lines(written)
    assert (line["event"], line["level"]) == ("retrying once", "warning")
    assert set(line) == {"event", "level", "timestamp"}


def test_without_a_terminal_auto_is_json_and_a_person_gets_a_plain_line(written: Written) -> None:
    set_up("info", "auto", [])
    logger().info("one")
    assert json.loads(written())["event"] == "one"
    set_up("info", "console", [])
    logger().info("two", source="blogs")
    (line,) = written().splitlines()
    assert "two" in line
    assert "source=blogs" in line
    assert "\x1b" not in line


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_strangers_words_never_break_a_line(words: str) -> None:
    event = Redactor([])(None, "info", {"event": words, "exception": words, "text": [words]})
    line = json.dumps(event, ensure_ascii=False)
    line.encode()
    assert len(line.splitlines()) == 1
    assert event["event"].isprintable()


def test_a_line_has_an_end(written: Written) -> None:
    set_up("info", "json", [TOKEN, PASSWORD])
    logger().warning("x" * 1_000_000, text="y" * 1_000_000)
    try:
        raise ValueError("z" * 1_000_000)
    except ValueError:
        logger().exception("broke")
    long, broke = lines(written)
    assert len(long["event"]) == len(long["text"]) == 2000
    assert len(broke["exception"]) == 20_000


# -- secrets


def fail_deeply() -> None:
    try:
        try:
            raise KeyError(TOKEN)
        except KeyError as inner:
            raise ValueError(f"login with {PASSWORD}") from inner
    except ValueError as outer:
        raise ExceptionGroup("both", [outer, OSError(quote(TOKEN, safe=""))]) from None


def assert_no_secret(text: str) -> None:
    assert "***" in text
    assert "xoxb" not in text
    assert "hunter2" not in text


FIELDS: list[dict[str, Any]] = [
    {"token": TOKEN},
    {"reason": f"401 for {PASSWORD}!"},
    {"headers": {"Authorization": f"Bearer {TOKEN}"}},
    {"nested": [{"a": (PASSWORD, [TOKEN])}]},
    {"body": TOKEN.encode()},
    {"error": ValueError(TOKEN)},
    {"url": f"https://user:{quote(PASSWORD)}@example.org/?token={quote(TOKEN)}"},
    {"form": "token=" + quote(TOKEN, safe="")},
    {"json": json.dumps({"token": TOKEN})},
    {"twice": repr(json.dumps({"token": PASSWORD}))},
]


@pytest.mark.parametrize("fields", FIELDS, ids=[next(iter(fields)) for fields in FIELDS])
@pytest.mark.parametrize("form", ["json", "console"])
def test_no_field_shows_a_secret(written: Written, form: str, fields: dict[str, Any]) -> None:
    set_up("info", form, [TOKEN, PASSWORD])
    logger().info("sent", **fields)
    assert_no_secret(written())


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_event_and_no_traceback_shows_a_secret(written: Written, form: str) -> None:
    set_up("info", form, [TOKEN, PASSWORD])
    try:
        fail_deeply()
    except ExceptionGroup as error:
        logger().exception(f"with {TOKEN}")
        logger().error("with", exc_info=error)
    text = written()
    assert_no_secret(text)
    assert text.count("fail_deeply()") == 2
    assert text.count("ValueError: login with ***") == 2


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_line_of_a_library_shows_a_secret(written: Written, form: str) -> None:
    set_up("info", form, [TOKEN, PASSWORD])
    library = logging.getLogger("some.library")
    library.warning("token %s, password %r", TOKEN, PASSWORD)
    try:
        fail_deeply()
    except ExceptionGroup:
        library.exception("login failed", stack_info=True)
    text = written()
    assert_no_secret(text)
    assert "ValueError: login with ***" in text
    assert "fail_deeply()" in text


@pytest.mark.parametrize(
    ("written", "starred"),
    [
        (f"<{TOKEN}>", "<***>"),
        (repr([TOKEN]), "['***']"),
        (json.dumps([TOKEN]), '["***"]'),
        (f"https://a/{quote(TOKEN)}/b", "https://a/***/b"),
        (f"?q={quote_plus(TOKEN)}&b", "?q=***&b"),
    ],
)
def test_nothing_but_the_secret_is_starred_out(written: str, starred: str) -> None:
    assert Redactor([TOKEN, PASSWORD]).text(written) == starred


def test_a_secret_inside_another_leaves_no_rest() -> None:
    redactor = Redactor(["secret", "secret-longer"])
    assert redactor.text("secret-longer secret") == "*** ***"


def test_what_is_too_short_to_be_a_secret_is_not_starred_out() -> None:
    assert Redactor(["", "abc"]).text("abc") == "abc"


@given(st.text(min_size=4, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_survives_between_any_words(secret: str, before: str, after: str) -> None:
    starred = Redactor([secret]).text(f"{before}{secret}{after}")
    assert "***" in starred
    if "*" not in secret:
        assert secret not in starred.replace("***", "\0")


def test_a_traceback_keeps_its_lines_and_moves_no_cursor(written: Written) -> None:
    set_up("info", "console", [])
    try:
        raise ValueError("\x1b[2J\u202eevil\x9b1A")
    except ValueError:
        logger().exception("broke")
    text = written()
    assert "ValueError: [2Jevil1A" in text
    assert '\n  File "' in text
    assert all(part == "\n" or part.isprintable() for part in text)

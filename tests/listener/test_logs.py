"""Logs: every line can be read by a machine, and no secret stands in any of them."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from listener.logs import Redactor, set_up

TOKEN = "xoxb-1234-Zm9v/YmFy+&=' \\\"x"
PASSWORD = "hunter2-correct"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _undisturbed() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    stream = StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    return stream


@pytest.fixture
def lines(stderr: StringIO) -> Lines:
    """Logging set up as JSON; what it wrote so far, read."""
    set_up("info", "json", [TOKEN, PASSWORD, "abc"])
    return lambda: [json.loads(line) for line in stderr.getvalue().splitlines()]


def logger() -> Any:
    return structlog.get_logger("test")


# -- lines


def test_a_line_is_a_json_object_with_time_level_and_what_happened(lines: Lines) -> None:
    logger().info("polled", source="blogs", posts_new=3, ok=True, none=None)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "polled",
        "level": "info",
        "source": "blogs",
        "posts_new": 3,
        "ok": True,
        "none": None,
    }


def test_lines_below_the_level_are_not_written(stderr: StringIO) -> None:
    set_up("warning", "json", [])
    logger().info("quiet")
    logger().warning("loud")
    assert "quiet" not in stderr.getvalue()
    assert "loud" in stderr.getvalue()


def test_libraries_log_the_same_way_from_warning_on(lines: Lines) -> None:
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("retrying %s", "once")
    (line,) = lines()
    assert (line["event"], line["level"]) == ("retrying once", "warning")
    assert set(line) == {"event", "level", "timestamp"}


def test_without_a_terminal_auto_is_json_and_a_person_gets_a_plain_line(stderr: StringIO) -> None:
    set_up("info", "auto", [])
    logger().info("one")
    assert json.loads(stderr.getvalue())["event"] == "one"
    set_up("info", "console", [])
    logger().info("two", source="blogs")
    last = stderr.getvalue().splitlines()[-1]
    assert "two" in last
    assert "source=blogs" in last
    assert "\x1b" not in last


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_strangers_words_never_break_a_line(words: str) -> None:
    event = Redactor([])(None, "info", {"event": words, "exception": words, "text": [words]})
    line = json.dumps(event, ensure_ascii=False)
    line.encode()
    assert len(line.splitlines()) == 1
    assert event["event"].isprintable()


def test_a_line_has_an_end(lines: Lines) -> None:
    logger().warning("x" * 10_000_000, text="y" * 10_000_000)
    try:
        raise ValueError("z" * 10_000_000)
    except ValueError:
        logger().exception("broke")
    long, broke = lines()
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


def assert_no_secret(written: str) -> None:
    assert "***" in written
    for secret in (TOKEN, PASSWORD):
        for way in (secret, quote(secret, safe=""), repr(secret)[1:-1], json.dumps(secret)[1:-1]):
            assert way not in written
    assert "xoxb" not in written


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
def test_no_field_shows_a_secret(stderr: StringIO, form: str, fields: dict[str, Any]) -> None:
    set_up("info", form, [TOKEN, PASSWORD])
    logger().info("sent", **fields)
    assert_no_secret(stderr.getvalue())


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_event_and_no_traceback_shows_a_secret(stderr: StringIO, form: str) -> None:
    set_up("info", form, [TOKEN, PASSWORD])
    try:
        fail_deeply()
    except ExceptionGroup as error:
        logger().exception(f"with {TOKEN}")
        logger().error("with", exc_info=error)
    written = stderr.getvalue()
    assert_no_secret(written)
    assert written.count("fail_deeply()") >= 2
    assert written.count("ValueError: login with ***") >= 2


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_line_of_a_library_shows_a_secret(stderr: StringIO, form: str) -> None:
    set_up("info", form, [TOKEN, PASSWORD])
    library = logging.getLogger("some.library")
    library.warning("token %s, password %r", TOKEN, PASSWORD)
    try:
        fail_deeply()
    except ExceptionGroup:
        library.exception("login failed", stack_info=True)
    written = stderr.getvalue()
    assert_no_secret(written)
    assert "ValueError: login with ***" in written
    assert "fail_deeply()" in written


def test_a_secret_inside_another_leaves_no_rest() -> None:
    redactor = Redactor(["secret", "secret-longer"])
    assert redactor.text("secret-longer secret") == "*** ***"


def test_what_is_too_short_to_be_a_secret_is_not_starred_out(lines: Lines) -> None:
    logger().info("abcdef")
    assert lines()[0]["event"] == "abcdef"
    assert Redactor(["", "abc"]).text("abc") == "abc"


@given(st.text(min_size=4, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_survives_between_any_words(secret: str, before: str, after: str) -> None:
    starred = Redactor([secret]).text(f"{before}{secret}{after}")
    assert "***" in starred
    if "*" not in secret:
        assert secret not in starred.replace("***", "\0")


def test_a_traceback_keeps_its_lines_and_moves_no_cursor(stderr: StringIO) -> None:
    set_up("info", "console", [])
    try:
        raise ValueError("\x1b[2J\u202eevil\x9b1A")
    except ValueError:
        logger().exception("broke")
    written = stderr.getvalue()
    assert "ValueError: [2Jevil1A" in written
    assert '\n  File "' in written
    assert all(part == "\n" or part.isprintable() for part in written)

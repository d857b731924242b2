"""The log channel: lines a terminal can show, whatever strangers write."""

import unicodedata
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import text
from alerts.log import LogChannel
from listener.model import Verdict
from listener.ports import Reject, Retry
from tests.alerts.example import ESCAPES, alert, everywhere, mention


def test_an_alert_is_a_title_and_a_few_lines_per_mention(
    capsys: pytest.CaptureFixture[str],
) -> None:
    LogChannel().send(alert(mention(1, text="a" * 500), body="first line\nsecond line"))
    out, err = capsys.readouterr()
    title, *rest = err.splitlines()
    assert out == ""
    assert title.startswith("2026-11-21 12:00 UTC  ALERT  finnair: urgent complaint")
    assert title.endswith("(rule urgent, channel service, mentions)")
    assert rest == [
        "  first line",
        "  second line",
        "  - priority 51 · finnair · example.org · Matti M. (@matti), 1200 followers",
        "    sentiment negative · urgency high · intent complaint · language fi",
        f"    Peruttu lento: {'a' * 264}…",
        "    https://example.org/posts/1?a=1&b=2",
        "    urgent; negative toward the brand; peruttiin",
        "    indirect, name “Finnairilla”",
    ]


def test_a_doubt_comes_with_the_way_to_settle_it(capsys: pytest.CaptureFixture[str]) -> None:
    doubt = Verdict("review", 0.43, ("written in lower case (-0.9)",))
    doubted = replace(mention(1, native_id="1; rm x"), verdict=doubt)
    LogChannel().send(alert(doubted, mention(2)))
    lines = capsys.readouterr().err.splitlines()
    assert (
        "    indirect, name “Finnairilla”; may be about something else: 0.43 for finnair, because"
        " written in lower case (-0.9)"
        " (mark it: listener mark 'example.org:1; rm x' finnair yes|no)"
    ) in lines
    assert "    indirect, name “Finnairilla”" in lines
    assert "mark it" not in text.evidence(doubted)


def test_a_file_grows_by_whole_alerts(tmp_path: Path) -> None:
    path = tmp_path / "alerts.log"
    channel = LogChannel(path, mentions_max=2)
    channel.send(alert())
    channel.send(alert(*(mention(number) for number in range(5)), earlier_count=3))
    lines = path.read_text().splitlines()
    assert sum("ALERT" in line for line in lines) == 2
    assert lines[-1] == "  and 6 more"


def test_a_bare_mention_gives_no_empty_lines(capsys: pytest.CaptureFixture[str]) -> None:
    LogChannel().send(alert(mention(text="", title="", url="ftp://example.org/x")))
    lines = capsys.readouterr().err.splitlines()
    assert all(line.strip() for line in lines)
    assert not any("ftp:" in line for line in lines)


@given(st.text() | st.just(ESCAPES))
def test_no_control_character_reaches_the_terminal(words: str) -> None:
    with redirect_stderr(StringIO()) as screen:
        LogChannel().send(everywhere(words))
    shown = screen.getvalue()
    for character in shown.replace("\n", ""):
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown.count("ALERT") >= 1


def test_a_missing_folder_is_for_a_person_to_mend(tmp_path: Path) -> None:
    with pytest.raises(Reject, match="make the folder"):
        LogChannel(tmp_path / "nowhere" / "alerts.log").send(alert())
    with pytest.raises(Reject, match=str(tmp_path)):
        LogChannel(tmp_path).send(alert())


def test_a_full_disk_is_tried_again() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full, a device that is always full")
    with pytest.raises(Retry, match="No space left"):
        LogChannel(full).send(alert())


def test_a_closed_terminal_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = (tmp_path / "gone").open("w")
    gone.close()
    monkeypatch.setattr("sys.stderr", gone)
    with pytest.raises(Retry, match="standard error"):
        LogChannel().send(alert())


@pytest.mark.parametrize("settings", [{"mentions_max": 0}, {"text_chars_max": -1}])
def test_limits_below_one_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        LogChannel(None, **settings)


def test_a_retraction_is_a_line_for_each_post(tmp_path: Path) -> None:
    path = tmp_path / "alerts.log"
    channel = LogChannel(path)
    taken_back = alert(kind="retraction", retracted=("a:1", "a:\x1b2"), title="2 posts were taken")
    channel.retract(replace(taken_back, mentions=(), earlier=(mention(3),), earlier_count=9))
    title, *rest = path.read_text().splitlines()
    assert title.endswith("2 posts were taken  (rule urgent, channel service, retraction)")
    assert rest == ["  - taken down: a:1", "  - taken down: a:2"]

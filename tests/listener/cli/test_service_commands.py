"""The commands of customer service, from ``listener cases`` to ``test``, on real stores."""

import json
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.hours.calendar import Calendar
from listener.model import Author
from listener.ports import Arrival
from listener.routing import Routing
from listener.rules import Rule
from listener.stages.tag import TagStage
from listener.store.port import Settled
from listener.store.push_port import Pushed
from listener.teams import Team, Teams
from listener.testing.store_steps import due, poll
from tests.listener.cli.commands import CONFIG, Listener, recent, store_in

CARE = """
[teams.care]
send_to = ["desk"]
answer_minutes = 60
[[rules]]
name = "complaints"
team = "care"
"""
TEAMS = Teams({"care": Team("care", ("desk",), Calendar(UTC))})
RULE = Rule("complaints", (), team="care", fold="author")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With two open cases."""
    (tmp_path / "config.toml").write_text(CONFIG + CARE, encoding="utf-8")
    with store_in(tmp_path) as store:
        other = replace(recent(2), author=Author("bo"))
        poll(store, [recent(1), other], now=utc_now())
        TagStage(store, [], Routing([RULE], UTC, TEAMS)).step(utc_now())
    return tmp_path


def keys(folder: Path) -> list[str]:
    with store_in(folder) as store:
        return sorted(case.key for case in store.cases.find())


def test_open_cases_are_listed(folder: Path, listener: Listener) -> None:
    told = listener("cases")
    assert (told.code, told.err) == (0, "")
    assert sorted(line.split()[0] for line in told.lines[:-1]) == keys(folder)
    assert told.lines[-1] == "2 cases: new, claimed, answered"
    found = json.loads(listener("cases", "--json", "--team", "care").out)
    assert {case["state"] for case in found} == {"new"}
    unknown = listener("cases", "--team", "cares")
    assert unknown.code == 2
    assert "did you mean 'care'?" in unknown.err


def test_what_is_done_is_shown_with_who_did_it(folder: Path, listener: Listener) -> None:
    key = keys(folder)[0]
    done = listener("case", key, "claim", "--by", "anna", "--text", "on it")
    assert (done.code, done.err) == (0, "")
    assert "claimed" in done.lines[0]
    assert "with anna" in done.lines[0]
    shown = listener("case", key).out
    assert "claimed by anna (command line): on it" in shown
    assert "rule complaints" in shown
    assert json.loads(listener("case", key, "--json").out)["case"]["owner"] == "anna"


def test_who_takes_over_hears_from_whom(folder: Path, listener: Listener) -> None:
    key = keys(folder)[0]
    listener("case", key, "claim", "--by", "anna")
    assert listener("case", key, "claim", "--by", "bela").lines[1] == "it was with anna before"
    assert len(listener("case", key, "answer", "--by", "bela").lines) == 1


def test_only_people_of_the_config_act_where_it_has_any(folder: Path, listener: Listener) -> None:
    with (folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write('[people.anna]\nchannel = "desk"\n')
    told = listener("case", keys(folder)[0], "claim", "--by", "ana")
    assert told.code == 2
    assert "no person 'ana'" in told.err
    assert "did you mean 'anna'?" in told.err
    assert listener("case", keys(folder)[0], "claim", "--by", "anna").code == 0


def test_a_note_needs_words(folder: Path, listener: Listener) -> None:
    key = keys(folder)[0]
    assert listener("case", key, "note").code == 2
    assert listener("case", key, "note", "--text", "rang her").code == 0


def test_the_status_tells_of_cases_and_silences(folder: Path, listener: Listener) -> None:
    listener("silence", "--brand", "norvia", "--until", "4h")
    told = listener("status").lines
    assert "cases    2 new: listener cases lists them" in told
    assert "silent   1 silence holds, for 3 h at least: listener silence" in told


def test_a_snooze_needs_its_end(folder: Path, listener: Listener) -> None:
    key = keys(folder)[0]
    assert listener("case", key, "snooze").code == 2
    assert listener("case", key, "claim", "--until", "2h").code == 2
    assert "snoozed until" in listener("case", key, "snooze", "--until", "2h").out
    assert listener("case", key, "snooze", "--until", "2020-01-01").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cunknown",), "no case 'cunknown'"),
        (("cunknown", "claim"), "no case 'cunknown'"),
        (("KEY", "clame"), "did you mean 'claim'?"),
        (("KEY", "wake"), "it is not snoozed"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(
    folder: Path, listener: Listener, words: tuple[str, ...], said: str
) -> None:
    told = listener("case", *(keys(folder)[0] if word == "KEY" else word for word in words))
    assert told.code == 2
    assert said in told.err
    assert len(told.err.splitlines()) == 1


def test_an_unknown_state_is_refused(folder: Path, listener: Listener) -> None:
    told = listener("cases", "--state", "closd")
    assert told.code == 2
    assert "did you mean 'closed'?" in told.err


def test_a_silence_is_made_listed_and_ended(folder: Path, listener: Listener) -> None:
    made = listener(
        "silence", "--brand", "norvia", "--until", "4h", "--reason", "fair", "--by", "me"
    )
    assert (made.code, made.err) == (0, "")
    assert made.lines[0].startswith("silence 1: brand norvia, until ")
    listed = listener("silence")
    assert "brand norvia" in listed.lines[0]
    assert listed.lines[0].endswith("by me: fair")
    assert listed.lines[-1] == "1 silence holds"
    assert json.loads(listener("silence", "--json").out)[0]["brands"] == ["norvia"]
    assert listener("silence", "--end", "1").lines == ["silence 1 has ended"]
    assert listener("silence").lines == ["0 silences hold"]
    assert listener("silence", "--end", "1").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--brand", "norvia"), "a silence needs an end"),
        (("--until", "4h"), "say what is to be silent"),
        (("--until", "4h", "--rule", "complaint"), "did you mean 'complaints'?"),
        (("--until", "4h", "--channel", "desc"), "did you mean 'desk'?"),
        (("--until", "900d", "--brand", "norvia"), "366 days at most"),
        (("--until", "soon", "--brand", "norvia"), "is no time"),
    ],
)
def test_a_silence_that_would_silence_too_much_or_nothing_is_refused(
    folder: Path, listener: Listener, words: tuple[str, ...], said: str
) -> None:
    told = listener("silence", *words)
    assert told.code == 2
    assert said in told.err


def test_what_was_buried_is_due_again(folder: Path, listener: Listener) -> None:
    now = utc_now() + timedelta(seconds=1)
    with store_in(folder) as store:
        turns = due(store, now)
        store.settle_alerts(
            [Settled(t.alert.key, t.token, "buried", now, reason="gone") for t in turns]
        )
    assert listener("resend", "--key", "nothing").code == 2
    assert listener("resend", "--channel", "nowhere").code == 2
    assert listener("resend", "--channel", "desk").lines[0].startswith("2 alerts are due again")
    assert listener("resend").lines[0].startswith("0 alerts are due again")
    with store_in(folder) as store:
        assert len(due(store, utc_now() + timedelta(seconds=1))) == 2


def test_what_was_pushed_and_refused_is_listed_and_shown(folder: Path, listener: Listener) -> None:
    assert listener("pushed").lines == ["nothing that was pushed is refused"]
    now = utc_now() - timedelta(minutes=5)
    with store_in(folder) as store:
        store.arrivals.keep([Pushed("calls", Arrival("\x9b1", b'{"a": "\x1b[31mred"}'))], now)
        (turn,) = store.arrivals.claim(["calls"], now, 60)
        store.arrivals.refuse(turn, "no \x1b[31mitem", now)
    line, hint = listener("pushed").lines
    assert line == "     1  calls  17 bytes, 5 min ago: no [31mitem"
    assert hint == "listener pushed NUMBER shows one"
    (told,) = listener("pushed", "--json").lines
    assert told.isascii()
    assert json.loads(told)["key"] == "\x9b1"
    assert listener("pushed", "1").lines == ['{"a": "[31mred"}']
    assert [listener("pushed", number).code for number in ("7", "0", "9" * 20)] == [2, 2, 2]


def test_of_many_that_were_refused_the_newest_are_listed(folder: Path, listener: Listener) -> None:
    now = utc_now()
    with store_in(folder) as store:
        store.arrivals.keep([Pushed("calls", Arrival(f"{n}", b"{}")) for n in range(101)], now)
        (turn,) = store.arrivals.claim(["calls"], now, 60)
        store.arrivals.refuse(turn, "no item", now)
    *lines, hint = listener("pushed").lines
    assert (len(lines), lines[0].split()[0]) == (100, "101")
    assert hint.startswith("only the newest 100 are listed")


def test_the_trail_tells_who_was_told_and_what_was_held_back(
    folder: Path, listener: Listener
) -> None:
    now = utc_now() + timedelta(seconds=1)
    with store_in(folder) as store:
        turns = due(store, now)
        store.settle_alerts([Settled(t.alert.key, t.token, "delivered", now) for t in turns])
    told = listener("told", "--until", (now + timedelta(minutes=1)).isoformat())
    assert (told.code, told.err) == (0, "")
    assert len(told.lines) == 2
    assert all("desk  delivered  complaints, case c" in line for line in told.lines)
    until = (now + timedelta(minutes=1)).isoformat()
    lines = listener("told", "--json", "--mention", "fake:1#norvia", "--until", until).lines
    assert [json.loads(line)["mentions"] for line in lines] == [["fake:1#norvia"]]
    assert listener("told", "--since", "1h", "--until", "2h").code == 2


def test_a_channel_is_tried(folder: Path, listener: Listener) -> None:
    told = listener("test", "desk")
    assert told.code == 0
    assert "Test: alerts of the listener arrive here" in told.err  # where its alerts go
    assert told.lines[-1].startswith("told by desk")
    unknown = listener("test", "dsk")
    assert unknown.code == 2
    assert "did you mean 'desk'?" in unknown.err

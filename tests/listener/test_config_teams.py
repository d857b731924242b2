"""Teams and people in the config: what each table becomes. Faults stand in ``config_faults``."""

import pickle
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.config import ConfigError, load_config
from listener.config.hours import spans, weekly_hours
from listener.hours.calendar import Calendar
from listener.hours.rota import Rota
from listener.teams import Person, Step, Team, Teams
from tests.listener import toy_plugins

HELSINKI = ZoneInfo("Europe/Helsinki")
START = """\
[listener]
timezone = "Europe/Warsaw"
[brands.acme]
names = ["Acme"]
[channels.desk]
type = "toy"
[channels.anna-sms]
type = "toy"
[channels.bert-sms]
type = "toy"
"""
AGENTS = """\
[channels.tickets]
type = "toy"
agents = { anna = "anna@example.org" }
"""
CARE = """\
[people.anna]
channel = "anna-sms"
known_as = ["slack:U1", "desk:anna@example.org"]
away = ["2026-12-20..2027-01-03", "2027-02-01"]
daily_max = 20
[people.bert]
channel = "bert-sms"
[people.carl]
[teams.care]
send_to = ["desk", "on call", "desk"]
hours = ["mon-fri 08:00-12:00, 13:00-16:00", "sat 10:00-14:00", "fri 22:00-02:00"]
timezone = "Europe/Helsinki"
holidays = "FI"
closed = ["2026-12-24..2026-12-25"]
open = { "2026-12-31" = "08:00-12:00", "2027-01-06..2027-01-07" = "00:00-24:00" }
claim_minutes = 30
answer_minutes = 240
on_call = { people = ["anna", "bert"], start = "2026-01-05 09:00" }
fallback = "night"
break_through = 90
[[teams.care.escalate]]
after_percent = 50
to = ["next"]
[[teams.care.escalate]]
after_percent = 100
of = "claim"
to = ["anna", "night", "desk", "owner"]
[teams.night]
send_to = ["desk"]
"""
OFFICE = ((time(8), time(12)), (time(13), time(16)))
MORNING = ((time(8), time(12)),)
ALL_DAY = ((time(), time()),)


@pytest.fixture(autouse=True)
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_plugins.install(tmp_path / "site", monkeypatch)


def load(folder: Path, text: str) -> Teams:
    path = folder / "config.toml"
    path.write_text(START + text, encoding="utf-8")
    return load_config(path, {}).teams


def test_no_teams_at_all(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Teams()


def test_people(tmp_path: Path) -> None:
    people = load(tmp_path, CARE).people
    assert people["anna"] == Person(
        "anna",
        "anna-sms",
        ("slack:U1", "desk:anna@example.org"),
        ((date(2026, 12, 20), date(2027, 1, 3)), (date(2027, 2, 1), date(2027, 2, 1))),
        20,
    )
    assert people["carl"] == Person("carl")


def test_a_channel_names_people_that_there_are(tmp_path: Path) -> None:
    assert set(load(tmp_path, CARE + AGENTS).people) == {"anna", "bert", "carl"}
    with pytest.raises(ConfigError, match=r"agents: there is no person 'ana'; did you mean 'anna'"):
        load(tmp_path, CARE + AGENTS.replace("{ anna", "{ ana"))


def test_where_the_config_has_no_people_a_channel_may_name_any(tmp_path: Path) -> None:
    assert load(tmp_path, AGENTS) == Teams()


def test_a_team_with_everything(tmp_path: Path) -> None:
    teams = load(tmp_path, CARE).teams
    assert teams["care"] == Team(
        name="care",
        send_to=("desk",),
        calendar=Calendar(
            HELSINKI,
            dict.fromkeys(range(4), OFFICE)
            | {4: (*OFFICE, (time(22), time(2))), 5: ((time(10), time(14)),)},
            {
                date(2026, 12, 24): (),
                date(2026, 12, 25): (),
                date(2026, 12, 31): MORNING,
                date(2027, 1, 6): ALL_DAY,
                date(2027, 1, 7): ALL_DAY,
            },
            "FI",
        ),
        claim_minutes=30,
        answer_minutes=240,
        steps=(
            Step(0.5, "answer", ("next",)),
            Step(1.0, "claim", ("anna", "night", "desk", "owner")),
        ),
        fallback="night",
        rota=Rota(("anna", "bert"), datetime(2026, 1, 5, 9, tzinfo=HELSINKI), 7, HELSINKI),
        break_through=90,
        tell_on_call=True,
    )
    assert pickle.loads(pickle.dumps(teams)) == teams


def test_a_team_with_nothing_but_channels_is_always_there(tmp_path: Path) -> None:
    night = load(tmp_path, CARE).teams["night"]
    assert night == Team("night", ("desk",), Calendar(ZoneInfo("Europe/Warsaw")))
    assert night.calendar.is_open(datetime(2026, 12, 25, 3, tzinfo=UTC))


def test_the_inline_way_says_the_same(tmp_path: Path) -> None:
    head, *steps = CARE.split("[[teams.care.escalate]]\n")
    last, night = steps[-1].split("[teams.night]")
    inline = ", ".join(f"{{ {', '.join(step.splitlines())} }}" for step in (steps[0], last))
    text = f"{head}escalate = [{inline}]\n[teams.night]{night}"
    assert load(tmp_path, text) == load(tmp_path, CARE)


@pytest.mark.parametrize(
    ("line", "weekdays"),
    [
        ("mon-fri 08:00-12:00", [0, 1, 2, 3, 4]),
        ("Mon – Fri 8:00–12:00", [0, 1, 2, 3, 4]),
        ("fri-mon 08:00-12:00", [0, 4, 5, 6]),
        ("sun 08:00-12:00", [6]),
        ("tue, thu 08:00-12:00", [1, 3]),
        ("mon wed-thu 08:00-12:00", [0, 2, 3]),
        ("Monday,SUNDAY 08:00-12:00", [0, 6]),
        ("daily 08:00-12:00", [*range(7)]),
    ],
)
def test_days_of_the_week(line: str, weekdays: list[int]) -> None:
    assert weekly_hours([line]) == dict.fromkeys(weekdays, MORNING)


def test_times_of_day() -> None:
    assert spans("22:00-06:00") == ((time(22), time(6)),)
    assert spans("00:00-24:00") == ALL_DAY
    assert spans(" 8:05 - 9:00 ,10:00-24:00") == ((time(8, 5), time(9)), (time(10), time()))


@pytest.mark.parametrize(
    "line",
    ["", "mon", "mon 24:00-08:00", "mon 8:60-9:00", "-fri 8:00-9:00", "mon- 8:00-9:00",
     "mon,,tue 8:00-9:00 9:00-10:00", "mon 8:00-9:00,", "mon ٨:00-9:00", "mon 8:00-9:00-10:00"],
)  # fmt: skip
def test_what_are_no_hours(line: str) -> None:
    with pytest.raises(ValueError, match=r"must be|there is no day"):
        weekly_hours([line])


PIECES = st.sampled_from(
    [
        "1", "-1", "true", '""', '"x"', "[]", "{}", "[1]", '["", "a"]', "2026-01-31", '{a = "b"}',
        '["next"]', '"next"', '[{}]', '[{to = ["desk"]}]', '"care"', '["anna"]', '{people = []}',
        '"\\u0000"', '"9999-12-31"', '["9999-12-31", "0001-01-01..0001-01-02"]',
        '{ "0001-01-01" = "1:00-2:00" }', '{people = ["anna"], start = "0001-01-01 00:00"}',
        '"-"', '["-", "mon-sun 00:00-24:00"]', '"FI-"', '"../FI"', '"holidays"', '"os-path"',
    ]
)  # fmt: skip
LINES = [n for n, line in enumerate(CARE.splitlines()) if "=" in line]


@given(line=st.sampled_from(LINES), value=PIECES)
@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_value_anywhere_loads_and_works_or_is_told(
    tmp_path: Path, line: int, value: str
) -> None:
    lines = CARE.splitlines()
    lines[line] = f"{lines[line].split('=')[0]}= {value}"
    moment = datetime(2028, 2, 29, 23, 59, tzinfo=UTC)
    with suppress(ConfigError):
        teams = load(tmp_path, "\n".join(lines))
        told = teams.destination("care", 50, moment)
        assert told.channels
        assert told.due_at >= moment
        assert teams.on_call("care", moment) in {"anna", "bert", ""}

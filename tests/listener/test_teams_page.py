"""The example of ``docs/teams.md`` does what the page says it does."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from listener.config import load_config
from listener.escalation import plan
from listener.model import Case
from listener.teams import Teams

PAGE = Path(__file__).parents[2] / "docs" / "teams.md"
HELSINKI = ZoneInfo("Europe/Helsinki")
CHANNELS = (
    "marketing",
    "care-chat",
    "night-phone",
    "anna-sms",
    "bert-sms",
    "carl-sms",
    "maria-mail",
)


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Teams:
    example = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    channels = "".join(f'[channels.{name}]\ntype = "log"\n' for name in CHANNELS)
    path = tmp_path_factory.mktemp("page") / "config.toml"
    start = '[listener]\ntimezone = "Europe/Helsinki"\n[brands.acme]\nnames = ["Acme"]\n'
    path.write_text(f"{start}{channels}{example[1]}", encoding="utf-8")
    config = load_config(path, {})
    assert config.rules[0].team == "care"
    return config.teams


def local(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=HELSINKI).astimezone(UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("came", "priority", "channels", "told"),
    [
        ((2026, 11, 24, 10), 50, ("care-chat", "bert-sms"), (2026, 11, 24, 10)),
        ((2026, 11, 24, 23), 50, ("night-phone",), (2026, 11, 24, 23)),
        ((2026, 11, 24, 18), 50, ("night-phone",), (2026, 11, 24, 20)),
        ((2026, 11, 24, 18), 95, ("care-chat", "bert-sms"), (2026, 11, 24, 18)),
        ((2027, 12, 6, 10), 50, ("night-phone",), (2027, 12, 6, 20)),
    ],
)
def test_what_becomes_of_a_case(
    teams: Teams,
    came: tuple[int, ...],
    priority: int,
    channels: tuple[str, ...],
    told: tuple[int, ...],
) -> None:
    destination = teams.destination("care", priority, local(*came))
    assert (destination.channels, destination.due_at) == (channels, local(*told))


def test_the_escalations_of_a_case_that_nobody_touches(teams: Teams) -> None:
    seen = local(2026, 12, 3, 15)
    assert list(_told(teams, Case("c", "acme", "complaints", "care", seen, seen, seen))) == [
        (local(2026, 12, 3, 15, 30), "carl-sms"),
        (local(2026, 12, 4, 9), "anna-sms"),
        (local(2026, 12, 4, 10, 12), "bert-sms"),
        (local(2026, 12, 4, 11), "maria-mail"),
    ]


def _told(teams: Teams, case: Case) -> Iterator[tuple[datetime, str]]:
    now: datetime | None = case.opened_at
    while now is not None:
        planned = plan(case, teams, now)
        for one in planned.escalations:
            yield now, ", ".join(one.channels)
            case = replace(case, step=one.step)
        now = planned.check_at

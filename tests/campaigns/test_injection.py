"""No words of strangers do anything, in any field of an alert, by any channel.

    INJECTIONS=100000 INJECTION_SEED=7 pytest -s tests/campaigns/test_injection.py
    INJECTION_FILE=strings.txt pytest -s tests/campaigns/test_injection.py

The second sends the lines of a file instead. Every string of the list, and as many generated ones
as are asked for, goes out by every channel: once in all fields of a mention, and in the alert's own
fields by turns. What arrives is judged by :mod:`tests.campaigns.injection_judges` and, for Slack,
:mod:`tests.alerts.slack_oracle`. A finding names the seed and the number that make it again.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from listener.model import Alert, Author, Case, Evidence, Mention, Post, Priority, Tag, Verdict
from tests.alerts.example import NOON
from tests.campaigns import injection_judges as judges
from tests.campaigns.hostile import LISTED, words
from tests.campaigns.injection_ways import APPRISE, OURS, Way

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

COUNT = int(os.environ.get("INJECTIONS", "0"))
SEED = int(os.environ.get("INJECTION_SEED", "1"))
FILE = os.environ.get("INJECTION_FILE", "")
KINDS = ("mentions", "case", "escalation", "crisis", "test", "retraction", "spike", "clear")


def hostile_mention(strange: str, number: int) -> Mention:
    """A mention with the words wherever a stranger, or a model that read him, has a say."""
    url = (strange, f"https://example.org/{strange}", f"http://{strange}", "")[number % 4]
    post = Post(
        site=strange,
        native_id=strange,
        text=strange,
        title=strange if number % 3 else "",
        url=url,
        author=Author(strange, strange, number),
        published_at=NOON if number % 2 else None,
        language=strange,
        in_reply_to=strange,
    )
    return Mention(
        post=post,
        brand="finnair",
        evidence=(Evidence("name", strange, 0, 1, "text", strange, strange),),
        tags=(Tag("urgency", "high", 0.5, (strange,)), Tag("intent", strange, 0.5)),
        priority=Priority(number % 100, (strange,)),
        verdict=Verdict("review", 0.5, (strange,)) if number % 5 == 0 else Verdict(),
        source=strange,
    )


def hostile_alert(strange: tuple[str, ...], number: int) -> Alert:
    """An alert about these mentions; its own fields hold their words by turns."""
    told = tuple(hostile_mention(each, number + at) for at, each in enumerate(strange))
    turns = [strange[(number + at) % len(strange)] for at in range(8)]
    kind: Any = KINDS[number % len(KINDS)]
    alert = Alert(
        key=turns[0],
        thread=turns[1],
        rule=turns[2],
        channel="service",
        kind=kind,
        created_at=NOON,
        title=turns[3],
        body=f"{turns[4]}\n{turns[5]}",
        mentions=told,
        priority=number % 100,
        history=told[:2],
        history_count=7,
        retracted=tuple(strange) if kind == "retraction" else (),
    )
    if kind == "retraction":
        alert = replace(alert, mentions=(), earlier=told, earlier_count=len(told))
    if number % 2 or kind in {"case", "escalation"}:
        alert = replace(alert, case=_case(turns))
    return alert


def _case(turns: list[str]) -> Case:
    states: tuple[Any, ...] = ("new", "claimed", "answered", "closed")
    return Case(
        key=turns[6],
        brand="finnair",
        rule=turns[2],
        team=turns[7],
        opened_at=NOON,
        published_at=NOON,
        waiting_since=NOON,
        state=states[len(turns[0]) % 4],
        owner=turns[5],
        answer_due_at=NOON,
    )


def strings(count: int) -> Iterator[str]:
    """All that are listed and then made ones; or some of both, where few are asked for."""
    if FILE:
        yield from Path(FILE).read_text(encoding="utf-8").split("\n")
        return
    random = Random(SEED)
    listed = LISTED if count > 2 * len(LISTED) else random.sample(LISTED, count // 2)
    yield from listed
    for _ in range(count - len(listed)):
        yield words(random)


def found_by(way: Way, count: int) -> tuple[int, list[str]]:
    """How many strings went out, and everything that was active."""
    sent, number = 0, 0
    found: list[str] = []
    left = strings(count)
    while group := tuple(islice(left, way.strings)):
        told = way.tell(hostile_alert(group, number))
        found += [f"seed {SEED}, alert {number}: {what}" for what in told]
        sent, number = sent + len(group), number + 1
    return sent, found


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_own_channels(name: str) -> None:
    with OURS[name]() as way:
        sent, found = found_by(way, COUNT or 400)
    print(f"{name}: {sent} strings, {len(found)} active")
    assert found[:20] == []


@pytest.mark.parametrize("name", sorted(APPRISE))
def test_services_by_apprise(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command to make a certificate")
    for variable in ("REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.setenv(variable, "")  # whatever it becomes, it is taken back
    with APPRISE[name](tmp_path) as way:
        sent, found = found_by(way, COUNT or 60)
    print(f"apprise {name}: {sent} strings, {len(found)} active")
    assert found[:20] == []


RAW = "@everyone https://evil.example *b* <b>x</b> \x1b[31m"


@pytest.mark.parametrize(
    "judge", [judges.discord, judges.telegram, judges.mattermost, judges.matrix, judges.ntfy]
)
def test_the_judges_see_what_is_active(judge: Any) -> None:
    told = hostile_alert(("x",), 1)
    fields = {"content": RAW, "tts": False, "text": RAW, "body": RAW, "title": RAW, "message": RAW}
    assert len([*judge(json.dumps(fields).encode(), told)]) > 3

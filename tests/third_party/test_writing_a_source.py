"""The example in docs/writing-a-source.md works as it is written there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listener.ports import Retry, Source
from listener.testing import SourceSuite
from tests.campaigns.places import Place, _Handler

PAGE = Path(__file__).parents[2] / "docs/writing-a-source.md"
ENTRIES = [{"id": str(n), "text": f"Norvia {n}", "author": {"name": "Guest"}} for n in range(5)]


class _GuestbookHandler(_Handler):
    def do_GET(self) -> None:  # noqa: N802  http.server's name
        self.answer(200, self.server.place.body, "application/json")  # type: ignore[attr-defined]


class Guestbook(Place):
    handler = _GuestbookHandler
    body = json.dumps(ENTRIES).encode()


@pytest.fixture
def guestbook() -> Iterator[Guestbook]:
    with Guestbook() as place:
        yield place


def source_of_the_page(address: str) -> Any:
    """The class in the page's first block of code, made."""
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
    names: dict[str, Any] = {"__name__": "guestbook"}
    exec(compile(code, str(PAGE), "exec"), names)
    return names["GuestbookSource"](address, allow_private=True)


class TestTheExample(SourceSuite):
    @pytest.fixture
    def source(self, guestbook: Guestbook) -> Source:
        source = source_of_the_page(guestbook.url)
        assert isinstance(source, Source)
        return source


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"{}", b"7"])
def test_what_it_can_not_read_it_says(guestbook: Guestbook, body: bytes) -> None:
    guestbook.body = body
    with pytest.raises(Retry):
        source_of_the_page(guestbook.url).poll(None)

"""The process that documents are read in: what it survives, and that it leaves nothing behind."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from sources.feed_parts.apart import Parser
from sources.feed_parts.document import Document, TooCostly, Unreadable
from sources.feed_parts.parse import read_document

URL = "https://blog.example.org/feed"
RSS = "<rss version='2.0'><channel><item><title>Żółw 👋</title></item></channel></rss>"
STALLING = RSS.replace("<title>", f"<author>{'a' * 200_000}</author><title>")
"""Half a minute and more of feedparser's search for a mail address."""


@pytest.fixture
def parser() -> Iterator[Parser]:
    whole = Parser(parse_seconds_max=3)
    yield whole
    whole.close()


def read(parser: Parser, document: str) -> Document:
    return parser(document.encode(), "application/xml", URL, 100)


def test_a_document_reads_as_it_does_here(parser: Parser) -> None:
    assert read(parser, RSS) == read_document(RSS.encode(), "application/xml", URL)


def test_what_is_no_feed_is_told(parser: Parser) -> None:
    with pytest.raises(Unreadable, match="is no feed"):
        read(parser, "hello")
    assert read(parser, RSS).total == 1


def test_a_page_leads_to_its_feed(parser: Parser) -> None:
    page = "<html><link rel=alternate type=application/rss+xml href=/rss></html>"
    assert read(parser, page).feed_url == "https://blog.example.org/rss"


def test_a_document_that_stalls_is_ended_and_the_next_one_is_read(parser: Parser) -> None:
    began = monotonic()
    with pytest.raises(TooCostly, match="takes more than 3 s or too much memory"):
        read(parser, STALLING)
    assert monotonic() - began < 8
    assert read(parser, RSS).total == 1


def test_closing_ends_a_document_that_is_being_read() -> None:
    parser = Parser(parse_seconds_max=60)
    caught: list[Exception] = []
    reading = threading.Event()

    def stall() -> None:
        reading.set()
        try:
            read(parser, STALLING)
        except TooCostly as error:
            caught.append(error)

    thread = threading.Thread(target=stall)
    thread.start()
    reading.wait(5)
    parser.close()
    thread.join(10)
    assert not thread.is_alive()
    assert len(caught) == 1


def test_a_closed_parser_takes_no_more_documents(parser: Parser) -> None:
    parser.close()
    with pytest.raises(TooCostly, match="the poll is over"):
        read(parser, RSS)


def test_threads_may_share_a_parser(parser: Parser) -> None:
    documents: list[str] = []

    def work(number: int) -> None:
        document = read(parser, RSS.replace("Żółw", f"turtle {number}"))
        documents.append(document.entries[0].title)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(documents) == [f"turtle {number} 👋" for number in range(8)]


def test_the_child_ends_when_its_parent_is_gone() -> None:
    """End of input is all that a parent that was killed leaves behind."""
    command = [sys.executable, "-m", "sources.feed_parts.apart"]
    ended = subprocess.run(command, input=b"", capture_output=True, timeout=20, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")

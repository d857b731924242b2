"""Mutated feeds through the whole path: none raises, takes over a second or over 64 MB.

``FEED_MUTANTS=1500 FEED_SEED=1 pytest -s tests/sources/test_feed_mutants.py`` is the campaign; the
default is a handful. Each mutant is served over HTTP with mutated headers, fetched, read in the
process that reads all feeds, and stored in a cursor that the next poll reads. Time and memory are
those of the reading process, by the kernel's count.
"""

import os
import random
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from listener.model import Batch
from listener.ports import Retry
from sources.feed_parts.apart import Parser
from tests.sources.feed_site import Site, serving, source

MUTANTS = int(os.environ.get("FEED_MUTANTS", "60"))
SEED = int(os.environ.get("FEED_SEED", "1"))
SECONDS_MAX = 1.0
MEMORY_BYTES_MAX = 64 * 1024**2

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Żółw 👋</title><link>https://blog.example/</link><ttl>60</ttl>
<atom:link href="https://hub.example/" rel="hub"/><atom:link href="/feed" rel="self"/>
<skipHours><hour>1</hour></skipHours><skipDays><day>Monday</day></skipDays>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
<generator>https://wordpress.org/?v=6.1</generator>
<item><title>One &amp; two</title><guid isPermaLink="false">urn:1</guid>
<dc:creator>Aino</dc:creator>
<link>https://blog.example/1</link><pubDate>Sat, 21 Nov 2026 10:00:00 +0200</pubDate>
<wfw:commentRss>https://blog.example/1/feed</wfw:commentRss>
<content:encoded><![CDATA[<p>Norvia <a href="/x">is</a> late &#8230;</p>]]></content:encoded></item>
<item><title>שלום עולם</title><guid>https://blog.example/2</guid>
<description>&lt;b&gt;bold&lt;/b&gt; text</description></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fi" xml:base="https://b.example/">
<title type="html">&lt;i&gt;A&lt;/i&gt;</title><id>urn:feed</id>
<updated>2026-11-21T10:00:00Z</updated>
<link rel="hub" href="https://hub.example"/><link rel="self" href="https://b.example/atom"/>
<entry><id>urn:uuid:1</id><title>Otsikko</title><author><name>Väinö</name></author>
<link href="/1"/><published>2026-11-21T09:00:00+02:00</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Sisältö</p></div></content>
</entry><entry><id>2</id><summary>Lyhyesti</summary></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://r.example/"><title>R</title></channel>
<item rdf:about="https://r.example/1"><title>Eins</title><description>Text</description></item>
</rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
{"id": "1", "url": "https://j.example/1", "content_html": "<p>Hi <b>you</b></p>",
 "date_published": "2026-11-21T10:00:00Z", "authors": [{"name": "Bo"}], "tags": ["a"]},
{"id": 2, "content_text": "zwei", "external_url": "https://x.example/"}]}"""

PAGE = """<html><head><link rel="alternate" type="application/rss+xml" href="/feed">
<link rel="alternate" type="application/atom+xml" href="/comments/feed"></head></html>"""

BASES = [text.encode() for text in (RSS, ATOM, RDF, JSON, PAGE)]
HOSTILE = [
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#0;", b"&#xD800;", b"&#99999999;", b"&amp" * 50,
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!ENTITY a SYSTEM 'file:///etc/passwd'>", b"&a;",
    b"<div>" * 400, b"</div>" * 40, b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae",
    b"<skipHours>" * 50, b"<ttl>" + b"9" * 400 + b"</ttl>", b"[" * 900, b"{" * 900, b'"' * 99,
    b"<item>" * 300, b"<title/>", b"<link rel='hub' href='http://[::1'/>", b"NaN", b"-1e999",
    b"Mon, 99 Foo 99999 99:99:99 +9999", b"<a href='" * 60, b"x" * 20_000, b" " * 20_000,
    b"<content:encoded>", b"<guid>1</guid>" * 90, b"\xf0\x9f\x91\x8b" * 300, b"1e309",
]  # fmt: skip
TAGS = [b"item", b"title", b"link", b"guid", b"entry", b"rss", b"channel"]
HEADERS = {
    "Cache-Control": ["max-age=60", "max-age=-1", "max-age=" + "9" * 300, "max-age=\x7f", ",,="],
    "Expires": ["0", "Sat, 21 Nov 2026 25:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -9999", "x" * 900],
    "Link": ["<", '<x>; rel="hub"', "<" * 500, '<http://[::1>; rel=self', "<a>;rel=hub," * 90],
    "Content-Type": ["text/xml; charset=utf-7", "x/y; charset=", "text/html; charset=idna", ";;"],
    "ETag": ['"1"', "", '"' * 900],
    "Last-Modified": ["yesterday"],
}  # fmt: skip


def mutant(dice: random.Random) -> bytes:
    """One of the feeds with up to ten things done to it."""
    body = bytearray(dice.choice(BASES))
    for _ in range(dice.randint(1, 10)):
        at, end = sorted(dice.randrange(len(body) + 1) for _ in range(2))
        end = min(end, at + 200)
        match dice.randrange(7):
            case 0:
                del body[at:end]
            case 1:
                body[at:at] = dice.choice(HOSTILE)
            case 2:
                body[at:at] = body[at:end] * dice.randint(1, 8)
            case 3:
                body[at:end] = dice.randbytes(end - at)
            case 4:
                body[at:at] = dice.choice(BASES)[: dice.randint(1, 2_000)]
            case 5:
                body = body.replace(dice.choice(TAGS), b"content", dice.randint(1, 3))
            case _:
                body = body[: max(at, 20)]
    return bytes(body)


def headers(dice: random.Random) -> dict[str, str]:
    return {name: dice.choice(values) for name, values in HEADERS.items() if dice.random() < 0.3}


@dataclass
class Worst:
    """The dearest so far, by what the kernel counts for the reading process."""

    parser: Parser
    seconds: float = 0.0
    memory: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def pid(self) -> int:
        child = self.parser._child
        assert child is not None
        return child.pid

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_bytes(self, line: str) -> int:
        status = Path(f"/proc/{self.pid()}/status").read_text()
        return int(status.partition(f"{line}:")[2].split()[0]) * 1024

    def forget_peak(self) -> None:
        with suppress(OSError):
            Path(f"/proc/{self.pid()}/clear_refs").write_text("5")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def polled(site: Site, parser: Parser, cursor: str | None) -> Batch | str:
    try:
        return source(site.url + "/mutant", parse=parser, comments=True).poll(cursor)
    except Retry as failure:
        return failure.reason


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux' accounts")
def test_no_mutated_feed_raises_or_costs_much(site: Site) -> None:
    dice = random.Random(SEED)
    with closing(Parser()) as parser:
        parser(BASES[0], "", site.url, 10)  # starts the process and imports what it needs
        worst = Worst(parser)
        for number in range(MUTANTS):
            site.pages["/mutant"] = (200, headers(dice), mutant(dice))
            before, at_rest = worst.cpu_seconds(), worst.memory_bytes("VmRSS")
            worst.forget_peak()
            batch = polled(site, parser, None)
            told = batch if isinstance(batch, str) else " ".join(f.reason for f in batch.faults)
            assert "could not be visited" not in told, f"mutant {number}: {told}"
            assert "can't be read:" not in told, f"mutant {number}: {told}"
            assert "takes more than" not in told, f"mutant {number}: {told}"
            seconds = worst.cpu_seconds() - before
            memory = worst.memory_bytes("VmHWM") - at_rest
            assert seconds <= SECONDS_MAX, f"mutant {number} took {seconds:.2f} s"
            assert memory <= MEMORY_BYTES_MAX, f"mutant {number} took {memory:,} bytes"
            worst.seconds, worst.memory = max(worst.seconds, seconds), max(worst.memory, memory)
            kind = "refused" if isinstance(batch, str) else "read"
            worst.outcomes[kind] = worst.outcomes.get(kind, 0) + 1
            if not isinstance(batch, str):
                site.pages["/comments/feed"] = site.pages["/mutant"]
                assert not isinstance(polled(site, parser, batch.cursor), str) or batch.faults
    assert sum(worst.outcomes.values()) == MUTANTS
    print(
        f"{MUTANTS} mutants, seed {SEED}: {worst.outcomes}, 0 exceptions; dearest "
        f"{worst.seconds:.2f} s, {worst.memory / 1e6:.1f} MB"
    )

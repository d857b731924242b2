"""Documents to entries: every format, every encoding, and what is none of them."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.feed_parts.document import Entry, Unreadable
from sources.feed_parts.parse import decoded, read_document

URL = "https://blog.example.org/feed"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Blog</title><language>fi-FI</language>
<item><title>Lento &amp; matka</title><link>/2026/lento</link>
  <guid isPermaLink="false">tag:blog,2026:1</guid><dc:creator>Aino</dc:creator>
  <pubDate>Sat, 21 Nov 2026 12:00:00 +0200</pubDate>
  <description>Short.</description>
  <content:encoded><![CDATA[<p>Norvia <b>myöhässä</b></p><a href="/x">x</a>]]></content:encoded>
</item>
<item><title>Second</title><description>Only a summary</description></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="pl"><title>Blog</title>
<author><name>Ewa</name></author>
<entry><id>urn:uuid:1</id><title type="html">Lot &lt;i&gt;dziś&lt;/i&gt;</title>
  <link href="https://blog.example.org/1"/><updated>2026-11-21T10:00:00Z</updated>
  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Raz</p><p>dwa</p></div></content>
</entry></feed>"""

RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
         xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://blog.example.org/"><title>Blog</title></channel>
<item rdf:about="https://blog.example.org/1"><title>One</title>
  <link>https://blog.example.org/1</link><dc:date>2026-11-21T10:00:00Z</dc:date></item>
</rdf:RDF>"""

JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Blog",
    "language": "en",
    "authors": [{"name": "Pat"}],
    "items": [
        {
            "id": 7,
            "url": "/7",
            "title": "Seven",
            "content_html": "<p>Seven &amp; up <a href='/x'>x</a></p>",
            "date_published": "2026-11-21T12:00:00+02:00",
            "external_url": "https://other.example/",
        },
        {"id": "8", "content_text": "plain\n<b>text</b>", "author": {"name": "Old style"}},
    ],
}

TEN = datetime(2026, 11, 21, 10, tzinfo=UTC).timestamp()


def read(document: str | bytes, content_type: str = "application/xml") -> tuple[Entry, ...]:
    body = document.encode() if isinstance(document, str) else document
    return read_document(body, content_type, URL).entries


def item(inside: str) -> Entry:
    (entry,) = read(f"<rss version='2.0'><channel><item>{inside}</item></channel></rss>")
    return entry


def test_rss() -> None:
    first, second = read(RSS)
    assert first == Entry(
        id="tag:blog,2026:1",
        link="https://blog.example.org/2026/lento",
        title="Lento & matka",
        text="Norvia myöhässä\nx",
        author="Aino",
        language="fi-FI",
        published=TEN,
        links=("https://blog.example.org/x",),
    )
    assert (second.title, second.text, second.id, second.published) == (
        "Second",
        "Only a summary",
        "",
        None,
    )


def test_atom() -> None:
    (entry,) = read(ATOM)
    assert entry == Entry(
        id="urn:uuid:1",
        link="https://blog.example.org/1",
        title="Lot dziś",
        text="Raz\ndwa",
        author="Ewa",
        language="pl",
        published=TEN,
    )


def test_rdf() -> None:
    (entry,) = read(RDF)
    assert (entry.title, entry.link, entry.published) == ("One", "https://blog.example.org/1", TEN)


def test_json_feed() -> None:
    first, second = read(json.dumps(JSON), "application/feed+json")
    assert first == Entry(
        id="7",
        link="https://blog.example.org/7",
        title="Seven",
        text="Seven & up x",
        author="Pat",
        language="en",
        published=TEN,
        links=("https://other.example/", "https://blog.example.org/x"),
    )
    assert (second.text, second.author) == ("plain\n<b>text</b>", "Old style")


def test_more_entries_than_allowed_are_counted() -> None:
    document = read_document(RSS.encode(), "", URL, entries_max=1)
    assert (len(document.entries), document.total) == (1, 2)


# --- dates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        ("<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate>", TEN),
        ("<pubDate>2026-11-21T12:00:00+02:00</pubDate>", TEN),
        ("<pubDate>Sat, 21 Nov 2126 10:00:00 GMT</pubDate>", TEN + 36_524 * 86_400),
        ("<pubDate>yesterday</pubDate>", None),
        ("<pubDate>Mon, 99 Foo 0000 25:61:61 +9999</pubDate>", None),
        ("<pubDate>0001-01-01T00:00:00Z</pubDate>", None),
        ("<pubDate>9999-12-31T23:59:59Z</pubDate>", None),
        ("<published_parsed year='2026'/>", None),
        ("", None),
    ],
)
def test_dates(stated: str, moment: float | None) -> None:
    assert item(stated).published == moment


@pytest.mark.parametrize("stated", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "soon"])
def test_dates_of_a_json_feed_that_cannot_be(stated: str) -> None:
    (entry,) = read(json.dumps(JSON | {"items": [{"date_published": stated}]}))
    assert entry.published is None


# --- encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "application/rss+xml"),
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-8", "", "text/html"),
        ("utf-8-sig", "", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-32", "", ""),
        ("iso-8859-2", "iso-8859-2", ""),
        ("iso-8859-2", "", "application/xml; charset=ISO-8859-2"),
        ("windows-1250", "windows-1250", "text/xml; charset=nonsense"),
        ("utf-8", "punycode", "text/xml; charset=unicode_escape"),
    ],
)
def test_encodings(encoding: str, declared: str, content_type: str) -> None:
    text = RSS.replace("Lento", "Żółw").replace('encoding="utf-8"', f'encoding="{declared}"')
    text = text.replace("myöhässä", "spóźniony") if declared or content_type else text
    text = text if declared else re.sub(r"<\?xml.*?\?>\n", "", text)
    assert read(text.encode(encoding), content_type)[0].title == "Żółw & matka"


@pytest.mark.parametrize("label", ["unicode_escape", "raw-unicode-escape", "punycode", "utf-7"])
def test_labels_that_name_no_charset_are_passed_over(label: str) -> None:
    assert decoded(b"caf\xe9 \\u0041 +AEE-", f"text/xml; charset={label}") == "café \\u0041 +AEE-"


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_have_a_text(body: bytes, content_type: str) -> None:
    text = decoded(body, f"text/xml; charset={content_type}")
    assert "\0" not in text
    text.encode()


# --- what is none, or broken ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\0\0\0", "is empty"),
        (b"hello", "is no feed that can be read"),
        (bytes(range(256)) * 40, "is no feed that can be read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "is no feed that can be read"),
        (b"<!DOCTYPE html><html><body>hi</body></html>", "is a page that names no feed"),
        (b"{", "begins like JSON but is none"),
        (b"{" * 100_000, "begins like JSON but is none"),
        (b'{"items": []}', "is JSON but no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": 5}', "is JSON but no JSON Feed"),
    ],
)
def test_what_is_no_feed_says_what_it_is(document: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(document)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_page_leads_to_its_feed() -> None:
    page = b"<html><head><link rel=alternate type=application/rss+xml href=/rss></head></html>"
    document = read_document(page, "text/html", URL)
    assert (document.feed_url, document.entries) == ("https://blog.example.org/rss", ())


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read('<rss version="2.0"><channel><title>New</title></channel></rss>') == ()


@pytest.mark.parametrize("cut", [0.5, 0.8, 0.95])
def test_a_truncated_feed_gives_what_it_has(cut: float) -> None:
    entries = read(RSS[: int(len(RSS) * cut)])
    assert entries[0].title == "Lento & matka"


def test_leading_rubbish_and_a_wrong_type_are_no_hindrance() -> None:
    assert len(read("\n\n <!-- <item> -->\n" + RSS, "text/html")) == 2


@pytest.mark.parametrize("reference", ["&#0;", "&#xd800;", "&#x110000;", "&#99999999999999999;"])
def test_an_impossible_character_costs_no_more_than_itself(reference: str) -> None:
    assert item(f"<title>a{reference}b</title>").title == "a\ufffdb"


def test_control_characters_are_left_out() -> None:
    entry = item("<title>a\0\x08b</title><description>\u202ereversed</description>")
    assert (entry.title, entry.text) == ("ab", "\u202ereversed")


@pytest.mark.parametrize(
    "declarations",
    [
        "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 12)),
        '<!ENTITY l11 SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;',
    ],
)
def test_entities_of_a_stranger_are_harmless(declarations: str) -> None:
    document = f'<!DOCTYPE rss [<!ENTITY l0 "lol">\n{declarations}]>' + RSS.partition("?>")[2]
    document = document.replace("Short.", "&l11;").replace("Second", "&l11;")
    assert sum(len(entry.text) + len(entry.title) for entry in read(document)) < 500


@pytest.mark.parametrize(
    "inside",
    [
        "<links href='x'/>",
        "<content_detail a='b'/>",
        "<title_detail>x</title_detail>",
        "<summary_detail>x</summary_detail>",
        "<author_detail>x</author_detail>",
        "<link href='http://[::1'/>",
        "<id a='b'/>",
        "<language a='b'/>",
        "<content>x</content><content a='b'>y</content>",
    ],
)
def test_elements_that_feign_the_parsers_own_fields_are_harmless(inside: str) -> None:
    assert item(inside + "<title>T</title>").title == "T"


@pytest.mark.parametrize(
    "change",
    [
        {"items": [None, 5, "x", {}]},
        {"items": [{"id": True, "url": 5, "title": None, "authors": "x", "author": [1]}]},
        {"items": [{"date_published": "x", "content_html": {}, "language": 5}]},
        {"items": [{"date_published": "0001-01-01T00:00:00+14:00"}]},
        {"authors": 5, "author": 6, "language": []},
    ],
)
def test_a_json_feed_of_wrong_types_is_harmless(change: dict[str, object]) -> None:
    for entry in read(json.dumps(JSON | change)):
        assert isinstance(entry.id + entry.title + entry.text + entry.author, str)


@given(st.data())
def test_a_mutated_feed_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from([RSS, ATOM, RDF, json.dumps(JSON)])).encode())
    pieces = st.binary(max_size=6) | st.sampled_from(
        [b"<", b"&#xd800;", b"]]>", b"<![CDATA[", b"<!--", b"\xff", b"<item>", b'"', b"<svg>"]
    )
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 8))] = data.draw(pieces)
    with suppress(Unreadable):
        assert all(isinstance(entry, Entry) for entry in read(bytes(body)))

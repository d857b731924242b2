import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from listener.digest import Coverage, Digest, Period, digest
from listener.digest.html import html_page
from listener.digest.markdown import markdown_page, plain
from listener.digest.words import safe_url
from listener.model import Author, Gap, Mention, Post, Priority, Tag
from listener.text import shown

SINCE = datetime(2026, 11, 15, 22, tzinfo=UTC)  # midnight in Helsinki
UNTIL = SINCE + timedelta(days=7)
WHOLE = Coverage("rss", ((SINCE, UNTIL),))
HALF = Coverage("x", ((SINCE, UNTIL),), (Gap(SINCE, SINCE + timedelta(days=3.5), "HTTP 429"),))
DOWN = Coverage("forum", (), (Gap(SINCE, UNTIL, "HTTP 403"),))

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">x</a>',
    "</title></style></svg><b>bold</b>",
    "&lt;b&gt; &amp; &#64;",
    "**bold** __bold__ *it* _it_ ~~gone~~ ==high== `code` $x$",
    "[link](https://evil.example) ![img](https://evil.example/x.png)",
    "<https://evil.example> https://evil.example www.evil.example a@evil.example",
    "@everyone #1 | a | b |",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quote",
    "---",
    "\\*not\\*\\",
    "one\ntwo\r\n\n# three\u2028four",
    "\u202eright to left\u202c",
    "| --- |",
    "```",
    "[^1]: note [x]: https://evil.example",
]


def mention(text: str = "text", number: int = 1, **fields) -> Mention:
    post = Post(
        fields.pop("site", "blog"),
        str(number),
        text,
        url=fields.pop("url", "https://example.org/post"),
        author=fields.pop("author", Author("someone", followers=1_200)),
        published_at=SINCE + timedelta(days=4, hours=number),
    )
    tags = (
        Tag("sentiment", fields.pop("sentiment", "negative"), 0.9),
        Tag("urgency", fields.pop("urgency", "high"), 0.9, fields.pop("reasons", ("it is down",))),
        Tag("spam", fields.pop("spam", "no"), 0.9),
    )
    return Mention(
        post, tags=tags, priority=Priority(87), **{"brand": "finnair", "source": "rss"} | fields
    )


def told(*mentions: Mention, coverage=(WHOLE,), days: float = 7, before=None) -> Digest:
    return digest(
        mentions,
        {"finnair": 3} if before is None else before,
        coverage,
        Period(SINCE, SINCE + timedelta(days=days)),
        ZoneInfo("Europe/Helsinki"),
        frozenset({"sas"}),
    )


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first Markdown table that has this head."""
    lines = page[page.index(f"| {heading} |") :].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


class Page(HTMLParser):
    """What a browser would make of the page, as far as the tests ask."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


TAGS = re.compile(
    "html|head|meta|title|style|body|main|header|section|article|footer|h1|h2|p|b|bdi|span|small"
    "|ul|ol|li|dl|div|dt|dd|svg|rect|circle|a|table|thead|tbody|tr|th|td"
)
ATTRIBUTES = re.compile(
    "lang|charset|name|http-equiv|content|class|role|aria-label|aria-hidden|viewbox|dir"
    "|preserveaspectratio|x|y|width|height|cx|cy|r|href|rel"
)


def checked(page: str) -> Page:
    """The page, parsed; nothing in it that this program did not put there."""
    parsed = Page(page)
    assert parsed.open == []
    for tag, attributes in parsed.tags:
        assert TAGS.fullmatch(tag)
        assert all(map(ATTRIBUTES.fullmatch, attributes))
        if tag == "a":
            assert re.match(r"(?i)https?://", attributes["href"] or "")
            assert attributes["rel"] == "noopener noreferrer"
    assert "url(" not in page
    assert "@import" not in page
    return parsed


def test_coverage_comes_before_any_number() -> None:
    week = told(mention(), coverage=[WHOLE, HALF, DOWN])
    for page in (markdown_page(week), checked(html_page(week)).text):
        first = page.index("Not seen at all: forum.")
        gaps = page.index("1 more has gaps.")
        assert first < gaps < page.index("Brands")
        assert page.index("HTTP 403") < page.index("Brands")
        assert "50.0% seen" in page
        assert "Mon 16 Nov 00:00 to Thu 19 Nov 12:00 (3 d 12 h): HTTP 429" in page


def test_a_week_seen_throughout_says_so_and_marks_nothing() -> None:
    week = told(mention(), mention("more", 2))
    for page in (markdown_page(week), checked(html_page(week)).text):
        assert "Everything was seen: 1 source, no gaps." in page
        assert "at least" not in page
        assert "with gaps" not in page
        assert "not seen" not in page


def test_what_was_not_seen_is_nowhere_a_zero() -> None:
    week = told(coverage=[DOWN])
    page = markdown_page(week)
    for heading in ("Brand", "Sentiment", "From", "Source"):
        cells = [cell for row in rows(page, heading) for cell in row[1:]]
        assert "not seen" in cells
        assert not any(re.match(r"0|none", cell) for cell in cells)
    assert "not seen" in checked(html_page(week)).text
    assert ">0<" not in html_page(week)
    assert "most 0" not in html_page(week)
    assert "Nothing urgent in what was seen." in page


def test_numbers_that_rest_on_gaps_are_marked() -> None:
    week = told(mention(), coverage=[WHOLE, HALF])
    assert rows(markdown_page(week), "Brand") == [
        [
            "finnair (with gaps)",
            "at least 1",
            "−2 against 3 in the period before",
            "none seen",
            "1",
            "100%",
        ],
        [
            "sas (with gaps), competitor",
            "none seen",
            "no figure for the period before",
            "none seen",
            "none seen",
            "0%",
        ],
    ]
    page = html_page(week)
    assert page.count('<span class="mark alert">with gaps</span>') == 2
    assert '<p class="volume"><small>at least</small> 1</p>' in page
    assert '<p class="volume words">none seen</p>' in page


def test_no_coverage_at_all_is_said_first() -> None:
    week = told(mention(), coverage=[])
    for page in (markdown_page(week), checked(html_page(week)).text):
        said = page.index("No coverage was recorded for this period: silence here proves nothing.")
        assert said < page.index("Brands")


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ({"finnair": 1}, "as many as in the period before (1)"),
        ({"finnair": 0}, "+1 against 0 in the period before"),
        ({"finnair": 1_235}, "−1,234 against 1,235 in the period before"),
        ({}, "no figure for the period before"),
    ],
)
def test_the_change_is_told_in_counts(before: dict[str, int], change: str) -> None:
    week = told(mention(), before=before)
    assert rows(markdown_page(week), "Brand")[0][2].replace("\\", "") == change
    assert change in checked(html_page(week)).text


def test_sentiment_spam_and_failures_are_told() -> None:
    week = told(
        mention("a", 1),
        mention("b", 2, sentiment="positive"),
        mention("c", 3, sentiment="error", urgency="error"),
        mention("d", 4, spam="yes"),
    )
    page = markdown_page(week)
    assert rows(page, "Sentiment")[0] == ["finnair", "1", "0", "1", "0", "1"]
    left_out = "1 left out as spam, 1 without a sentiment, 1 on which a classifier failed."
    assert f"- finnair: {left_out}\n" in page
    text = checked(html_page(week)).text
    assert left_out in text
    for each in (page, text):
        assert "A classifier failed on mentions: sentiment 1, urgency 1." in each
        assert "some of what was urgent may be missing" in each


def test_series_in_the_configured_zone() -> None:
    page = markdown_page(told(mention(), mention("b", 25)))
    assert "## Mentions per day" in page
    assert [row[:2] for row in rows(page, "From")] == [
        ["Mon 16 Nov", "0"],
        ["Tue 17 Nov", "0"],
        ["Wed 18 Nov", "0"],
        ["Thu 19 Nov", "0"],
        ["Fri 20 Nov", "1"],
        ["Sat 21 Nov", "1"],
        ["Sun 22 Nov", "0"],
    ]
    day = told(days=1)
    assert "## Mentions per hour" in markdown_page(day)
    assert len(rows(markdown_page(day), "From")) == 24
    assert html_page(day).count('<rect class="ground"') >= 48
    assert "# Digest: 16 November 2026" in markdown_page(day)


def test_urgent_stories_places_and_voices_are_told() -> None:
    week = told(mention("The booking page is down again", author=Author("maija", followers=10)))
    for page in (markdown_page(week), checked(html_page(week)).text):
        assert "Fri 20 Nov 01:00, finnair, blog by maija, priority 87" in page
        assert "Why: it is down" in page
        assert page.count("The booking page is down again") == 2
        assert "1 post, reach 10, Fri 20 Nov 01:00, on blog" in page
        assert "https://example.org/post" in markdown_page(week)
    assert rows(markdown_page(week), "Source") == [["rss", "blog", "seen throughout", "1"]]
    assert rows(markdown_page(week), "Author") == [["maija", "blog", "1", "10"]]


def test_what_is_cut_off_is_said() -> None:
    holes = tuple(
        Gap(SINCE + timedelta(hours=hour), SINCE + timedelta(hours=hour, minutes=30), "slow")
        for hour in range(9)
    )
    many = [mention(f"text {number}", number, site=f"site{number}") for number in range(50)]
    week = told(*many, coverage=[Coverage("rss", ((SINCE, UNTIL),), holes)])
    for page in (markdown_page(week), checked(html_page(week)).text):
        assert "and 3 shorter gaps, together 1 h 30 min" in page
        assert "And 38 mentions more, less weighty." in page
        assert "And 10 quieter places more." in page


def everywhere(text: str) -> Digest:
    """A digest in which strangers wrote this text wherever they can."""
    hostile = mention(
        text, author=Author(text), site=text, brand=text, source=text, reasons=(text,)
    )
    return told(hostile, coverage=[Coverage(text, (), (Gap(SINCE, UNTIL, text),)), WHOLE])


@pytest.mark.parametrize("text", HOSTILE)
def test_strangers_text_stays_text_in_html(text: str) -> None:
    page = checked(html_page(everywhere(text)))
    plain_page = checked(html_page(everywhere("plain")))
    assert shown(text) in page.text
    assert Counter(tag for tag, _ in page.tags) == Counter(tag for tag, _ in plain_page.tags)


@pytest.mark.parametrize("text", HOSTILE)
def test_strangers_text_stays_text_in_markdown(text: str) -> None:
    page = MARKDOWN.render(markdown_page(everywhere(text)))
    plain_page = MARKDOWN.render(markdown_page(everywhere("plain")))
    assert shown(text) in unescape(re.sub(r"<[^>]*>", "", page)).replace("\u200b", "")
    assert Counter(re.findall(r"<[^>]*>", page)) == Counter(re.findall(r"<[^>]*>", plain_page))


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.sampled_from("ab1. \\`*_[]()<>|~&$#{}^=+-!:@/\n\"'") | st.characters(), max_size=40)
)
def test_any_text_reads_as_it_stands_in_markdown(text: str) -> None:
    line = " ".join(shown(text).split())
    rendered = MARKDOWN.render(f"- {plain(line)}\n\n| head |\n| --- |\n| {plain(line)} |\n")
    item = re.search(r"<li>(.*?)</li>", rendered, re.DOTALL)
    cell = re.search(r"<td>(.*?)</td>", rendered, re.DOTALL)
    for found in (item, cell):
        if line:
            assert found is not None
            assert unescape(found.group(1)).replace("\u200b", "").strip() == line.replace(
                "\u200b", ""
            )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://evil.example/x", ["https://", "evil.example"]),
        ("www.evil.example", ["www.", "evil.example"]),
        ("me@evil.example", ["me@e", "evil.example"]),
        ("@everyone and #12", ["@e", "#1"]),
    ],
)
def test_bare_addresses_and_pings_are_broken_for_readers_that_link_them(
    text: str, parts: list[str]
) -> None:
    for part in parts:
        assert part not in plain(text).replace("\\", "")
    assert plain(text).replace("\\", "").replace("\u200b", "") == text


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c&d#e", "https://example.org/a?b=c&d#e"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("https://example.org/a b)<>\"'|\\\n", "https://example.org/a%20b%29%3C%3E%22%27%7C%5C%0A"),
        ("https://żabka.pl/ż", "https://%C5%BCabka.pl/%C5%BC"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.org", ""),
        ("https://", ""),
        ("https://user@example.org", ""),
        ("https://[bad", ""),
        ("https://example.org/" + "a" * 5_000, ""),
        ("", ""),
    ],
)
def test_only_plain_web_addresses_become_links(url: str, safe: str) -> None:
    assert safe_url(url) == safe
    week = told(mention(url=url))
    links = [tag for tag, _ in checked(html_page(week)).tags if tag == "a"]
    assert len(links) == (2 if safe else 0)
    assert MARKDOWN.render(markdown_page(week)).count("<a ") == len(links)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = html_page(told(mention(), coverage=[WHOLE, HALF, DOWN]))
    assert "default-src &#x27;none&#x27;" in page
    assert "<script" not in page
    assert "src=" not in page.replace("default-src", "").replace("style-src", "")
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert 'name="viewport"' in page


def test_no_brands_and_no_mentions_make_a_page_too() -> None:
    empty = digest([], {}, [], Period(SINCE, UNTIL), UTC, frozenset())
    assert "No brand was listened for." in markdown_page(empty)
    assert "No brand was listened for." in checked(html_page(empty)).text

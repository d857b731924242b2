"""Markup to words: none lost, none grown together, nothing that runs or breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.common.plain_text import feed_address, plain_text, web_address

BASE = "https://blog.example.org/2026/post"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two</p>", "One\ntwo"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>One<li>two</ul>", "One\ntwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("Fin<b>nair</b> <em>is</em> <unknown>late</unknown>", "Finnair is\nlate"),
        ("Fin<wbr>nair", "Finnair"),
        ("a \n b\t\tc", "a b c"),
        ("<pre>a\n b</pre>c", "a\nb\nc"),
        ("&lt;b&gt; &amp;amp; caf&eacute;&nbsp;&#x1F44B; &#0;", "<b> &amp; café 👋 \ufffd"),
        ("a<script>alert('<p>x')</script>b<style>p{}</style>c", "a\nb\nc"),
        ("<svg/onload=alert(1)>a", "a"),
        ("<![CDATA[kept]]> too", "kept too"),
        ("a<![if !IE]>b<![endif]>c", "abc"),
        ("a<!-- no -->b", "ab"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("</p></pre>a", "a"),
        ("", ""),
        ("<img alt=x>", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup)[0] == text


def test_links_are_collected_absolute_and_once() -> None:
    markup = (
        '<a href="/a">1</a><a href="b?x=1&amp;y=2">2</a><a HREF=" https://other.example/ ">3</a>'
        '<a href="/a">again</a><a href="javascript:alert(1)">no</a><a href="mailto:x@y">no</a>'
        '<a href="http://[::1">no</a><a href="">no</a><a>no</a><a href="/' + "x" * 3_000 + '">'
    )
    assert plain_text(markup, BASE)[1] == (
        "https://blog.example.org/a",
        "https://blog.example.org/2026/b?x=1&y=2",
        "https://other.example/",
    )


def test_links_are_bounded() -> None:
    markup = "".join(f'<a href="/{number}">x</a>' for number in range(5_000))
    assert len(plain_text(markup, BASE)[1]) == 50


@given(st.text(alphabet=st.sampled_from("<>!/[]-?&#;=\"' aAbpréx0\n\0"), max_size=60))
def test_any_markup_becomes_text(markup: str) -> None:
    text, links = plain_text(markup, BASE)
    assert text == "\n".join(" ".join(line.split()) for line in text.splitlines())
    assert all(link.startswith("http") for link in links)


@given(st.lists(st.text(alphabet="abcäö", min_size=1, max_size=8), max_size=10))
def test_no_word_between_tags_is_lost(words: list[str]) -> None:
    markup = "".join(f"<div class='x'>{word}</div>" for word in words)
    assert plain_text(markup)[0].split() == words


_LINK = "<link rel=alternate type=application/rss+xml href=/second>"


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed">', "/feed"),
        ("<LINK REL='Alternate nofollow' TYPE='Application/Atom+XML; x=y' HREF=/atom>", "/atom"),
        ('<link rel="alternate" type="application/feed+json" href="/feed.json">', "/feed.json"),
        (
            '<base href="/deep/"><link rel=alternate type=application/rss+xml href=feed>',
            "/deep/feed",
        ),
        (
            "<link rel=alternate type=application/rss+xml href=x:y>" * 2 + _LINK,
            "/second",
        ),
        ('<link rel="alternate" type="application/json" href="/wp-json/1">', ""),
        ('<link rel="stylesheet" type="application/rss+xml" href="/x">', ""),
        ('<link rel="alternate" hreflang="fi" href="/fi">', ""),
        ("<p>no feed here</p>", ""),
    ],
)
def test_a_page_names_its_feed(page: str, address: str) -> None:
    expected = f"https://blog.example.org{address}" if address else ""
    assert feed_address(f"<html><head>{page}</head></html>", BASE) == expected


@pytest.mark.parametrize("href", ["", " ", "ftp://x/", "http://", "//", "#", "data:x", "http://["])
def test_what_is_no_web_address_is_none(href: str) -> None:
    assert web_address(href) == ""

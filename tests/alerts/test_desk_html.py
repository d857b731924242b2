"""Tickets as HTML: every word is there, nothing of it lives, and a post's part can be blanked."""

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.desks.html import as_html, as_words, each_text, still, without
from alerts.desks.keys import post_mark
from alerts.jira_parts.adf import document, words_of
from tests.alerts.slack_hostile import ATOMS
from tests.alerts.standins.drills import ACTIVE, HARMLESS_TAGS, Rendered

PIECES = st.sampled_from(
    [*ATOMS, "{{x}}", "{%x%}", "#{x}", "</p>", "<p>", "<redact>", "\n", "\n\n"]
)
WORDS = st.lists(PIECES | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8))
ONE, TWO = f"> first\n[{post_mark('x:1')}]", f"> second <b>\n[{post_mark('x:2')}]"


@settings(max_examples=300)
@given(WORDS)
def test_no_words_become_markup_or_templates(pieces: list[str]) -> None:
    words = "".join(pieces)
    seen = Rendered(as_html(words))
    assert seen.tags <= HARMLESS_TAGS
    assert not any(alive in seen.text for alive in ("{{", "{%", "#{"))
    assert seen.text == still(words).replace("\n", "")


@settings(max_examples=200)
@given(WORDS)
def test_words_come_back_from_jiras_format_as_they_were(pieces: list[str]) -> None:
    words = "".join(pieces)
    node = document(words)
    assert words_of(node) == still(words)
    kinds = {one["type"] for part in node["content"] for one in part["content"]}
    assert kinds <= {"text", "hardBreak"}


def test_only_the_post_that_went_is_blanked() -> None:
    html = as_html(f"head\n\n{ONE}\n\n{TWO}\n\nend")
    left = without(html, ["x:1"], lambda _: "gone")
    assert as_words(left) == f"head\ngone\n{TWO}\nend"
    assert without(html, ["x:3"], lambda _: "gone") == html


def test_a_desk_that_rewrites_its_html_hides_nothing() -> None:
    html = as_html(f"{ONE}\n\n{TWO}")
    wrapped = html.replace("<p>", '<P dir="auto" class="x">').replace("</p>", "</P>\n")
    left = without(f"<div>{wrapped}</div>", ["x:1"], lambda _: "gone")
    assert "first" not in left
    assert "second" in left
    flat = html.replace("<p>", "").replace("</p>", "<br>")  # no paragraphs left: all goes
    assert without(flat, ["x:1"], lambda _: "gone") == "gone"


def test_text_between_tags_is_changed_and_tags_are_not() -> None:
    told = each_text('<a href="x">one</a><br> <b>two</b>', lambda words: f"[{words}]")
    assert told == '<a href="x">[one]</a><br> <b>[two]</b>'


def test_the_eye_of_the_tests_sees_what_is_alive() -> None:
    assert Rendered("<img src=x onerror=y>").tags == {"img", "src", "onerror"}
    assert ACTIVE.search("{{x}}")
    assert ACTIVE.search("see https://evil.example")

"""Why a post is a mention, in words."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import Evidence, Verdict
from listener.testing import a_mention, a_post
from listener.why import doubt, found, mark_command


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence("name", "Finnair", 0, 7, "text", "Finnair"), "name “Finnair”"),
        (
            Evidence("name", "Finnairilla", 0, 11, "text", "Finnair", "Finnish form"),
            "name “Finnairilla” (Finnish form of Finnair)",
        ),
        (
            Evidence("name", "Finair", 0, 6, "text", "Finnair", "misspelt"),
            "name “Finair” (misspelt, for Finnair)",
        ),
        (Evidence("name", "F.", 0, 2, how="cut"), "name “F.” (cut)"),
        (
            Evidence("na\x1bme", "Fin\nn\u202eair", 0, 1, "text", "Fi\x07nnair", "a\x00 form"),
            "name “Fin nair” (a form of Finnair)",
        ),
        (Evidence("name", "F" * 500, 0, 500), f"name “{'F' * 59}…”"),
    ],
)
def test_a_piece_of_evidence(evidence: Evidence, words: str) -> None:
    assert found([evidence]) == words


def test_several_pieces() -> None:
    assert found([Evidence("name", "A", 0, 1), Evidence("link", "b", 0, 0)]) == "name “A”, link “b”"
    assert found([]) == ""


def test_a_doubt_gives_its_biggest_reasons() -> None:
    verdict = Verdict("review", 0.4321, ("a (-1.2)", "b\x1b (+0.9)", "c (+0.2)", "d (+0.1)"))
    assert doubt(a_mention(verdict=verdict)) == (
        "may be about something else: 0.43 for norvia, because a (-1.2), b (+0.9), c (+0.2)"
    )
    bare = a_mention(verdict=Verdict("review", 0.4))
    assert doubt(bare) == "may be about something else: 0.40 for norvia"


def test_no_doubt_says_nothing() -> None:
    assert doubt(a_mention()) == ""
    assert doubt(a_mention(verdict=Verdict("yes", 0.9, ("a",)))) == ""


IN_DOUBT = Verdict("review", 0.4)


def test_a_doubt_can_be_settled_by_a_command() -> None:
    assert mark_command(a_mention(verdict=IN_DOUBT)) == "listener mark fake:1 norvia yes|no"
    assert mark_command(a_mention()) == ""


@given(st.text(max_size=250) | st.sampled_from(["1; rm x", "$(x)", "`x`", "'", "a b", "\u202e1"]))
def test_whatever_the_id_is_a_shell_takes_it_as_one_word(native_id: str) -> None:
    mention = a_mention(post=a_post(native_id), verdict=IN_DOUBT)
    command = mark_command(mention)
    if command:
        assert command.isprintable()
        assert shlex.split(command) == ["listener", "mark", mention.post.id, "norvia", "yes|no"]
    else:
        assert len(native_id) > 190 or not native_id.isprintable() or native_id != native_id.strip()

"""A post's mentions know where it names the other brands."""

from listener.match import Matcher
from listener.match.others import OTHERS_MAX, others
from listener.model import Brand, Evidence, Post


def test_each_mention_knows_where_the_others_are_named() -> None:
    matcher = Matcher([Brand("norvia", names=("Norvia",)), Brand("kestra", names=("Kestra",))])
    post = Post(site="x", native_id="1", text="Kestra beats Norvia, and Kestra knows")
    norvia, kestra = matcher.match(post)
    assert [found.text for found in norvia.others] == ["Kestra", "Kestra"]
    assert [(found.start, found.end) for found in kestra.others] == [(13, 19)]


def test_alone_there_are_none() -> None:
    (mention,) = Matcher([Brand("norvia", names=("Norvia",))]).match(
        Post(site="x", native_id="1", text="Norvia")
    )
    assert mention.others == ()


def test_of_a_long_list_some_are_looked_at() -> None:
    named = {str(n): [Evidence("name", "x", n, n + 1)] for n in range(10 * OTHERS_MAX)}
    assert len(others(named, "7")) == OTHERS_MAX

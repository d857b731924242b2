"""A reply in a thread about the brand is a mention, without a word of it."""

from listener.match import THREAD, Matcher
from listener.match.around import Around
from listener.model import Author, Brand, Post

MATCHER = Matcher([Brand("norvia", names=("Norvia",)), Brand("sky", names=("Skylark",))])
REPLY = Post("x", "2", "same here!", in_reply_to="1", author=Author("someone"))


def kinds(post: Post, around: Around) -> dict[str, list[str]]:
    mentions = MATCHER.match(post, around=around)
    return {mention.brand: [one.kind for one in mention.evidence] for mention in mentions}


def test_a_reply_to_a_post_about_the_brand_is_one() -> None:
    around = Around(thread=frozenset({"norvia"}))
    assert kinds(REPLY, around) == {"norvia": [THREAD]}
    assert kinds(REPLY, Around(thread=frozenset())) == {}
    assert kinds(REPLY, Around(thread=frozenset({"gone"}))) == {}


def test_what_the_reply_says_itself_comes_first() -> None:
    reply = Post("x", "2", "Norvia and Skylark", in_reply_to="1")
    around = Around(thread=frozenset({"norvia"}))
    assert kinds(reply, around) == {"norvia": ["name"], "sky": ["name"]}


def test_the_brands_own_reply_is_none() -> None:
    matcher = Matcher([Brand("norvia", names=("Norvia",), own_accounts=("norvia_care",))])
    reply = Post("x", "2", "we are sorry", in_reply_to="1", author=Author("norvia_care"))
    assert matcher.match(reply, around=Around(thread=frozenset({"norvia"}))) == ()

"""What stands in a brand's own place is a mention of it, without a word of it."""

from dataclasses import replace

from listener.match import PLACE, Matcher
from listener.match.around import Around
from listener.model import Author, Brand
from listener.testing import a_post

NORVIA = Brand("norvia", names=("Norvia",))
THERE = Around(place="norvia")


def test_what_stands_in_its_own_place_is_addressed_to_the_brand() -> None:
    (mention,) = Matcher([NORVIA]).match(a_post(text="still no answer"), around=THERE)
    assert mention.directness == "direct"
    assert [one.kind for one in mention.evidence] == [PLACE]


def test_in_its_own_place_nothing_is_demanded_of_a_post_and_nothing_doubted() -> None:
    picky = replace(NORVIA, require=("airline",), forbid=("answer",), ambiguous=True)
    (mention,) = Matcher([picky]).match(a_post(text="still no answer"), around=THERE)
    assert mention.verdict.label == "yes"


def test_its_own_account_in_its_own_place_is_no_mention() -> None:
    own = replace(NORVIA, own_accounts=("norviahelp",))
    post = a_post(text="We are sorry", author=Author("norviahelp"))
    assert Matcher([own]).match(post, around=THERE) == ()


def test_another_brand_must_still_be_named_there() -> None:
    brands = [NORVIA, Brand("other", names=("Otherly",))]
    found = Matcher(brands).match(a_post(text="Otherly is better"), around=THERE)
    assert {one.brand: one.directness for one in found} == {"norvia": "direct", "other": "indirect"}

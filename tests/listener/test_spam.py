"""Spam by words and by what is known: bounded steps, and never a customer hidden."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import Author, Mention, Tag
from listener.spam import (
    CUSTOMER_MAX,
    DOUBT_FROM,
    HISTORY_FROM,
    SPAM_FROM,
    AuthorPast,
    SpamHistory,
    Teller,
    has_link,
    history,
    is_doubtful,
    spam_chance,
    weigh_spam,
)
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON

NOTHING = SpamHistory()


def judged(chance: float, *reasons: str) -> Tag:
    """As a classifier says it that calls it spam from a half on."""
    label, score = ("yes", chance) if chance >= 0.5 else ("no", 1 - chance)
    return Tag("spam", label, score, reasons, "t/1", (("yes", chance), ("no", 1 - chance)))


def known(copies: int = 0, other_brands: int = 0, *, link: bool = False, **author: int) -> Tag:
    """What becomes of an even chance."""
    past = AuthorPast(**author)  # type: ignore[arg-type]
    return weigh_spam(judged(0.5), SpamHistory(past, copies, other_brands, has_link=link))


def with_tags(*tags: Tag) -> Mention:
    return a_mention(tags=tags)


# -- by words alone


def test_what_is_hardly_spam_stays_as_it_was_judged() -> None:
    for chance in (0.0, 0.04, HISTORY_FROM, 0.2, 0.34):
        assert weigh_spam(judged(chance), NOTHING) == judged(chance)


def test_what_is_surely_spam_stays_so() -> None:
    assert weigh_spam(judged(SPAM_FROM), NOTHING) == judged(SPAM_FROM)


@pytest.mark.parametrize("chance", [DOUBT_FROM, 0.5, 0.7, 0.89])
def test_doubt_is_no_spam_and_a_person_should_look(chance: float) -> None:
    tag = weigh_spam(judged(chance, "sells"), NOTHING)
    assert (tag.label, tag.score) == ("no", pytest.approx(1 - chance))
    assert tag.reasons == ("sells", f"{chance:.2f} likely spam: a person should look")
    assert is_doubtful(with_tags(tag))


def test_a_score_alone_is_taken_for_the_chance() -> None:
    assert spam_chance(Tag("spam", "yes", 0.9)) == 0.9
    assert spam_chance(Tag("spam", "no", 0.95)) == pytest.approx(0.05)
    assert weigh_spam(Tag("spam", "yes", 0.95), NOTHING) == Tag("spam", "yes", 0.95)
    doubt = weigh_spam(Tag("spam", "yes", 0.6), NOTHING)
    assert (doubt.label, dict(doubt.chances)) == ("no", {"yes": 0.6, "no": 0.4})


def test_who_is_unsure_says_no_and_means_it() -> None:
    """As of a language without a model: the harmless label, with a low score."""
    unsure = Tag("spam", "no", 0.3, ("unsure: no model for 'et'",), "small/1")
    assert weigh_spam(unsure, NOTHING) == unsure
    assert weigh_spam(unsure, SpamHistory(copies=99, has_link=True)).label == "no"


@pytest.mark.parametrize(
    "tag", [Tag("spam", "error", 0.0), Tag("urgency", "yes", 0.9), Tag("spam", "perhaps", 0.5)]
)
def test_any_other_tag_stays_as_it_is(tag: Tag) -> None:
    assert weigh_spam(tag, SpamHistory(copies=99)) == tag
    assert weigh_spam(tag, None) == tag


# -- by the story


@pytest.mark.parametrize(
    ("copies", "chance"), [(0, 0.5), (1, 0.5), (2, 0.731), (5, 0.881), (20, 0.953)]
)
def test_what_many_copy_is_likelier_spam(copies: int, chance: float) -> None:
    tag = known(copies)
    assert spam_chance(tag) == pytest.approx(chance, abs=0.001)
    assert tag.label == ("yes" if chance >= SPAM_FROM else "no")


def test_copied_text_with_a_link_is_spam_unless_its_words_speak_against_it() -> None:
    copied = SpamHistory(copies=23, has_link=True)
    tag = weigh_spam(judged(0.2), copied)
    assert (tag.label, tag.reasons) == (
        "yes",
        ("23 other accounts posted the same within a day, with a link",),
    )
    assert weigh_spam(judged(0.02), copied) == judged(0.02), "news that many share"
    assert weigh_spam(judged(0.09), copied).label == "no"


def test_a_text_told_of_other_brands_too_is_likelier_spam() -> None:
    tag = known(copies=5, other_brands=3)
    assert tag.label == "yes"
    assert tag.reasons[1] == "and named 3 other brands in its place"
    assert known(other_brands=3) == known(), "nobody copied it"


# -- by the author


def test_a_customer_with_a_case_is_never_spam() -> None:
    past = AuthorPast(posts=9, seemed_spam=9, is_customer=True)
    tag = weigh_spam(judged(0.999), SpamHistory(past, copies=99, has_link=True))
    assert (tag.label, spam_chance(tag)) == ("no", CUSTOMER_MAX)
    assert tag.reasons == ("its author is a customer with a case",)
    assert not is_doubtful(with_tags(tag))


def test_nor_if_people_called_other_posts_spam_but_then_a_person_should_look() -> None:
    past = AuthorPast(posts=3, said_spam=2, is_customer=True)
    tag = weigh_spam(judged(0.99), SpamHistory(past))
    assert (tag.label, is_doubtful(with_tags(tag))) == ("no", True)


def test_people_have_the_last_word_on_an_author() -> None:
    said = known(posts=4, said_spam=2, said_none=1)
    assert spam_chance(said) == pytest.approx(0.881, abs=0.001)
    assert said.reasons[0] == "people called 2 of 4 other posts of its author spam"
    cleared = known(posts=4, seemed_spam=4, said_none=1)
    assert spam_chance(cleared) == pytest.approx(0.119, abs=0.001)
    assert cleared.reasons == ("people said that 1 of 4 other posts of its author are no spam",)


def test_what_other_posts_looked_like_counts_less() -> None:
    assert spam_chance(known(posts=3, seemed_spam=2)) == pytest.approx(0.731, abs=0.001)
    assert spam_chance(known(posts=2, seemed_spam=2)) == 0.5
    assert spam_chance(known(posts=5)) == pytest.approx(0.269, abs=0.001)
    assert spam_chance(known(posts=4)) == 0.5
    assert spam_chance(known(posts=9, seemed_spam=1)) == 0.5


def test_an_account_that_posts_nothing_but_links_is_likelier_spam() -> None:
    assert spam_chance(known(posts=3, with_link=3, link=True)) == pytest.approx(0.731, abs=0.001)
    assert known(posts=3, with_link=3) == known(), "this one has none"
    assert known(posts=3, with_link=2, link=True) == known()
    assert known(posts=2, with_link=2, link=True) == known()


# -- bounds

PASTS = st.builds(AuthorPast, *[st.integers(0, 60)] * 5, st.booleans())
HISTORIES = st.builds(
    SpamHistory, PASTS, st.integers(0, 300), st.integers(0, 9), has_link=st.booleans()
)


@given(st.floats(0, 1), st.one_of(st.none(), HISTORIES))
def test_whatever_is_known_the_tag_is_sound(chance: float, past: SpamHistory | None) -> None:
    tag = weigh_spam(judged(chance), past)
    after = spam_chance(tag)
    assert 0 <= after <= 1
    assert tag.score == pytest.approx(after if tag.label == "yes" else 1 - after)
    assert sum(of for _, of in tag.chances) == pytest.approx(1)
    assert is_doubtful(with_tags(tag)) == (tag.label == "no" and after >= DOUBT_FROM)
    if tag.label == "yes":
        assert past is not None
        assert after >= SPAM_FROM
        assert not past.author.is_customer
        assert chance >= 0.1, "words that are hardly spam are never made it"
    if chance < HISTORY_FROM:
        assert tag == judged(chance)


def test_while_nothing_can_be_looked_up_nothing_is_spam() -> None:
    tag = weigh_spam(judged(0.97), None)
    assert (tag.label, is_doubtful(with_tags(tag))) == ("no", True)
    assert tag.reasons[0] == "what else is known of it could not be looked up"
    assert weigh_spam(judged(0.3), None) == judged(0.3)


# -- in doubt


def test_what_a_person_said_is_in_no_doubt() -> None:
    doubt = weigh_spam(judged(0.6), NOTHING)
    assert not is_doubtful(with_tags(doubt, Tag("spam", "no", 1.0, by="person:anna")))
    assert not is_doubtful(with_tags(doubt, Tag("spam", "yes", 1.0, by="person:anna")))
    assert not is_doubtful(with_tags(doubt, judged(0.1)))
    assert not is_doubtful(with_tags())
    assert not is_doubtful(with_tags(Tag("spam", "no", 0.6)))


# -- what is known of a story


def test_copies_are_other_accounts_each_once() -> None:
    own = a_mention(post=a_post(author=Author("me")))
    told = [Teller(f"fake:{who}", "norvia", NOON) for who in ("me", "ann", "ben", "ann")]
    found = history(own, AuthorPast(), [*told, Teller("", "norvia", NOON)])
    assert (found.copies, found.other_brands) == (2, 0)


def test_brands_are_other_ones_where_a_post_of_its_own_has_them_too() -> None:
    """A post that compares four brands is no text in which the brand was changed."""
    own = a_mention(post=a_post(author=Author("me")))
    mine = [Teller("fake:me", brand, NOON) for brand in ("norvia", "kestra", "skylark")]
    theirs = [Teller("fake:ann", brand, NOON) for brand in ("norvia", "kestra", "skylark")]
    assert history(own, AuthorPast(), mine + theirs).other_brands == 0
    assert history(own, AuthorPast(), theirs).other_brands == 2


@pytest.mark.parametrize(("hours", "copies"), [(-25, 0), (-24, 1), (24, 1), (25, 0)])
def test_a_copy_is_told_within_a_day(hours: int, copies: int) -> None:
    own = a_mention(post=a_post(author=Author("me")))
    told = [Teller("fake:ann", "kestra", NOON + timedelta(hours=hours)), Teller("fake:ben", "a")]
    assert history(own, AuthorPast(), told).copies == copies
    undated = replace(own, post=replace(own.post, published_at=None))
    assert history(undated, AuthorPast(), told).copies == 0


@pytest.mark.parametrize(
    ("text", "links", "expected"),
    [
        ("see https://a.example", (), True),
        ("see WWW.a.example", (), True),
        ("see below", ("https://a.example",), True),
        ("see the www", (), False),
    ],
)
def test_a_link_is_in_the_text_or_beside_it(
    text: str, links: tuple[str, ...], expected: bool
) -> None:
    post = replace(a_post(text=text), links=links)
    assert has_link(a_mention(post=post)) is expected

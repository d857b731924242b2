"""With marks: what they teach, and what they must not break."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.match.ambiguity import Context, Judge, Mark, Profile, fit
from listener.match.ambiguity.verdict import band_of
from listener.model import Brand
from tests.listener.match.ambiguity.ambiguous_posts import (
    ABOUT,
    NOT_ABOUT,
    bracketed,
    posts,
    profile,
)

PLAY_ABOUT = [
    "[play] down again near {}",
    "my [play] bars are gone in {}",
    "is [play] slow for you too in {}",
]
PLAY_OTHER = [
    "score of the [play] in {} tonight",
    "what a [play] by the goalie of {}",
    "the defence of {} read that [play]",
]
TOWNS = ["Gdynia", "Lublin", "Opole", "Poznan", "Radom", "Torun", "Sopot"]


def marks(about: list[str], other: list[str], towns: list[str] = TOWNS) -> list[Mark]:
    pairs = [(text, True) for text in about] + [(text, False) for text in other]
    return [Mark(bracketed(text.format(town)), said) for town in towns for text, said in pairs]


def test_marks_teach_a_sense_that_no_list_has():
    judge = fit(profile("play"), marks(PLAY_ABOUT, PLAY_OTHER))
    about = bracketed("[play] is slow and my bars are gone in Bytom")
    other = bracketed("the goalie of Bytom read the [play] tonight")
    assert fit(profile("play")).judge(other).score > 0.5
    assert judge.judge(other).verdict == "no"
    assert judge.judge(about).verdict == "yes"
    assert any(said == "near: goalie" and share < 0 for said, share in judge.judge(other).shares)


def test_the_same_marks_give_the_same_judge():
    given = marks(PLAY_ABOUT, PLAY_OTHER)
    assert fit(profile("play"), given) == fit(profile("play"), list(given))


def test_one_mark_moves_its_own_post_and_no_other_verdict():
    mark = Mark(bracketed("what a [play] by the goalie"), False)
    before, after = fit(profile("play")), fit(profile("play"), [mark])
    assert after.judge(mark.context).score < before.judge(mark.context).score
    for brand, text in posts(ABOUT):
        if brand == "play":
            assert after.judge(bracketed(text)).verdict == "yes"


def test_marks_that_contradict_each_other_leave_a_doubt():
    context = bracketed("what a [play] by the goalie")
    judge = fit(profile("play"), [Mark(context, at % 2 == 0) for at in range(40)])
    assert judge.judge(context).verdict == "review"


def test_marks_of_one_kind_keep_the_other_kind_thinkable():
    only_no = fit(
        profile("play"), [mark for mark in marks(PLAY_ABOUT, PLAY_OTHER) if not mark.about]
    )
    company = bracketed("W [Play] znowu nie ma zasięgu, a faktura z [Play] wysoka")
    assert only_no.judge(company).verdict != "no"
    assert only_no.band == (0.2, 0.6000000000000001)
    only_yes = fit(profile("play"), marks(PLAY_ABOUT, []))
    assert only_yes.judge(bracketed("She can [play] the piano with him")).verdict != "yes"


def test_unbalanced_marks_still_teach_the_rarer_kind():
    given = marks(PLAY_ABOUT, []) * 3 + marks([], PLAY_OTHER, TOWNS[:2])
    judge = fit(profile("play"), given)
    rarer = judge.judge(bracketed("the goalie of Bytom read the [play] tonight"))
    common = judge.judge(bracketed("my [play] bars are gone in Bytom"))
    assert rarer.score < 0.5 < common.score


def test_marks_can_overrule_an_account():
    def addressed(text: str) -> Context:
        return Context(text, spans=((0, 5),), kinds=("handle",))

    given = [Mark(addressed(f"@play lyrics of song {at} please"), False) for at in range(30)]
    given += [Mark(addressed(f"@play no signal since {at}"), True) for at in range(30)]
    judge = fit(profile("play"), given)
    assert judge.judge(addressed("@play lyrics please")).score < 0.5
    assert judge.judge(addressed("@play no signal")).verdict == "yes"


def test_an_author_can_be_learned():
    def by(author: str) -> Context:
        return Context("play it again", spans=((0, 4),), author=author)

    given = [Mark(by("fan"), True)] * 10 + [Mark(by("band"), False)] * 10
    judge = fit(profile("play"), given)
    assert judge.judge(by("fan")).score > 0.6 > 0.4 > judge.judge(by("band")).score


def test_scripts_without_spaces_are_learned_from():
    given = [Mark(bracketed(f"我在[苹果]公司工作{at}年"), True) for at in range(8)]
    given += [Mark(bracketed(f"我吃了{at}个红[苹果]很甜"), False) for at in range(8)]
    judge = fit(profile("apple"), given)
    assert judge.judge(bracketed("他在[苹果]公司上班")).score > 0.6
    assert judge.judge(bracketed("这个[苹果]很甜")).score < 0.4


def test_the_prior_survives_marks_about_other_things():
    judge = fit(profile("apple"), [
        Mark(bracketed(text), about)
        for block, about in ((ABOUT, True), (NOT_ABOUT, False))
        for brand, text in posts(block)
        if brand == "orange"
    ])  # fmt: skip
    assert judge.judge(bracketed("I have worked at [Apple] for six years.")).verdict == "yes"


def test_the_doubt_band_narrows_with_marks_of_both_kinds_and_never_closes():
    bands = [band_of(count, count) for count in (0, 10, 100, 10_000)]
    widths = [high - low for low, high in bands]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] > 0.1
    assert band_of(1_000, 0) == band_of(0, 0)
    assert bands[0] == (0.2, 0.6000000000000001)


def test_only_the_newest_marks_are_fitted(monkeypatch):
    monkeypatch.setattr("listener.match.ambiguity.judge.MARKS_MAX", 20)
    few = [Mark(bracketed("[play] down"), True), Mark(bracketed("a [play] by him"), False)]
    old = [Mark(bracketed("[play] was ancient"), False)]
    assert fit(profile("play"), old + few * 10) == fit(profile("play"), few * 10)
    assert fit(profile("play"), old + few) != fit(profile("play"), few)


def test_rare_words_give_way_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr("listener.match.ambiguity.judge.COLUMNS_MAX", 30)
    judge = fit(profile("play"), marks(PLAY_ABOUT, PLAY_OTHER))
    assert len(judge.weights) == 30
    assert judge.judge(bracketed("score of the [play] tonight")).score < 0.5


def test_what_a_small_word_taught_counts_and_is_not_told():
    judge = fit(profile("play"), marks(PLAY_ABOUT, PLAY_OTHER))
    verdict = judge.judge(bracketed("the defence read that [play] of the goalie in Radom"))
    reasons = [said for said, _ in verdict.shares]
    assert "near: goalie" in reasons
    assert not {"near: the", "near: of", "near: in", "near: of the"} & set(reasons)
    assert judge.weights["word:the"] != 0


PERSON = """
leipoi eilen pullaa;lähti lenkille;nukkuu vielä;luki kirjan loppuun;käveli rantaan
itki koko illan;nauroi minulle;sai koiran;täytti kymmenen;piirsi kissan;muutti Ouluun
meni kouluun;rakastaa kesää;unohti avaimet;katsoi leffaa;lauloi kuorossa;osasi tämän
voitti arpajaisissa;keitti kahvia;juoksi karkuun
"""
DIDS = [did for line in PERSON.split("\n") for did in line.split(";") if did]
COMPLAINTS = [
    "[Elisa] laskutti kahdesti",
    "[Elisalla] taas vikaa",
    "paska [elisa]",
    "Vaihdan pois [elisalta]",
    "[Elisan] netti ei toimi",
]


def elisa(other: int, about: int = 0) -> Judge:
    """A judge of Elisa after so many marks of a person, and of a company."""
    no = [Mark(bracketed(f"[Elisa] {DIDS[at % 20]} {at // 20}"), False) for at in range(other)]
    yes = [Mark(bracketed(f"[Elisan] lasku {DIDS[at]}"), True) for at in range(about)]
    brand = Brand("elisa", ("Elisa",), ambiguous=True, languages=("fi",))
    return fit(Profile.of(brand), no + yes)


@pytest.mark.parametrize(("other", "about"), [(1, 0), (2, 0), (20, 0), (50, 0), (200, 0), (50, 4)])
@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_marks_of_one_kind_bin_no_complaint(complaint, other, about):
    assert elisa(other, about).judge(bracketed(complaint)).verdict != "no"


@pytest.mark.parametrize(("other", "about"), [(20, 5), (50, 5), (50, 10), (200, 5)])
@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_the_name_alone_never_rules_a_complaint_out(complaint, other, about):
    assert elisa(other, about).judge(bracketed(complaint)).verdict != "no"


def test_what_is_held_in_doubt_says_so_and_its_shares_add_up():
    held = elisa(50).judge(bracketed("[Elisa] leipoi eilen pullaa"))
    assert held.verdict == "review"
    assert held.score == pytest.approx(0.2, abs=1e-4)
    assert dict(held.shares)["the marks are too few or too alike to rule it out"] > 0.5
    assert "too alike" not in str(fit(profile("elisa")).judge(bracketed(COMPLAINTS[2])))


def test_a_no_of_the_prior_alone_stays_one_under_marks_of_one_kind():
    text = bracketed("Siskoni [Elisa] ja äitini söivät omenaa puutarhassa")
    assert elisa(0).judge(text).verdict == "no"
    assert elisa(20).judge(text).verdict == "no"


def test_marks_of_both_kinds_make_a_no_by_themselves():
    other = bracketed("the goalie of Bytom read the [play] of the defence tonight")
    yes, no = marks(PLAY_ABOUT, []), marks([], PLAY_OTHER)
    assert fit(profile("play"), no).judge(other).verdict == "review"
    assert fit(profile("play"), yes[:4] + no).judge(other).verdict == "review"
    assert fit(profile("play"), yes[:12] + no).judge(other).verdict == "no"


def test_what_every_post_has_learns_nothing_from_marks_of_one_kind():
    everywhere = ("about:language ", "about:site ", "about:form ")
    placed = [Mark(replace(bracketed(f"[Elisa] {did}"), site="example"), False) for did in DIDS]
    judge = fit(profile("elisa"), placed)
    assert not {"always", "bare", "small", "as written"} & judge.weights.keys()
    assert not any(key.startswith(everywhere) for key in judge.weights)
    both = fit(profile("elisa"), placed + [replace(one, about=True) for one in placed[:5]])
    assert both.weights["about:site example"] < 0
    assert both.weights["always"] < 1.5


def test_the_start_moves_further_the_more_marks_there_are_of_both_kinds():
    def start(count: int) -> float:
        both = [Mark(bracketed(f"[play] {at}"), at % 4 == 0) for at in range(count)]
        return fit(profile("play"), both).weights.get("always", 1.5)

    assert 1.5 == start(16) > start(20) > start(100)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(DIDS), min_size=1, max_size=12),
    st.booleans(),
    st.lists(st.sampled_from([*DIDS, "lasku", "siskoni", "omena"]), min_size=1, max_size=4),
)
def test_under_marks_of_one_kind_a_no_is_the_priors_own(dids, about, words):
    asked = bracketed(f"[elisa] {' '.join(words)}")
    plain = fit(profile("elisa")).judge(asked)
    judge = fit(profile("elisa"), [Mark(bracketed(f"[Elisa] {did}"), about) for did in dids])
    assert judge.judge(asked).verdict != "no" or plain.verdict == "no"

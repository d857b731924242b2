"""Without marks: our own posts, and each sign by itself."""

from dataclasses import replace

import pytest

from listener.match.ambiguity import Context, Profile, Verdict, fit, words
from listener.match.fold import fold
from listener.model import Brand
from tests.listener.match.ambiguity.ambiguous_posts import (
    ABOUT,
    LATER_ABOUT,
    LATER_NOT_ABOUT,
    NOT_ABOUT,
    bracketed,
    posts,
    profile,
)

ABOUT_POSTS, OTHER_POSTS = posts(ABOUT), posts(NOT_ABOUT)


def judged(brand: str, text: str, **known: object) -> Verdict:
    return fit(profile(brand)).judge(bracketed(text, **known))


def told(verdict: Verdict) -> dict[str, float]:
    return dict(verdict.shares)


def test_there_are_posts_enough():
    assert len(ABOUT_POSTS) + len(OTHER_POSTS) >= 90
    assert len(set(ABOUT_POSTS + OTHER_POSTS)) == len(ABOUT_POSTS + OTHER_POSTS)


@pytest.mark.parametrize(("brand", "text"), ABOUT_POSTS)
def test_a_post_about_the_company_is_a_yes(brand, text):
    assert judged(brand, text).verdict == "yes"


@pytest.mark.parametrize(("brand", "text"), OTHER_POSTS)
def test_a_post_about_something_else_is_no_yes(brand, text):
    assert judged(brand, text).verdict in {"review", "no"}


def test_most_other_posts_score_below_a_half_and_half_are_binned():
    verdicts = [judged(brand, text) for brand, text in OTHER_POSTS]
    assert sum(verdict.score < 0.5 for verdict in verdicts) >= 0.8 * len(verdicts)
    assert sum(verdict.verdict == "no" for verdict in verdicts) >= 0.4 * len(verdicts)


def test_posts_that_nothing_was_tuned_on_are_judged_as_well():
    about = [judged(brand, text).verdict for brand, text in posts(LATER_ABOUT)]
    other = [judged(brand, text).verdict for brand, text in posts(LATER_NOT_ABOUT)]
    assert about.count("yes") >= 0.75 * len(about)
    assert "no" not in about
    assert other.count("yes") <= 0.1 * len(other)


@pytest.mark.parametrize(
    ("brand", "text", "reason", "sign"),
    [
        ("apple", "I work at [Apple] and like it", "written with a capital", 1),
        ("apple", "I think that [apple] is ripe. He agrees.", "written small in a text with", -1),
        ("apple", "I ate an [apple] on the train", "counted as a thing: an apple", -1),
        ("apple", "new iphone from [Apple] today", "your product near: iPhone", 1),
        ("elisa", "vaihdoin: sonera, [Elisa]", "another brand near: Sonera", 1),
        ("orange", "two [oranges] please", "in the plural: oranges", -1),
        ("play", "I want to [play] with it", "used as a verb: to play with", -1),
        ("zabka", "byłem w [Żabce]", "as one writes of a shop: w Żabce", 1),
        ("apple", "buy $AAPL now, [Apple] rises", "a stock ticker near: $AAPL", 1),
        ("apple", "[Apple's] new thing", "owns something: Apple's", 1),
        ("elisa", "[Elisa]-liittymä", "joined to: Elisa-liittymä", 1),
        ("elisa", "kuulin [Elisa]:n uutisen", "joined to: Elisa:n", 1),
        ("elisa", "[Elisa] Virtanen tuli", "the name of a person: Elisa Virtanen", -1),
        ("elisa", "[Elisa] on siskoni", "a word of people near: siskoni", -1),
        ("elisa", "La [Elisa] che non è una mia amica", "written in another language: it", -1),
    ],
)
def test_each_sign_is_told_in_words(brand, text, reason, sign):
    found = [share for said, share in judged(brand, text).shares if said.startswith(reason)]
    assert found
    assert found[0] * sign > 0


@pytest.mark.parametrize("text", ["I LOVE MY [APPLE] SO MUCH", "i love my [apple] so much"])
def test_one_case_throughout_tells_nothing(text):
    assert not any("written" in reason for reason in told(judged("apple", text)))


def test_german_capitals_tell_nothing():
    verdict = judged("apple", "Der [Apple] ist rot und das Haus ist grün", language="de")
    assert "written with a capital" not in told(verdict)


@pytest.mark.parametrize("kind", ["handle", "reply"])
def test_who_writes_to_the_brands_account_means_the_brand(kind):
    text = "I ate an [apple] pie with my sister and mother under the tree by the river street"
    context = bracketed(text)
    assert fit(profile("apple")).judge(context).verdict == "no"
    direct = replace(context, kinds=(*context.kinds, kind))
    assert fit(profile("apple")).judge(direct).verdict == "yes"


def test_the_thread_and_the_author_count():
    text = "[elisa] again"
    plain = judged("elisa", text).score
    assert judged("elisa", text, thread_about=True).score > plain
    answers_another = judged("elisa", text, thread_about=False)
    assert plain - 0.1 < answers_another.score < plain
    assert told(answers_another)["it answers a post that was not about the company"] == -0.3
    assert judged("elisa", text, author_about=5).score > plain
    assert judged("elisa", text, author_not=5).score < judged("elisa", text, author_not=1).score
    assert judged("elisa", text, author_not=10**9).score > 0.05


def test_a_title_is_read_with_its_text():
    named = Context("Hinta nousee.", title="Elisan osake laski", kinds=("name",))
    reasons = told(fit(profile("elisa")).judge(named))
    assert any(reason.endswith("near: osake") for reason in reasons)


def test_a_title_is_no_place_for_half_words():
    displayed = Context("A new screen.", title="Display panels get cheaper", kinds=("name",))
    assert not any("near:" in reason for reason in told(fit(profile("play")).judge(displayed)))


def test_shares_are_at_most_eight_the_biggest_first():
    text = "My sister and mother ate an [apple] pie, fruit, juice; theatre, piano, street, river"
    shares = judged("apple", text).shares
    sizes = [abs(share) for _, share in shares]
    assert len(shares) == 8
    assert sizes == sorted(sizes, reverse=True)


def test_a_brand_without_anything_but_a_name_is_judged():
    bare = Profile.of(Brand("x", ("Delta",)))
    assert fit(bare).judge(Context("")).verdict in {"yes", "review"}


def test_a_profile_knows_its_own_words_best():
    other = Brand("o", ("Kindle", "Rival"))
    known = Profile.of(Brand("a", ("Amazon",), products=("Kindle",)), [other])
    assert known.terms["kindle"] == ("your product", "Kindle")
    assert known.terms["rival"] == ("another brand", "Rival")
    assert "amazon" not in known.terms


def test_the_listed_words_are_folded_and_stars_stand_for_endings():
    listed = [*words._BUSINESS.split(), *words._PEOPLE.split(), *words._NATURE.split()]
    assert all(fold(word) == word for word in listed)
    assert words.fields_of("osakkeiden") == ("business",)
    assert words.fields_of("osakkeidensakaanhanmaar") == ()
    assert words.fields_of("äidilleni") == ("people",)
    assert words.fields_of("dammit") == ()


def test_a_thousand_other_brands_leave_room_for_the_brands_own_words():
    others = [Brand(str(at), (f"Name{at}",)) for at in range(10_000)]
    known = Profile.of(Brand("a", ("Amazon",), products=("Kindle",)), others)
    assert len(known.terms) == 10_000
    assert known.terms["kindle"] == ("your product", "Kindle")


def in_finnish(text: str, **known: tuple[str, ...]) -> Verdict:
    brand = Brand("elisa", ("Elisa",), languages=("fi",), ambiguous=True, **known)
    return fit(Profile.of(brand)).judge(bracketed(text))


def test_a_context_word_in_any_form_changes_the_verdict():
    text = "Siskoni [Elisa] valitti liittymistään"
    with_it = in_finnish(text, context=("liittymä",))
    assert in_finnish("Äitini [Elisa] pohti antenneja").verdict == "review"
    assert in_finnish("Äitini [Elisa] pohti antenneja", context=("antenni",)).verdict == "yes"
    assert told(with_it)["your word near: liittymä"] > 1
    assert with_it.score > in_finnish(text).score


def test_products_and_other_brands_are_known_in_their_forms():
    brand = Brand("elisa", ("Elisa",), languages=("fi",), products=("Elisa Viihde",))
    judge = fit(Profile.of(brand, [Brand("telia", ("Telia",))]))
    verdict = judge.judge(bracketed("Teliasta [Elisalle], sitten Elisa Viihteeseen"))
    assert {"another brand near: Telia", "your product near: Elisa Viihde"} <= told(verdict).keys()


def test_a_form_that_is_an_everyday_word_is_no_other_brand():
    judge = fit(Profile.of(Brand("lego", ("Lego",), languages=("pl",)), [Brand("w", ("Wedel",))]))
    assert not any("Wedel" in said for said in told(judge.judge(bracketed("[Lego] wedle planu"))))
    assert any("Wedel" in said for said in told(judge.judge(bracketed("[Lego] z Wedla"))))


PLAIN_USES = [
    ("Perła", "naszyjnik z [pereł] babci, [perły] są piękne"),
    ("Mrówka", "[Mrówki] w kuchni, co robić? Pomocy"),
    ("Mrówka", "szukam sposobu na [mrówki]"),
]


@pytest.mark.parametrize(("name", "text"), PLAIN_USES)
def test_the_bare_word_is_a_doubt_as_long_as_nobody_said_what_it_means(name, text):
    judge = fit(Profile.of(Brand("b", (name,), languages=("pl",))))
    assert judge.judge(bracketed(text)).verdict == "review"


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("Elisa", "fi", "[Elisan] netti ei toimi"),
        ("Play", "pl", "[Play] znowu nie działa"),
        ("Orange", "pl", "[orange] oddajcie kasę"),
        ("Orange", "en", "[orange] oddajcie kasę"),
    ],
)
def test_a_complaint_of_few_words_is_never_a_no(name, language, text):
    judge = fit(Profile.of(Brand("b", (name,), languages=(language,))))
    assert judge.judge(bracketed(text)).verdict == "yes"


@pytest.mark.parametrize("name", ["mBank", "苹果"])
def test_a_name_without_a_capital_is_written_so_by_everybody(name):
    verdict = fit(Profile.of(Brand("b", (name,)))).judge(bracketed(f"[{name.lower()}] odd"))
    assert not any("just the word" in said for said in told(verdict))


ENGLISH_USES = [
    ("Play", "let's [play]", "used as a verb: let's play"),
    ("Play", "I want to [play]", "used as a verb: to play"),
    ("Play", "Then we agreed to [play]", "used as a verb: to play"),
    ("Delta", "the [delta] of the nile", "a thing: delta of"),
    ("Delta", "The [delta] of the Nile is wide", "a thing: delta of"),
    ("DNA", "[DNA] test", "a thing: DNA test"),
    ("DNA", "I took a [DNA] test", "a thing: DNA test"),
    ("DNA", "They found a [DNA] sample in Oulu", "a thing: DNA sample"),
]


@pytest.mark.parametrize("languages", [("pl", "en"), ("en",), ()])
@pytest.mark.parametrize(("name", "text", "reason"), ENGLISH_USES)
def test_everyday_english_uses_are_in_doubt(name, text, reason, languages):
    verdict = fit(Profile.of(Brand("b", (name,), languages=languages))).judge(bracketed(text))
    assert verdict.verdict == "review"
    assert told(verdict)[reason] < 0
    abroad = Profile.of(Brand("b", (name,), languages=("pl",)))
    assert fit(abroad).judge(bracketed(text)).verdict != "yes"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Play", "I switched to [Play], coverage is fine"),
        ("Play", "przeszedłem do [play], internet działa"),
        ("Delta", "The [Delta] of old had better flights"),
        ("DNA", "[DNA] ei toimi"),
        ("DNA", "vaihdoin [DNA:lle]"),
    ],
)
def test_the_company_between_such_words_is_a_yes(name, text):
    assert fit(Profile.of(Brand("b", (name,)))).judge(bracketed(text)).verdict == "yes"


def test_the_one_capital_that_opens_a_text_makes_nothing_small():
    def reasons(text: str) -> str:
        return str(judged("play", text).shares)

    assert judged("play", "Nie polecam [play]").verdict == "review"
    assert "written small" not in reasons("Nie polecam [play]")
    assert "written small" in reasons("Nie polecam [play] naszej Ani")
    assert "written small" in reasons("Nie polecam [play] wcale. Szkoda gadać.")


def test_an_abbreviation_has_its_capitals_in_any_sense():
    verdict = fit(Profile.of(Brand("b", ("DNA",)))).judge(bracketed("Some people share [DNA] too"))
    assert "written with a capital" not in told(verdict)


@pytest.mark.parametrize("text", ["i took a [delta]", "I gave it to [delta]", "I want to [delta]"])
def test_two_small_english_words_are_not_polish(text):
    assert not any("another language" in said for said in told(judged("elisa", text)))

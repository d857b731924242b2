"""The language judge: sure where it can be, and open where it can't."""

import threading

import pytest

from classifiers import language
from classifiers.language import CLEAR_FROM, LanguageClassifier
from listener.model import Mention, Post, Tag
from listener.ports import Classifier, Reject
from listener.testing import ClassifierSuite


def mention(text: str, stated: str = "", title: str = "") -> Mention:
    post = Post(site="x", native_id="1", text=text, title=title, language=stated)
    return Mention(post=post, brand="norvia")


def told(text: str, stated: str = "") -> Tag:
    (tag,) = LanguageClassifier().tag([mention(text, stated)])
    return tag


class TestLanguageClassifier(ClassifierSuite):
    @pytest.fixture
    def classifier(self) -> Classifier:
        return LanguageClassifier()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Norvia left us stranded at Krakow airport with two kids", "en"),
        ("Norvia on peruuttanut lentomme eikä kukaan vastaa puhelimeen", "fi"),
        ("Trzeci raz dzwonię do Norvia i nikt nie odbiera", "pl"),
        ("Vi har väntat på våra väskor i tre dagar nu", "sv"),
        ("Lend jäi ära ja keegi ei vasta telefonile, väga halb teenindus", "et"),
        ("我们的航班被取消了,没有人接电话", "zh"),
    ],
)
def test_a_sentence_is_enough(text: str, label: str) -> None:
    tag = told(text)
    assert (tag.kind, tag.label, tag.reasons) == ("language", label, ())
    assert CLEAR_FROM <= tag.score <= 1
    assert tag.by.startswith("py3langid/")


def test_one_tag_per_mention_in_their_order() -> None:
    texts = ["Where is my suitcase, please?", "Missä minun matkalaukkuni on?", "👍"]
    tags = LanguageClassifier().tag([mention(text) for text in texts])
    assert [tag.label for tag in tags] == ["en", "fi", "und"]
    assert LanguageClassifier().tag([]) == []


@pytest.mark.parametrize(
    "text", ["", "   ", "12:30 !!!", "👍👍", "https://norvia.example/fi/terve"]
)
def test_without_letters_it_is_undetermined_whatever_the_site_says(text: str) -> None:
    tag = told(text, "fi")
    assert (tag.label, tag.reasons) == ("und", ("no letters to tell from",))
    assert tag.score < CLEAR_FROM


@pytest.mark.parametrize("text", ["lol", "ok", "wtf norvia"])
def test_a_few_letters_are_undetermined_where_the_site_says_nothing(text: str) -> None:
    tag = told(text)
    assert (tag.label, tag.reasons) == ("und", ("too short to tell",))
    assert tag.score < CLEAR_FROM


@pytest.mark.parametrize("stated", ["fi", "fi-FI", "FI"])
def test_the_site_decides_where_the_text_is_too_short(stated: str) -> None:
    tag = told("ok norvia", stated)
    assert (tag.label, tag.reasons) == ("fi", ("too short to tell; the site says 'fi'",))


@pytest.mark.parametrize("stated", ["und", "qme", "finnish, I think", "\x00", "🇫🇮"])
def test_what_is_no_language_code_is_no_evidence(stated: str) -> None:
    assert told("ok norvia", stated).label == "und"


def test_the_site_is_overruled_by_a_clear_text() -> None:
    assert told("Missä minun matkalaukkuni oikein viipyy?", "en").label == "fi"


def test_links_handles_and_hashtag_signs_are_no_words() -> None:
    text = "@thisisclearlyenglish https://this-is-clearly-english.example/the/page #missä on laukku"
    assert told(text).label == "fi"


def test_the_title_counts_and_only_the_beginning_is_read() -> None:
    title = "Missä minun matkalaukkuni viipyy jo kolmatta päivää?"
    tags = LanguageClassifier().tag(
        [mention("ok", title=title), mention(f"{title * 100}{' where is my luggage' * 90_000}")]
    )
    assert [tag.label for tag in tags] == ["fi", "fi"]


def test_a_choice_of_languages_is_kept_to() -> None:
    text = "Vi har väntat på våra väskor i tre dagar nu"
    (tag,) = LanguageClassifier(languages=["fi", "en"]).tag([mention(text)])
    assert tag.label in {"fi", "en", "und"}
    assert told(text).label == "sv"  # the choice of one judge is not the other's


@pytest.mark.parametrize("code", ["fin", "Finnish", "FI", ""])
def test_a_code_that_is_none_is_refused_at_once(code: str) -> None:
    with pytest.raises(ValueError, match="two-letter codes"):
        LanguageClassifier(languages=[code])


def test_a_code_that_the_model_lacks_is_refused_with_its_name() -> None:
    with pytest.raises(Reject, match="languages has xq, which py3langid does not know"):
        LanguageClassifier(languages=["fi", "xq"]).tag([mention("hello")])


def test_only_iso_639_1_codes_come_out() -> None:
    tag = told("Abeg make una no vex, di flight don late well well, wetin dey happen for airport?")
    assert len(tag.label) == 2 or tag.label == "und"


def test_threads_share_one_model() -> None:
    language._loaded.cache_clear()
    results: list[str] = []

    def work() -> None:
        tags = LanguageClassifier().tag([mention("Where is my suitcase, please?")] * 20)
        results.extend(tag.label for tag in tags)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["en"] * 160
    assert language._loaded.cache_info().misses == 1


@pytest.mark.parametrize(
    "text", ["\x00" * 50, "\ud800 hello there my friend", "a" * 100_000, "̃" * 999]
)
def test_poison_costs_nothing(text: str) -> None:
    tag = told(text)
    assert 0 <= tag.score <= 1

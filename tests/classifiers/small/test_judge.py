"""The judges that ship: what they promise of any text, and what they make of plain ones."""

import csv
import gzip
import hashlib
import json
import shutil
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from classifiers.encoder import encoder as encoders
from classifiers.lexicon.seen import said, see
from classifiers.small import general, weights
from classifiers.small.features import Features
from classifiers.small.judge import Kind, SmallClassifier, spoken
from classifiers.small.reasons import reasons
from classifiers.small.weights import load, shipped
from listener.model import LABELS, Evidence, Mention, Post, Tag
from listener.ports import Classifier, Corrected, Reject, Teachable
from listener.testing import ClassifierSuite
from listener.testing.teachable_suite import TeachableSuite

KINDS: tuple[Kind, ...] = get_args(Kind)
SENTENCES = Path(__file__).parents[1] / "judged_sentences.tsv"
MODEL = Path(str(files("classifiers.small").joinpath("model")))


def mention(text: str, language: str = "en", title: str = "") -> Mention:
    post = Post(site="x", native_id="1", text=text, title=title, language=language)
    return Mention(post=post, brand="norvia")


def named(text: str, brand: str = "Norvia", language: str = "en") -> Mention:
    start = text.index(brand)
    evidence = (Evidence("name", brand, start, start + len(brand)),)
    return replace(mention(text, language), evidence=evidence)


def judge(kind: Kind, one: Mention) -> Tag:
    (tag,) = SmallClassifier(kind).tag([one])
    return tag


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind(ClassifierSuite):
    @pytest.fixture
    def classifier(self, kind: Kind) -> Classifier:
        return SmallClassifier(kind)

    @pytest.fixture(autouse=True)
    def judged(self, kind: Kind) -> None:
        self.kind = kind

    def test_its_chances_are_of_every_label_and_sum_to_one(self, kind: Kind) -> None:
        tag = judge(kind, named("Norvia lost my bag"))
        assert tuple(label for label, _ in tag.chances) == LABELS[kind]
        assert sum(chance for _, chance in tag.chances) == pytest.approx(1, abs=0.001)
        assert tag.score == pytest.approx(dict(tag.chances)[tag.label], abs=0.001)

    def test_where_there_is_no_model_it_says_that_it_is_unsure(self, kind: Kind) -> None:
        tag = judge(kind, mention("après tout, c'est une catastrophe", "fr"))
        assert tag.score < 0.5
        assert tag.reasons == ("unsure: no model for 'fr'",)
        assert tag.chances == ()

    def test_of_no_words_it_makes_nothing(self, kind: Kind) -> None:
        tag = judge(kind, mention(" \n", "en"))
        assert tag.score < 0.5
        assert tag.reasons == ("unsure: it has no words",)

    def test_copies_of_a_text_are_judged_alike_whoever_wrote_them(self, kind: Kind) -> None:
        one = named("Norvia never answers")
        other = replace(one, post=replace(one.post, native_id="2"))
        assert judge(kind, one) == judge(kind, other)

    def test_it_can_be_taught(self, kind: Kind) -> None:
        classifier = SmallClassifier(kind)
        assert isinstance(classifier, Teachable)
        label = LABELS[kind][0]
        examples = [Corrected(named(f"Norvia is zorgly {n}"), label) for n in range(30)]
        taught = classifier.taught(classifier.refit(examples), 7)
        (tag,) = taught.tag([named("Norvia is zorgly 99")])
        assert tag.label == label
        before = classifier.tag([named("Norvia is zorgly 99")])[0].by
        for by, end in ((tag.by, "+7"), (before, "")):
            encoder = encoders.shipped(shipped().by).by
            assert by in {f"{shipped().by}{end}", f"{shipped().by}~{encoder}{end}"}


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKindIsTeachable(TeachableSuite):
    @pytest.fixture
    def teachable(self, kind: Kind) -> SmallClassifier:
        return SmallClassifier(kind)

    @pytest.fixture(autouse=True)
    def judged(self, kind: Kind) -> None:
        self.kind = kind


def test_an_unknown_kind_and_wrong_costs_are_refused() -> None:
    with pytest.raises(ValueError, match="kind is 'mood'; it is one of sentiment, spam"):
        SmallClassifier("mood")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="costs names 'hot'"):
        SmallClassifier("urgency", {"hot": 2})
    with pytest.raises(ValueError, match="a number above 0"):
        SmallClassifier("urgency", {"high": 0})


def test_what_missing_a_label_costs_moves_the_label_and_not_the_chances() -> None:
    doubtful = named("Norvia, the second bag is missing as well")
    calm, careful = SmallClassifier("urgency"), SmallClassifier("urgency", {"high": 1000})
    before, after = calm.tag([doubtful])[0], careful.tag([doubtful])[0]
    assert after.label == "high"
    assert before.chances == after.chances


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("Norvia is great, love it", "en", "positive"),
        ("Norvia lost my bag again, terrible service", "en", "negative"),
        ("Norvia on aivan loistava, suosittelen", "fi", "positive"),
        ("Norvia hukkasi laukun, surkea palvelu", "fi", "negative"),
        ("Norvia jest świetna, polecam", "pl", "positive"),
        ("Norvia zgubiła mi bagaż, tragedia", "pl", "negative"),
        ("Tack Norvia, riktigt trevlig personal", "sv", "positive"),
        ("Norvia ist eine Katastrophe, nie wieder", "de", "negative"),
        ("When does the Norvia shop open?", "en", "neutral"),
    ],
)
def test_what_is_said_plainly_is_read(text: str, language: str, label: str) -> None:
    assert judge("sentiment", named(text, language=language)).label == label


def test_the_same_post_reads_differently_for_each_brand() -> None:
    text = "Norvia lost my bag and never answered. Then Kestra: lovely crew, great food"
    norvia = dict(judge("sentiment", named(text, "Norvia")).chances)
    kestra = dict(judge("sentiment", named(text, "Kestra")).chances)
    assert norvia["negative"] > kestra["negative"]
    assert norvia["positive"] < kestra["positive"]


@pytest.mark.parametrize("brand", ["norvia", "kestra"])
def test_another_brand_that_is_listened_for_is_known_however_it_is_written(brand: str) -> None:
    text = "norvia kept me on hold for an hour. kestra answered at once, lovely people"
    spans = {
        "norvia": Evidence("name", "norvia", 0, 6),
        "kestra": Evidence("name", "kestra", 36, 42),
    }
    others = tuple(found for other, found in spans.items() if other != brand)
    read = replace(mention(text), brand=brand, evidence=(spans[brand],), others=others)
    assert judge("sentiment", read).label == {"norvia": "negative", "kestra": "positive"}[brand]


def test_others_that_overlap_or_lie_outside_are_passed_over() -> None:
    spans = (Evidence("name", "", 0, 9), Evidence("name", "", 7, 12), Evidence("name", "", 5, 999))
    one = replace(named("Norvia is great, thanks"), others=spans)
    assert judge("sentiment", one).label == "positive"


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("I love this song so much", "en", "positive"),
        ("tämä on aivan kamala elokuva", "fi", "negative"),
        ("jag hatar det här vädret", "sv", "negative"),
    ],
)
def test_what_is_of_no_brand_is_judged_by_its_own_mood(
    text: str, language: str, label: str
) -> None:
    of_nobody = replace(mention(text, language), brand="")
    assert judge("sentiment", of_nobody).label == label
    assert judge("urgency", of_nobody).label == "low"


def test_the_brands_own_name_is_no_praise() -> None:
    plain = mention("Great Wonderful opened at noon")
    told = named("Great Wonderful opened at noon", "Great Wonderful")
    assert dict(judge("sentiment", told).chances)["positive"] < 0.5
    assert (
        dict(judge("sentiment", told).chances)["positive"]
        < dict(judge("sentiment", plain).chances)["positive"]
    )


def test_evidence_outside_the_text_is_passed_over() -> None:
    wrong = (Evidence("name", "x", 5, 900), Evidence("name", "x", -3, 2))
    assert judge("sentiment", replace(mention("good day"), evidence=wrong)).label


def test_urgency_says_why_in_words_for_an_agent() -> None:
    tag = judge("urgency", named("Norvia: smoke in the cabin, we are stranded at the gate, help"))
    assert tag.label == "high"
    assert any(reason.startswith(("speaks of", "says they")) for reason in tag.reasons)
    assert all("\n" not in reason and len(reason) < 120 for reason in tag.reasons)


@pytest.mark.parametrize(
    ("kind", "label"), [("sentiment", "negative"), ("urgency", "high"), ("intent", "complaint")]
)
def test_where_no_list_has_its_words_the_weightiest_clause_is_the_reason(
    kind: Kind, label: str
) -> None:
    unknown = named("Norvia zorgles @kestra my 2 blimp")
    told = reasons(see(said(unknown, "en")), shipped(), kind, label)
    assert told == ("'zorgles my 2 blimp'",)


@pytest.mark.parametrize(
    ("tagged", "stated", "language"),
    [("", "fi-FI", "fi"), ("", "PL", "pl"), ("pl", "fi", "pl"), ("und", "sv", "sv")],
)
def test_the_language_is_as_tagged_else_as_stated(tagged: str, stated: str, language: str) -> None:
    one = mention("hyvä", stated)
    tags = (Tag("language", tagged, 0.9),) if tagged else ()
    assert spoken(replace(one, tags=tags)) == language


def test_where_nobody_says_the_language_the_words_do() -> None:
    assert spoken(mention("surkea palvelu, en suosittele", "")) == "fi"
    assert spoken(mention("nie polecam, tragedia", "")) == "pl"


PERCENT_MIN: dict[str, dict[str, float]] = {
    "en": {"sentiment": 86, "urgency": 96, "intent": 82, "spam": 100},
    "fi": {"sentiment": 90, "urgency": 93, "intent": 82, "spam": 100},
    "pl": {"sentiment": 84, "urgency": 88, "intent": 81, "spam": 100},
}
"""Measured on sentences that another hand wrote and no model was fitted to, rounded down."""


def test_accuracy_on_the_judged_sentences_is_at_least_what_was_measured() -> None:
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    for row in rows:
        total[row["language"]] += 1
        for kind in KINDS:
            tag = judge(kind, mention(row["text"], row["language"]))
            right[row["language"], kind] += tag.label == row[kind]
    for language, kinds in PERCENT_MIN.items():
        measured = {kind: 100 * right[language, kind] / total[language] for kind in kinds}
        print(language, total[language], {kind: round(one, 1) for kind, one in measured.items()})
        for kind, least in kinds.items():
            assert measured[kind] >= least, (language, kind)


class TestTheFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(MODEL, tmp_path / "model"))

    def test_a_damaged_file_is_refused(self, folder: Path) -> None:
        with (folder / "model.npz").open("ab") as file:
            file.write(b"x")
        with pytest.raises(Reject, match="damaged"):
            load(folder)

    @pytest.mark.parametrize("name", ["model.npz", "model.json"])
    def test_a_missing_file_is_told(self, folder: Path, name: str) -> None:
        (folder / name).unlink()
        with pytest.raises(Reject, match="can't be read"):
            load(folder)

    def test_the_hash_is_of_the_file(self) -> None:
        card = json.loads((MODEL / "model.json").read_text("utf-8"))
        packed = (MODEL / "model.npz").read_bytes()
        assert card["sha256"] == hashlib.sha256(packed).hexdigest()

    def test_features_never_seen_say_nothing(self) -> None:
        model = shipped()
        unseen = int((model.place == len(model.values) - 1).nonzero()[0][0])
        nothing = Features(np.zeros(0, np.int64), np.zeros(0, np.float32))
        something = Features(np.array([unseen]), np.array([5.0], np.float32))
        assert (model.logits(something) == model.logits(nothing)).all()


class TestTheGeneralTest:
    def test_it_has_every_language_and_only_known_labels(self) -> None:
        for kind in KINDS:
            told = list(general.read(kind))
            assert {one.mention.post.language for one in told} == shipped().languages
            assert {one.label for one in told} <= set(LABELS[kind])

    def test_a_mention_comes_back_as_it_was(self) -> None:
        one = replace(named("Norvia, thanks"), parent_text="asked")
        one = replace(one, post=replace(one.post, in_reply_to="parent"))
        packed = gzip.decompress(general.packed([(one, {"spam": "no"})])).decode("utf-8")
        assert general._mention(json.loads(packed)) == one


def test_the_columns_of_the_kinds_do_not_overlap() -> None:
    kinds = shipped().kinds.values()
    places = [place for kind in kinds for place in range(kind.columns.start, kind.columns.stop)]
    assert sorted(places) == list(range(len(places)))
    assert len(places) == shipped().outer.shape[1]
    assert weights.ANY_LANGUAGE in shipped().kinds["spam"].factors

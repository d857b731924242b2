"""What the shipped models are measured beside: VADER, AFINN, and a TF-IDF regression."""

from collections.abc import Callable, Sequence

from classifiers.training.posts import Labelled

Rival = Callable[[Sequence[str]], list[str]]
"""Texts in, a label each out."""

_VADER_NEUTRAL = 0.05
AFINN_LANGUAGES = {"en": "en", "fi": "fi", "pl": "pl", "sv": "sv", "fr": "fr", "tr": "tr"}


def vader() -> Rival:
    """VADER with the band of neutral that its authors name."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()

    def judge(texts: Sequence[str]) -> list[str]:
        return [
            _signed(analyzer.polarity_scores(text)["compound"], _VADER_NEUTRAL) for text in texts
        ]

    return judge


def afinn(language: str) -> Rival | None:
    """AFINN's list of a language, with its emoticons where it has them; None where it has none."""
    from afinn import Afinn

    try:
        lists = Afinn(language=AFINN_LANGUAGES[language], emoticons=language in {"en", "da"})
    except (KeyError, ValueError):
        return None

    def judge(texts: Sequence[str]) -> list[str]:
        return [_signed(lists.score(text), 0.5) for text in texts]

    return judge


def tf_idf(train: Sequence[Labelled], kind: str) -> Rival:
    """Logistic regression over words, pairs of words and pieces of words of the train posts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    used = [one for one in train if kind == "spam" or one.labels.get("spam") != "yes"]
    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True),
        ),
        LogisticRegression(C=10, max_iter=1_000),
    )
    model.fit([text(one) for one in used], [one.labels[kind] for one in used])

    def judge(texts: Sequence[str]) -> list[str]:
        return [str(label) for label in model.predict(list(texts))]

    return judge


def text(one: Labelled) -> str:
    """What a rival is given to read."""
    return one.mention.post.text


def _signed(score: float, band: float) -> str:
    return "positive" if score >= band else "negative" if score <= -band else "neutral"

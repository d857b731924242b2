"""What the shipped models are worth on posts they have not seen: ``make eval``.

    python -m classifiers.training.report [--sets FOLDER] [--tweeteval FOLDER] [--umsab FOLDER]

Every figure stands beside VADER, AFINN and a TF-IDF regression fitted to the same posts, from the
same run. Sets that are not ours are fetched by whoever runs this, and left out where absent.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from classifiers.training import apart, others, ours, taught
from classifiers.training.judged import judged
from classifiers.training.posts import posts


def main() -> None:
    """Print every section for which there is data."""
    options = _options()
    seen = judged(list(posts(("test",))))
    sections: Sequence[tuple[str, Callable[[], None]]] = (
        ("Sentiment, our test posts: macro F1", lambda: ours.sentiment(seen)),
        ("Urgency, our test posts: high against the rest", lambda: ours.urgency(seen)),
        ("Lookalikes: alarming words, and urgency without any", ours.lookalikes),
        ("Spam, our test posts", lambda: ours.spam(seen)),
        ("Spam on sites that were kept out of the fitting", apart.sites_apart),
        ("Intent, our test posts", lambda: ours.intent(seen)),
        ("Toward the brand: posts with two brands, accuracy", ours.pairs),
        ("Mood of posts of no brand, our own: macro F1", ours.mood),
        ("Expected calibration error, our test posts", lambda: ours.calibration(seen)),
        ("Taught: a hundred corrections of one brand", lambda: taught.learning(seen)),
        ("English: TweetEval, macro recall", lambda: others.tweeteval(options.tweeteval)),
        ("Finnish: FinnSentiment 19 and 20", lambda: others.finnsentiment(options.sets)),
        ("Other languages: UMSAB, macro F1", lambda: others.umsab(options.umsab)),
    )
    for title, show in sections:
        print(f"\n## {title}")  # noqa: T201
        show()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("sets", "tweeteval", "umsab"):
        parser.add_argument(f"--{name}", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()

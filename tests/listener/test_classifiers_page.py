"""The page of the classifiers says the numbers that the decisions are made with."""

from pathlib import Path

import pytest

from listener import batching, false_alarms, retry, spam
from listener.cli import spam_doubts
from listener.store import past

PAGE = (Path(__file__).parents[2] / "docs" / "classifiers.md").read_text(encoding="utf-8")
AROUND = " ".join(PAGE[PAGE.index("## What stands around the judges") :].split())

SAID = [
    f"the first {past.TEXT_CHARS_MAX:,} characters",
    "The last seven days" if false_alarms.DAYS_MAX == 7 else "",
    "every ten minutes" if false_alarms.LOOK_SECONDS == 600 else "",
    f"Below {false_alarms.CHANCE_MIN:.2f}, where four of five",
    f"move it by {spam.RAISE_MAX:g} at most" if spam.RAISE_MAX == spam.LOWER_MAX else "",
    f"with less than {spam.HARDLY_SPAM:.2f} by no more than {spam.RAISE_HARDLY_SPAM_MAX:g} upward",
    *(
        f"| {copies} {rest} | +{step:g} |"
        for (copies, step), rest in zip(
            reversed(spam.COPIES),
            ("other accounts posted the same within a day", "of them", "of them"),
            strict=True,
        )
    ),
    f"| and it has a link | +{spam.COPIES_WITH_LINK:g} |",
    f"named {spam.OTHER_BRANDS_MIN} other brands in its place | +{spam.OTHER_BRANDS:g} |",
    f"spam, more often than not | +{spam.SAID_SPAM:g} |",
    f"of its author are none | −{-spam.SAID_NONE:g} |",
    (
        f"| half of {spam.SEEMED_SPAM_MIN} or more other posts of its author looked like spam | "
        f"+{spam.SEEMED_SPAM:g} |"
    ),
    f"| none of {spam.NEVER_SPAM_MIN} or more did | −{-spam.NEVER_SPAM:g} |",
    f"of {spam.ONLY_LINKS_MIN} or more other posts of its author | +{spam.ONLY_LINKS:g} |",
    f"From {spam.SPAM_FROM:.2f} on it is spam",
    f"**From {spam.DOUBT_FROM:.2f} to {spam.SPAM_FROM:.2f} the label is `no`",
    f"lists those of the last {spam_doubts.DAYS} days",
    f"Below {spam.HISTORY_FROM:.2f} nothing is looked up",
    f"last {past.POSTS_OF_AUTHOR_MAX} posts are read, and the last {past.TELLERS_MAX} that told",
    f"`batch_seconds` ({batching.BATCH_SECONDS:g})",
    f"lately, up to {batching.MOST}:",
    "after five times" if retry.MENTION_ATTEMPTS_MAX == 5 else "",
]


@pytest.mark.parametrize("said", SAID)
def test_the_page_says_it(said: str) -> None:
    assert said, "the sentence on the page is about another number"
    assert said in AROUND

"""Our own bank of short utterances: the many ways in which people say one thing.

``phrases/LANGUAGE.tsv`` has a line each: its four labels, a tab, and the words; ``-`` is no label.
The brand stands as ``§`` in them, another company as ``¤``. They are only trained on.
"""

from collections.abc import Iterator
from pathlib import Path

from classifiers.training.posts import FOLDER, KINDS, Labelled
from listener.match.others import others
from listener.model import Evidence, Mention, Post

PHRASES = "phrases"
"""The name of their set."""

OURS, THEIRS = "§", "¤"

NOT_TOLD = "-"
"""Stands for a label that a line does not have."""

_NAMES = {OURS: "Norvia", THEIRS: "Kestra"}


def phrases(folder: Path = FOLDER) -> Iterator[Labelled]:
    """All of them, as mentions of a brand."""
    for path in sorted((folder / "phrases").glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            labels, words = line.split("\t")
            stated = zip(KINDS, labels.split(), strict=True)
            told = {kind: label for kind, label in stated if label != NOT_TOLD}
            yield _labelled(f"phrase-{path.stem}-{number}", path.stem, told, words)


def _labelled(post_id: str, language: str, labels: dict[str, str], words: str) -> Labelled:
    text, places = _named(words)
    post = Post(site="", native_id=post_id, text=text, language=language)
    named = {name: [one for one in places if one.text == name] for name in _NAMES.values()}
    ours = _NAMES[OURS]
    mention = Mention(post, ours, evidence=tuple(named[ours]), others=others(named, ours))
    return Labelled(mention, language, labels, "phrases", "train", PHRASES)


def _named(words: str) -> tuple[str, list[Evidence]]:
    """The words with names in them, and where these stand."""
    text, places = "", []
    for char in words:
        name = _NAMES.get(char, char)
        if char in _NAMES:
            places.append(Evidence("name", name, len(text), len(text) + len(name)))
        text += name
    return text, places

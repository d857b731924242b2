"""Nouns of a language as brand names: how many of their forms are found, and what else is.

    python benchmarks/matching_paradigms.py --language fi --table finnish.tsv [--table …]

``--table`` takes UniMorph's tables (lemma, form, features, parted by tabs), which are fetched and
not committed; https://unimorph.github.io has them. So many nouns become brands that give their
base form and nothing else, all in one matcher or (``--together 1``) each in its own. Recall is
over all their case forms: one counts as found if it is found standing alone and in a sentence.
Precision is over all single words of the table, each asked about once: found is right if the
table has the word as a form of that noun. Slips of the finger are on, as for every brand, so
another word that is one slip away counts as wrong.

Beside it, in the same run on the same nouns and words: words that begin with the base form,
words of the same Snowball stem, and words of the same lemma by simplemma (which has a dictionary:
it knows these nouns, as it would not know a brand). The last two need
``pip install snowballstemmer simplemma``, in an environment of its own; the product needs neither.
"""

import argparse
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.paradigm_tables import Pairs, Table, read
from listener.match import Matcher
from listener.model import Brand, Mention, Post

ALONE = "{}"
CARRIERS = {
    "fi": "Eilen siellä puhuttiin aiheesta {} melko pitkään.",
    "pl": "Wczoraj wieczorem czytałam o {} i nie mogę przestać.",
    "sv": "Igår kväll läste vi om {} och somnade sen.",
    "et": "Eile õhtul rääkisime me {} üle tükk aega.",
    "de": "Gestern haben wir lange über {} geredet.",
    "ru": "Вчера вечером мы долго читали про {} и спорили.",
}
SNOWBALL = {
    "fi": "finnish",
    "sv": "swedish",
    "et": "estonian",
    "de": "german",
    "ru": "russian",
    "pl": "polish",
}

Reasons = dict[tuple[str, str], str]


def found(
    nouns: Sequence[str], words: Sequence[str], carrier: str, codes: tuple[str, ...], together: int
) -> Reasons:
    """Which words the matcher takes for which noun, so many nouns to a matcher, and why."""
    texts = [carrier.format(word) for word in words]
    start = carrier.index("{")
    reasons: Reasons = {}
    for first in range(0, len(nouns), together):
        group = nouns[first : first + together]
        matcher = Matcher([Brand(one, names=(one,), languages=codes) for one in group])
        for at in matcher.screen().those_let_through(texts):
            for mention in matcher.match(Post("paradigms", "1", texts[at])):
                if reason := _reason(mention, start):
                    reasons[mention.brand, words[at]] = reason
    return reasons


def _reason(mention: Mention, start: int) -> str:
    """How the word that starts here is written; "" if something else was found."""
    ways = (one.how or "as it is" for one in mention.evidence if one.start == start)
    return next(ways, "")


def beginning_with(nouns: Sequence[str], words: Sequence[str]) -> Pairs:
    """Plain prefix matching: the word begins with the base form."""
    by_letters = sorted(words, key=str.lower)
    pairs: Pairs = set()
    for noun in nouns:
        lead = noun.lower()
        first = bisect_left(by_letters, lead, key=str.lower)
        last = bisect_left(by_letters, f"{lead}\U0010ffff", key=str.lower)
        pairs |= {(noun, word) for word in by_letters[first:last]}
    return pairs


def reduced_alike(
    nouns: Sequence[str], words: Sequence[str], reduced: Callable[[str], str]
) -> Pairs:
    """The word and the base form are reduced to the same by a stemmer or a lemmatiser."""
    alike: dict[str, list[str]] = defaultdict(list)
    for word in words:
        alike[reduced(word)].append(word)
    return {(noun, word) for noun in nouns for word in alike[reduced(noun)]}


def snowball(language: str) -> Callable[[str], str]:
    import snowballstemmer  # type: ignore[import-not-found, unused-ignore]

    if SNOWBALL[language] not in snowballstemmer.algorithms():
        raise ImportError("no stemmer for this language")
    stemmer = snowballstemmer.stemmer(SNOWBALL[language])
    return lambda word: str(stemmer.stemWord(word.lower()))


def simplemma(language: str) -> Callable[[str], str]:
    import simplemma as library  # type: ignore[import-not-found, unused-ignore]

    return lambda word: str(library.lemmatize(word, lang=language)).lower()


RIVALS = {"Snowball stems": snowball, "simplemma": simplemma}


def line(label: str, table: Table, expected: Pairs, accepted: Pairs, both: Pairs) -> str:
    """One row: ``accepted`` are the words found alone, ``both`` those found in a sentence too."""
    right = sum(table.is_form(word, noun) for noun, word in accepted)
    recall = len(expected & both) / len(expected)
    wrong = len(accepted) - right
    precision = right / max(1, len(accepted))
    return f"{label:28} recall {recall:6.3f}   precision {precision:6.3f}   ({wrong:,} wrong pairs)"


def rows(
    table: Table, nouns: list[str], language: str, together: int
) -> Iterator[tuple[str, Pairs, Pairs, Reasons]]:
    for label, codes in ((f"listener, {language}", (language,)), ("listener, every language", ())):
        alone = found(nouns, table.words, ALONE, codes, together)
        carried = found(nouns, table.words, CARRIERS[language], codes, together)
        yield label, set(alone), alone.keys() & carried.keys(), alone
    prefixed = beginning_with(nouns, table.words)
    yield "plain prefix", prefixed, prefixed, {}
    for label, load in RIVALS.items():
        try:
            pairs = reduced_alike(nouns, table.words, load(language))
        except ImportError as missing:
            print(f"{label:28} not measured: {missing} (see the head of this file)")
        else:
            yield label, pairs, pairs, {}


def errors(table: Table, expected: Pairs, both: Pairs, reasons: Reasons) -> Iterator[str]:
    """Which cases are missed most, how wrong pairs came about, and examples of both."""
    missed = sorted(expected - both)
    cases = Counter(table.cases[noun][form] for noun, form in missed)
    yield f"  missed by case: {dict(cases.most_common(12))}"
    wrong = {pair: how for pair, how in reasons.items() if not table.is_form(pair[1], pair[0])}
    yield f"  wrong by reason: {dict(Counter(wrong.values()).most_common())}"
    yield from (f"  missed {noun}: {form}" for noun, form in missed[:: max(1, len(missed) // 60)])
    some = sorted(wrong)[:: max(1, len(wrong) // 60)]
    yield from (f"  wrong {noun}: {word} ({wrong[noun, word]})" for noun, word in some)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=sorted(CARRIERS))
    parser.add_argument("--table", type=Path, action="append", default=[])
    parser.add_argument("--nouns", type=int, default=2000)
    parser.add_argument("--forms-min", type=int, default=1, help="nouns with fewer are left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", type=int, default=100_000, help="brands to a matcher")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    if not options.table or not options.language:
        print("Give --language and --table: a table of UniMorph's, which is not part of this.")
        return
    table = read(options.table)
    nouns = table.sample(options.nouns, options.seed, options.forms_min)
    expected = table.expected(nouns)
    print(f"{len(nouns):,} nouns, {len(expected):,} forms, {len(table.words):,} words")
    started = time.perf_counter()
    for label, accepted, both, reasons in rows(table, nouns, options.language, options.together):
        seconds, started = time.perf_counter() - started, time.perf_counter()
        print(f"{line(label, table, expected, accepted, both)}   {seconds:.1f} s", flush=True)
        if options.errors and reasons:
            print(*errors(table, expected, both, reasons), sep="\n")


if __name__ == "__main__":
    main()

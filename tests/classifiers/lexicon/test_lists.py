"""The lists themselves: complete, without dead entries, and cut as the texts are."""

import pytest

from classifiers.lexicon.lists import LANGUAGES, lines, plain, tables, word_list
from classifiers.lexicon.reading import Reading, read
from classifiers.lexicon.scope import Scope
from classifiers.lexicon.tokens import TEXT_CHARS_MAX, tokens

COMMON = {
    "grammar": {"negate", "boost", "damp", "turn"},
    "relation": {"better", "worse", "instead", "reported", "irony"},
    "polarity": {"superb", "good", "fair", "weak", "bad", "awful"},
    "urgency": {
        *("danger", "injury", "fire", "poisoning", "stolen", "stranded", "medical", "deadline"),
        *("outage", "leak", "repeat", "unreachable", "money", "lost", "leaving", "law", "press"),
        *("vulnerable", "now"),
    },
}


def entries(language: str) -> list[tuple[str, str, str]]:
    return [
        (kind, group, entry)
        for kind, groups in tables(language).items()
        if kind != "accents_matter"
        for group, text in groups.items()
        for entry in lines(text)
    ]


def example(entry: str) -> str:
    """A text that the entry must be found in."""
    parts = (part.split("|")[0].rstrip("*") for part in entry.split() if part != "..")
    return " ".join("3" if part == "#" else part for part in parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_groups_that_all_share(language: str) -> None:
    written = tables(language)
    for kind, groups in COMMON.items():
        assert groups <= set(written[kind]), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_found_in_its_own_example(language: str) -> None:
    words = word_list(language)
    dead = []
    for kind, group, entry in entries(language):
        row = tokens(example(entry))
        found = Reading(row, words).find(kind)
        if not any(hit.group == group and hit.end - hit.start == len(row) for hit in found):
            dead.append(entry)
    assert dead == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_stands_twice_in_a_kind(language: str) -> None:
    seen: dict[tuple[str, str], str] = {}
    twice = []
    for kind, group, entry in entries(language):
        if (kind, entry) in seen:
            twice.append((entry, seen[kind, entry], group))
        seen[kind, entry] = group
    assert twice == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_are_written_as_texts_are_compared(language: str) -> None:
    written = [entry for _, _, entry in entries(language)]
    assert [entry for entry in written if entry != entry.casefold()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_needs_its_accents_is_in_a_list_and_has_some(language: str) -> None:
    written = {part for _, _, entry in entries(language) for part in entry.split()}
    alternatives = {word for part in written for word in part.split("|")}
    for word in lines(tables(language).get("accents_matter", {}).get("words", "")):
        assert word in alternatives
        assert plain(word) != word


def test_no_word_is_good_in_plain_spelling_and_bad_in_its_own() -> None:
    poles = {"good": "good", "great": "good", "bad": "bad", "awful": "bad"}
    for language in LANGUAGES:
        spelled: dict[str, set[str]] = {}
        for kind, group, entry in entries(language):
            if kind == "sentiment" and group in poles:
                spelled.setdefault(plain(entry), set()).add(poles[group])
        assert {entry for entry, found in spelled.items() if len(found) > 1} == set()


class TestEntries:
    def found(self, text: str, kind: str, language: str = "en") -> list[tuple[str, str]]:
        return [(hit.group, hit.shown) for hit in read(text, language).find(kind)]

    def test_a_stem_takes_any_ending(self) -> None:
        for word in ("myöhässä", "myöhästyi", "Myöhästyttiin", "MYOHASSA"):
            assert self.found(word, "sentiment", "fi") == [("bad", word)]

    def test_a_whole_word_takes_none(self) -> None:
        assert self.found("lately", "sentiment") == []

    def test_a_gap_skips_up_to_three_words_of_the_same_sentence(self) -> None:
        assert self.found("nobody ever really answers", "urgency")
        assert self.found("nobody on all of this earth answers", "urgency") == []
        assert self.found("nobody came. She answers", "urgency") == []

    def test_a_number_stands_for_any(self) -> None:
        assert ("outage", "error 418") in self.found("error 418", "urgency")

    def test_the_longest_wins_where_two_overlap(self) -> None:
        assert self.found("never again", "sentiment") == [("bad", "never again")]
        assert self.found("not bad at all", "sentiment") == [("other", "not bad at all")]


class TestTokens:
    def kinds(self, text: str) -> list[tuple[str, str]]:
        return [(token.kind, token.shown) for token in tokens(text)]

    def test_links_addresses_and_handles_are_no_words(self) -> None:
        assert self.kinds("@bad see https://bad.example/x or me@bad.example now") == [
            ("handle", "@bad"),
            ("word", "see"),
            ("link", "https://bad.example/x"),
            ("word", "or"),
            ("link", "me@bad.example"),
            ("word", "now"),
        ]

    def test_a_hashtag_is_a_word_and_known_as_one(self) -> None:
        (token,) = tokens("#Fail")
        assert (token.kind, token.forms, token.hashtag) == ("word", ("fail",), True)

    def test_letters_drawn_out_are_shortened_both_ways(self) -> None:
        (token,) = tokens("goooood")
        assert token.forms == ("goooood", "good", "god")
        assert token.stretched
        assert not tokens("good")[0].stretched

    def test_capitals_are_a_shout_from_three_letters_on(self) -> None:
        assert [token.shouted for token in tokens("WHY oh WHY IS it")] == [
            True,
            False,
            True,
            False,
            False,
        ]

    @pytest.mark.parametrize(("written", "form"), [(":-)))", ":)"), (";)", ";)"), ("<3", "<3")])
    def test_an_emoticon_has_one_spelling(self, written: str, form: str) -> None:
        assert tokens(f"ok {written}")[1].forms == (form,)

    def test_a_time_or_a_ratio_is_no_emoticon(self) -> None:
        assert self.kinds("at 15:30") == [("word", "at"), ("number", "15:30")]

    def test_what_cannot_be_seen_is_left_out(self) -> None:
        assert self.kinds("go\u200bod \u202e\x00\ud800 👍🏽") == [("word", "good"), ("sign", "👍")]

    def test_letters_in_costume_are_read(self) -> None:
        assert tokens("𝐟𝐫𝐞𝐞 ｆｒｅｅ")[0].forms == ("free",)
        assert tokens("𝐟𝐫𝐞𝐞 ｆｒｅｅ")[1].forms == ("free",)

    def test_no_more_is_read_than_the_limit(self) -> None:
        assert sum(len(token.shown) for token in tokens("ﷺ" * TEXT_CHARS_MAX)) <= TEXT_CHARS_MAX


class TestScope:
    def only(self, text: str, group: str, language: str = "en") -> tuple[Scope, Reading]:
        reading = read(text, language)
        assert any(hit.group == group for hit in reading.find("sentiment"))
        return Scope(reading), reading

    @pytest.mark.parametrize(
        ("text", "group", "negated"),
        [
            ("it was not a good trip", "good", True),
            ("No, great flight", "great", False),
            ("did not fly, but lovely staff", "good", False),
            ("good", "good", False),
        ],
    )
    def test_negation_reaches_ahead_inside_its_clause(
        self, text: str, group: str, negated: bool
    ) -> None:
        scope, reading = self.only(text, group)
        hits = [hit for hit in reading.find("sentiment") if hit.group == group]
        assert [scope.negated(hit) for hit in hits] == [negated]

    @pytest.mark.parametrize(
        ("weaker", "stronger"),
        [("a bit slow", "slow"), ("slow", "very slow"), ("slow", "sloooow"), ("slow", "SLOW")],
    )
    def test_words_around_it_say_how_strongly(self, weaker: str, stronger: str) -> None:
        strengths = []
        for text in (weaker, stronger):
            scope, reading = self.only(f"it was {text}", "bad")
            strengths.append(max(scope.strength(hit) for hit in reading.find("sentiment")))
        assert strengths[0] < strengths[1]

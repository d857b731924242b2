"""The labelled set of stories: originals, their copies by kind of edit, and hard negatives."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.stories_words import (
    BRANDS,
    CITIES,
    COMMENTS,
    COUNTS,
    ENDINGS,
    SENTENCES,
    SHORT,
    SLOTS,
)

LANGUAGES = tuple(SENTENCES)


@dataclass(frozen=True, slots=True)
class Made:
    """A post, the story it belongs to in truth, and how it was made."""

    story: str
    kind: str
    text: str
    title: str = ""


class Maker:
    """Makes the labelled posts, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._told: set[str] = set()

    def posts(self, stories: int) -> list[Made]:
        """All posts, in the order in which they come; nine originals in ten before their copies."""
        timed = []
        for number in range(stories):
            began = self.chance.random()
            for place, post in enumerate(self._story(str(number))):
                is_first = place == 0 and self.chance.random() < 0.9
                timed.append((began if is_first else began + 0.1 * self.chance.random(), post))
        timed += [(self.chance.random(), post) for post in self._negatives(stories // 15)]
        posts = [post for _, post in sorted(timed, key=lambda one: one[0])]
        return self._with_collages(posts, stories // 15)

    def _story(self, story: str) -> list[Made]:
        language = self.chance.choice(LANGUAGES)
        if self.chance.random() < 0.15:
            return self._article(story, language)
        text = self.text(language, self.chance.choice((1, 2, 2, 3)))
        kinds = self.chance.sample(list(EDITS), self.chance.choice((1, 2, 3, 4, 6)))
        copies = [
            Made(story, kind, EDITS[kind](Copying(self.chance, text, language))) for kind in kinds
        ]
        if self.chance.random() < 0.3:
            mixed = text
            for kind in self.chance.sample(("link", "case", "emoji", "counts", "repost"), 3):
                mixed = EDITS[kind](Copying(self.chance, mixed, language))
            copies.append(Made(story, "mixed", mixed))
        return [Made(story, "original", text), *copies]

    def _article(self, story: str, language: str) -> list[Made]:
        """An article as other sites print it: another title and lead, a part, the same body."""
        body = self.text(language, self.chance.randint(8, 14))
        lead, other, third = (self.text(language, 2) for _ in range(3))
        title, other_title = (self.text(language, 1) for _ in range(2))
        return [
            Made(story, "original", f"{lead}\n\n{body}", title),
            Made(story, "article: title", f"{lead}\n\n{body}", other_title),
            Made(story, "article: lead", f"{other}\n\n{body}", other_title),
            Made(story, "article: lead", f"{third}\n\n{body}", title),
            Made(story, "article: cut", f"{lead}\n\n{body}"[: self.chance.randint(90, 300)] + "…"),
            Made(story, "article: credit", f"{lead}\n\n{body}\n\nNorvia News Agency", title),
        ]

    def _negatives(self, count: int) -> list[Made]:
        made = []
        for number in range(count):
            for kind, make in NEGATIVES.items():
                language = self.chance.choice(LANGUAGES)
                made += [
                    Made(f"{kind} {number} {place}", f"NOT: {kind}", text, title)
                    for place, (text, title) in enumerate(make(self, language))
                ]
        return made

    def _with_collages(self, posts: list[Made], count: int) -> list[Made]:
        """Texts that contain posts of ten other stories, each told shortly before."""
        for number in range(count):
            place = self.chance.randrange(100, len(posts))
            others = {post.story: post.text for post in posts[place - 40 : place]}
            texts = " / ".join(self.chance.sample(list(others.values()), 10))
            posts.insert(place, Made(f"collage {number}", "NOT: collage", texts))
        return posts

    def text(self, language: str, sentences: int) -> str:
        """So many different sentences, filled at random as none was before."""
        while True:
            text = self.said(language, self._chosen(sentences), self._slots())
            parts = set(text.split(". "))
            if not parts & self._told:
                self._told |= parts
                return text

    def said(self, language: str, chosen: Iterable[tuple[int, int]], slots: dict[str, int]) -> str:
        """These sentences with their endings and these fillings, in this language."""
        words = {name: fillings[slots[name]] for name, fillings in SLOTS[language].items()}
        words |= {"brand": BRANDS[slots["brand"]], "city": CITIES[slots["city"]]}
        return ". ".join(
            f"{SENTENCES[language][one].format(n=slots['n'], **words)}, {ENDINGS[language][end]}"
            for one, end in chosen
        )

    def _chosen(self, count: int) -> list[tuple[int, int]]:
        """So many different sentences, an ending each."""
        sentences = self.chance.sample(range(len(SENTENCES["en"])), count)
        return [(one, self.chance.randrange(len(ENDINGS["en"]))) for one in sentences]

    def _slots(self) -> dict[str, int]:
        sizes = {name: len(fillings) for name, fillings in SLOTS["en"].items()}
        sizes |= {"brand": len(BRANDS), "city": len(CITIES), "n": 900}
        return {name: self.chance.randrange(size) for name, size in sizes.items()}

    def short(self, _: str) -> list[tuple[str, str]]:
        """A word or two that many people post."""
        return [(self.chance.choice(SHORT), "")]

    def translations(self, _: str) -> list[tuple[str, str]]:
        """The same said in each language."""
        chosen, slots = self._chosen(2), self._slots()
        return [(self.said(language, chosen, slots), "") for language in LANGUAGES]

    def templates(self, language: str) -> list[tuple[str, str]]:
        """One choice of sentences, three people's fillings: other brand, city, number, thing."""
        chosen = self._chosen(2)
        return [(self.said(language, chosen, self._slots()), "") for _ in range(3)]

    def flights(self, language: str) -> list[tuple[str, str]]:
        """Two words differ: a number and a name, in lower case or as they are written."""
        rest = self.text(language, 1)
        cities = self.chance.sample(CITIES, 2)
        numbers = self.chance.sample(range(100, 999), 2)
        texts = [
            f"my flight AY{number} to {city} was late. {rest}"
            for number, city in zip(numbers, cities, strict=True)
        ]
        return [(text.lower() if self.chance.random() < 0.5 else text, "") for text in texts]

    def answers(self, language: str) -> list[tuple[str, str]]:
        """What three people answer in one thread."""
        title = f"Re: {self.text(language, 1)}"
        return [(self.text(language, 1), title) for _ in range(3)]

    def around(self, language: str) -> list[tuple[str, str]]:
        """A line that somebody wrote, and somebody's own story around the same line."""
        line = self.text(language, 1)
        return [(line, ""), (f'"{line}" {self.text(language, 3)}', "")]

    def reports(self, language: str) -> list[tuple[str, str]]:
        """A weekly report: many sentences, of which only figures change."""
        chosen = list(zip((2, 5, 6, 9, 12, 10), range(6), strict=True))
        slots = self._slots()
        return [
            (self.said(language, chosen, slots | {"n": self.chance.randrange(900)}), "Weekly")
            for _ in range(2)
        ]


@dataclass(frozen=True, slots=True)
class Copying:
    """A text, its language, and the chance that decides how it's edited."""

    chance: random.Random
    text: str
    language: str

    def link(self) -> str:
        """An address that was never seen before."""
        return f"https://t.example/{self.chance.getrandbits(40):x}"

    def handle(self) -> str:
        """Somebody's handle."""
        return f"@user{self.chance.randrange(999)}"


def _cut(it: Copying) -> str:
    """Cut within the second half, yet not to less than eight words or so."""
    chars = len(it.text)
    end = it.chance.randint(max(chars // 2, min(70, chars - 5)), chars - 4)
    return it.text[:end] + it.chance.choice(("…", "...", " […]"))


def _cased(it: Copying) -> str:
    return it.chance.choice((str.upper, str.lower, str.title))(it.text)


def _punctuated(it: Copying) -> str:
    between = it.chance.choice((" - ", "!! ", "\n"))
    return it.text.replace(",", "").replace(". ", between) + "!!!"


def _quoted(it: Copying) -> str:
    forms = ("{}: “{}”", '{} "{}"', "{} RT @someone: {}", "{}\n\n{}", "{} – {}")
    return it.chance.choice(forms).format(it.chance.choice(COMMENTS[it.language]), it.text)


def _counted(it: Copying) -> str:
    form = it.chance.choice(COUNTS[it.language])
    return f"{it.text} {form.format(it.chance.randrange(9_999), it.chance.randrange(99))}"


def _mistyped(it: Copying) -> str:
    """Two letters change places in one long word."""
    words = it.text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 4 and word[:4].islower()]
    place = it.chance.choice(long)
    word = words[place]
    words[place] = word[0] + word[2] + word[1] + word[3:]
    return " ".join(words)


EDITS: dict[str, Callable[[Copying], str]] = {
    "same": lambda it: it.text,
    "link": lambda it: f"{it.text} {it.link()}",
    "link before": lambda it: f"{it.link()}\n{it.text} {it.link()}",
    "case": _cased,
    "punctuation": _punctuated,
    "emoji": lambda it: "😡 " + it.text.replace(". ", " 😡🔥 ") + " 👎🏽",
    "repost": lambda it: f"RT {it.handle()}: {it.text}",
    "via": lambda it: f"{it.text} via {it.handle()}",
    "quote": _quoted,
    "cut": _cut,
    "counts": _counted,
    "hashtags": lambda it: f"{it.text} #uutiset #news @friend",
    "mistyped": _mistyped,
}

NEGATIVES: dict[str, Callable[[Maker, str], list[tuple[str, str]]]] = {
    "short": Maker.short,
    "translation": Maker.translations,
    "template": Maker.templates,
    "flights": Maker.flights,
    "answers": Maker.answers,
    "around a line": Maker.around,
    "reports": Maker.reports,
}

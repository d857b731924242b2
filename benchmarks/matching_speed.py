"""How fast brands are found: 1,000 of them in 200,000 posts, and growth from 10 to 10,000.

    python benchmarks/matching_speed.py [--posts 200000] [--brands 1000]

One run on one core; the seconds are those of the processor, so a busy machine does not show. The
brands are invented and known in every form of every language. The posts are made of the words of
seven languages with emoji and accents; three in a hundred hold the name of one of the first ten
brands in some form, so that the curve shows what more brands cost and not what more mentions do.

Beside it, on fewer of the same posts, over the same forms: one compiled regular expression per
brand, each an alternation of its forms, and spaCy's PhraseMatcher where spaCy is installed. Both
must find what is found here in a plain form; neither knows clitics, slips or disguises.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from listener.match import Matcher
from listener.match.fold import fold
from listener.match.inflect import LANGUAGES, paradigm
from listener.match.screen import Screen
from listener.model import Brand, Mention, Post

NAMED_SHARE = 0.03
NAMED_BRANDS = 10
SIZES = (10, 100, 1_000, 10_000)
GOALS = {"regex": 100, "spacy": 20, "screen": 200_000, "growth": 3}

WORDS = {
    "en": "the a and to of in was it for on with that this my you they have not but so what all "
    "can just from about when there would which week train shop phone order price nobody again",
    "fi": "ja on ei se että oli mutta niin kun nyt vain mitä tämä kaikki taas ihan vielä minun "
    "sitten koko päivä juna kauppa puhelin tilaus hinta kukaan yhtään myöhässä äiti työ yö",
    "pl": "i w nie na się że to z do jest jak ale po co tak już tylko był przez mnie ich jeszcze "
    "dzień pociąg sklep telefon zamówienie cena nikt znowu źle może właśnie więc także źródło",
    "sv": "och i att det som en på är av för med den till inte har om ett men var jag hela nu då "
    "dag tåg butik telefon beställning pris ingen igen försenad också själv här någon åka över",
    "et": "ja on ei see et oli aga nii kui nüüd ainult mis kõik jälle veel minu siis terve päev "
    "rong pood telefon tellimus hind keegi üldse hiljaks ema töö öö väga palju külm õhtu",
    "de": "und die der in zu den das nicht von sie ist des sich mit dem dass er es ein ich auf so "
    "tag zug laden telefon bestellung preis niemand wieder spät auch selbst hier über größer",
    "ru": "и в не на я быть он с что а по это она этот к но они мы весь который из у который то "
    "день поезд магазин телефон заказ цена никто снова поздно тоже сам здесь ещё очень",
}
EMOJI = ("😀", "😂", "🙄", "❤️", "👍🏽", "🔥", "🤷‍♀️", "✈️", "🇫🇮", "😡")
SYLLABLES = [c + v for c in "bdfghjklmnprstvz" for v in "aeiou"]
CODAS = ("", "", "", "n", "r", "s", "x", "k", "l")


Answer = TypeVar("Answer")

Pairs = set[tuple[int, str]]
"""The place of a post, and a brand found in it."""

Find = Callable[[Sequence[Post]], Pairs]
Build = Callable[[dict[str, frozenset[str]]], Find]


def invented(count: int, seed: int = 4) -> list[Brand]:
    """So many brands of invented names; fewer are the first of more."""
    chance = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < count:
        name = "".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4))))
        name += chance.choice(CODAS)
        if len(name) > 4:
            names[name.capitalize()] = None
    return [Brand(name.lower(), names=(name,)) for name in names]


def forms_of(brand: Brand) -> frozenset[str]:
    """Every complete form of its name in every language, folded."""
    return paradigm(fold(brand.names[0]), tuple(LANGUAGES)).spellings()


class Writer:
    """Posts from one seed, as strangers write them; some hold a name in their own language."""

    def __init__(self, brands: Sequence[Brand], seed: int = 5) -> None:
        self._chance = random.Random(seed)
        self._words = [(code, words.split()) for code, words in WORDS.items()]
        self._forms = {
            code: [sorted(paradigm(brand.id, (code,)).written) for brand in brands[:NAMED_BRANDS]]
            for code in WORDS
        }

    def posts(self, count: int) -> list[Post]:
        """So many posts; fewer are the first of more."""
        return [Post("benchmark", str(number), self._text()) for number in range(count)]

    def _text(self) -> str:
        chance = self._chance
        code, known = chance.choice(self._words)
        words = chance.choices(known, k=chance.randint(5, 30))
        words[0] = words[0].capitalize()
        if chance.random() < NAMED_SHARE:
            words[chance.randrange(len(words))] = self._name(code)
        if chance.random() < 0.3:
            words.append(chance.choice(EMOJI))
        return " ".join(words) + chance.choice((".", "!", "", "?", " …"))

    def _name(self, code: str) -> str:
        form = self._chance.choice(self._chance.choice(self._forms[code]))
        ways = (form, form.capitalize(), form.upper(), f"{form}-kin", f"#{form}", "-".join(form))
        return self._chance.choice(ways)


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds of this process on the processor, and what the work gave."""
    started = time.process_time()
    answer = work()
    return time.process_time() - started, answer


def matched(matcher: Matcher, screen: Screen, posts: Sequence[Post]) -> list[tuple[int, Mention]]:
    """Screen and match together, as the daemon does it."""
    passed = screen.those_let_through([post.text for post in posts])
    return [(at, mention) for at in passed for mention in matcher.match(posts[at])]


def by_expressions(strings: dict[str, frozenset[str]]) -> Find:
    """One compiled alternation per brand."""
    compiled = [
        (brand, re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(forms)))})\b"))
        for brand, forms in strings.items()
    ]

    def found(posts: Sequence[Post]) -> Pairs:
        return {
            (at, brand)
            for at, text in enumerate(post.text.lower() for post in posts)
            for brand, expression in compiled
            if expression.search(text)
        }

    return found


def by_phrases(strings: dict[str, frozenset[str]]) -> Find:
    """The PhraseMatcher of spaCy over lower-cased tokens."""
    import spacy
    from spacy.matcher import PhraseMatcher

    language = spacy.blank("xx")
    phrases = PhraseMatcher(language.vocab, attr="LOWER")
    for brand, forms in strings.items():
        phrases.add(brand, [language.make_doc(form) for form in sorted(forms)])

    def found(posts: Sequence[Post]) -> Pairs:
        return {
            (at, language.vocab.strings[key])
            for at, post in enumerate(posts)
            for key, _, _ in phrases(language.make_doc(post.text))
        }

    return found


def in_plain_forms(
    mentions: Iterable[tuple[int, Mention]], strings: dict[str, frozenset[str]], before: int
) -> Pairs:
    """What is found in a complete form among the first posts, so that the others know it too."""
    return {
        (at, mention.brand)
        for at, mention in mentions
        if at < before
        if any(fold(one.text) in strings[mention.brand] for one in mention.evidence)
    }


def raced(
    build: Build, strings: dict[str, frozenset[str]], posts: Sequence[Post]
) -> tuple[float, float, Pairs]:
    """Seconds to find, seconds to build, and what was found."""
    building, find = timed(lambda: build(strings))
    seconds, pairs = timed(lambda: find(posts))
    return seconds, building, pairs


RIVALS: tuple[tuple[str, Build, int, int], ...] = (
    ("an alternation per brand", by_expressions, 1_000, GOALS["regex"]),
    ("spaCy PhraseMatcher", by_phrases, 20_000, GOALS["spacy"]),
)


def compare(brands_count: int, posts_count: int) -> None:
    """The matcher, its screen alone, and the two others, on the same posts."""
    brands = invented(brands_count)
    posts = Writer(brands).posts(posts_count)
    texts = [post.text for post in posts]
    strings = {brand.id: forms_of(brand) for brand in brands}
    print(f"{brands_count:,} brands in {sum(map(len, strings.values())):,} forms")
    building, matcher = timed(lambda: Matcher(brands))
    compiling, screen = timed(matcher.screen)
    print(f"built in {building:.1f} s, the screen in {compiling:.1f} s more")
    screening, passed = timed(lambda: sum(1 for _ in screen.those_let_through(texts)))
    matching, mentions = timed(lambda: matched(matcher, screen, posts))
    rate = posts_count / matching
    print(f"{posts_count:,} posts, {passed:,} let through, {len(mentions):,} mentions")
    goal = f"(goal {GOALS['screen']:,})"
    print(f"screen alone             {posts_count / screening:12,.0f} posts/s  {goal}")
    print(f"screen and match         {rate:12,.0f} posts/s")
    for label, build, some, least in RIVALS:
        if build is by_phrases and find_spec("spacy") is None:
            print(f"{label:24} not measured: pip install spacy, which nothing else here needs")
            continue
        plain = in_plain_forms(mentions, strings, some)
        seconds, building, pairs = raced(build, strings, posts[:some])
        theirs = min(some, posts_count) / seconds
        print(f"{label:24} {theirs:12,.0f} posts/s  ours: {rate / theirs:,.0f} × (goal {least} ×)")
        print(f"{'':38}finds {len(plain & pairs)} of our {len(plain)} in plain forms", end="")
        print(f", and {len(pairs) - len(plain & pairs)} more; built in {building:.1f} s")


def measure(brands_count: int, posts_count: int) -> dict[str, float]:
    """One point of the curve, in a process of its own for its memory."""
    brands = invented(brands_count)
    before = _resident_mib()
    building, matcher = timed(lambda: Matcher(brands))
    compiling, screen = timed(matcher.screen)
    memory = _resident_mib() - before
    posts = Writer(brands).posts(posts_count)
    matching, mentions = timed(lambda: matched(matcher, screen, posts))
    return {
        "matching": matching,
        "building": building + compiling,
        "memory": memory,
        "mentions": len(mentions),
    }


def curve(posts_count: int) -> None:
    print("  brands     posts/s   build s   memory MiB   mentions   time against 10 brands")
    first = 0.0
    for size in SIZES:
        command = [sys.executable, __file__, "--point", str(size), "--posts", str(posts_count)]
        row = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        first = first or row["matching"]
        print(
            f"{size:8,}{posts_count / row['matching']:12,.0f}{row['building']:10.1f}"
            f"{row['memory']:13,.0f}{row['mentions']:11,}{row['matching'] / first:12.2f} ×",
            flush=True,
        )
    print(f"goal: 10,000 brands in less than {GOALS['growth']} × the time of 10")


def _resident_mib() -> float:
    """What the process holds now (its peak would begin with that of its parent)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--brands", type=int, default=1_000)
    parser.add_argument("--point", type=int, help="one point of the curve, as JSON")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if options.point:
        print(json.dumps(measure(options.point, options.posts)))
        return
    compare(options.brands, options.posts)
    curve(options.posts)


if __name__ == "__main__":
    main()

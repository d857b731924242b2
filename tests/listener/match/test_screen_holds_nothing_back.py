"""Whatever the matcher accepts by a post's words, the screen lets through: as text, among
others, and as a line of JSON.

Posts are made from a seed rather than by hypothesis, because the campaign needs many:
``SCREEN_POSTS=1000000 SCREEN_SEED=7 pytest -s`` this file.
"""

import json
import os
import random
import unicodedata
from collections import Counter

import pytest

from listener.match import Matcher
from listener.match.disguise import SIGNS, look_alike_keys
from listener.match.fold import fold
from listener.match.inflect import LANGUAGES, paradigm
from listener.match.screen import screened
from listener.match.spelling import slips
from listener.model import Brand, Mention, Post

POSTS = int(os.environ.get("SCREEN_POSTS", "4000"))
SEED = int(os.environ.get("SCREEN_SEED", "1"))
FOUND_SHARE_MIN = 0.3
BATCH_POSTS_MAX = 700
FAULTS_SHOWN = 20

NAMES = {
    "fi": ("Lumimarja", "Saaristokaluste", "Kvantti", "Työväline Oy", "Kielo-Apteekki", "Mökki"),
    "pl": ("Żuczek", "Gwiazdeczka", "Łódkomania", "Brzęk Bank", "Pociągowo", "Śnieżnik"),
    "sv": ("Tallbyrån", "Älgverket", "Kustbröd", "Sjögrens Möbler", "Blåklockan"),
    "et": ("Rukkilillepood", "Põõsaspank", "Kiirlaev", "Sõbrakaubad"),
    "de": ("Straßenkönig", "Weißwald", "Überlandbahn", "Grünspan & Söhne"),
    "en": ("O'Malley's", "Fernwhistle", "Blue-Lantern", "Quillbox", "Marks & Thimble", "Netvora24"),
    "ru": ("Ёлочка", "Сеть Плюс", "Йогуртово", "Мостбанк"),
    "": (
        "Zelmarkona",
        "Kuunari",
        "İzmirtel",
        "ﬁnolex",
        "Qvix++",
        "ΣίσυφοςNet",
        "Ǆorđevo",
        "Vaŀleria",
    ),
    "tlh": ("トヨハタ", "한빛은행", "永恒银行", "สยามทอง", "नमस्ते", "ガリバー"),
}
"""Invented names; one in a language that nobody inflects is found as it is written."""

OTHERS = (
    Brand("handled", handles=("@Orvokki_fi", "x:@kvitto", "r/Lumimarja"), hashtags=("#Orvokki",)),
    Brand("linked", domains=("orvokki.fi", "https://www.zażółć.pl/", "müsli-haus.de")),
    Brand("short", short_names=("ZX", "Öbb", "ŁKS")),
    Brand(
        "people", people=("Żaneta Brzęk", "Åsa Öström-Lind"), products=("Kvantti 3310", "Kvix-1")
    ),
    Brand("worded", expression='orvokkikauppa* OR "sininen lyhty" OR (kevät NEAR/3 alennus)'),
    Brand("demanding", names=("Kuulas",), languages=("fi",), forbid=("kirkas",)),
)

PLAIN, SIMPLE, WILD = map(
    str.split,
    (
        "the train was late and nobody at their shop answers my phone again today",
        "juna myöhässä äiti źródło żółć över själv größer поезд снова ещё 今日は õhtul ☕ 🙄 ✈️ … –",
        "café déjà vu\u0301 ﬀ ΑΣ İ ı ẞ 🇫🇮 👩\u200d🔧 \u202eabc\u202c a\u0345 ı\u0307 ﷺ ™ ㅋㅋ ｶﾞ 각 "
        '\u200b \ufeff \\u00e4 \\ \\n " \x00 \x7f \U0001f1eb аpple pаypal ѕ Ⅷ ² ½ 𝔉 Ω K Å ŉ '
        "\u1100\u1161\u11a8 e" + "\u0301" * 40,
    ),
)
GLUE = [*"      -.,#@/(\"'’_😀", "", "", "\n", "\u00a0", "\u200b"]
COMBINING = "\u0301\u0308\u0323\u0307\u0345\u20dd"
LATIN_TO_CYRILLIC = str.maketrans("aeopcxyiABEKMHOPCTX", "аеорсхуіАВЕКМНОРСТХ")


def _brands() -> list[Brand]:
    named = [
        Brand(f"{code or 'any'}-{number}", names=(name,), languages=(code,) if code else ())
        for code, names in NAMES.items()
        for number, name in enumerate(names)
    ]
    return [*named, *OTHERS]


BRANDS = _brands()


class Writer:
    """Posts from one seed: names of the brands, written and hidden in many ways."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._bases = [base for brand in BRANDS for base in _bases(brand)]
        self._forms = {base: _forms(base) for base in self._bases}
        self._slips = {base: sorted(slips(fold(base))) for base in self._bases}
        self._alikes = {base: look_alike_keys(fold(base)) for base in self._bases}

    def batch(self) -> list[str]:
        """Some texts of one mood: the screen reads batches of plain ones as one."""
        words = self.chance.choice((PLAIN, SIMPLE, PLAIN + SIMPLE, PLAIN + SIMPLE + WILD))
        is_wild = words[-1] == WILD[-1]
        return [self._text(words, is_wild) for _ in range(self.chance.randint(1, BATCH_POSTS_MAX))]

    def _text(self, words: list[str], is_wild: bool) -> str:
        chance = self.chance
        parts = chance.choices(words, k=chance.choice((0, 1, 2, 4, 8, 20)))
        if chance.random() < 0.2:
            return " ".join(parts)  # of nobody, so that its neighbours in a batch are told apart
        parts.insert(chance.randint(0, len(parts)), self._name(is_wild))
        if chance.random() < 0.1:
            parts.insert(chance.randint(0, len(parts)), self._name(is_wild))
        if chance.random() < 0.5:
            return " ".join(parts)
        return "".join(part + chance.choice(GLUE) for part in parts)

    def _name(self, is_wild: bool) -> str:
        chance = self.chance
        base = chance.choice(self._bases)
        name = chance.choice((self._form, self._form, self._form, self._hidden))(base)
        name = chance.choice((str, str, str.lower, str.upper, str.title, str.swapcase))(name)
        for _ in range(chance.choice((0, 0, 1, 2)) if is_wild else 0):
            name = chance.choice(DRESSES)(name, chance)
        return name

    def _form(self, base: str) -> str:
        """The name in one of its forms, with what may follow it."""
        chance = self.chance
        form = chance.choice(self._forms[base]) if chance.random() < 0.7 else base
        return form + chance.choice(FOLLOWING) if chance.random() < 0.3 else form

    def _hidden(self, base: str) -> str:
        """The name with a slip, spelt out, or with letters that look alike."""
        chance = self.chance
        ways = [chance.choice(SIGNS).join(fold(base)), base.translate(LATIN_TO_CYRILLIC)]
        for known in (self._slips[base], self._alikes[base]):
            if known:
                ways += [chance.choice(known), chance.choice(known) + chance.choice(FOLLOWING)]
        letter = chance.randrange(len(base))
        ways.append(base[:letter] + base[letter].translate(LATIN_TO_CYRILLIC) + base[letter + 1 :])
        return chance.choice(ways)


FOLLOWING = (
    *("kin", "kaan", "han", ":n", ":sta", "'s", "’s", "-ie", "'em"),
    *("-lennolla", "nsa", "mme", "s", "gi", "ем"),
)


def _marked(name: str, chance: random.Random) -> str:
    at = chance.randint(1, len(name))
    return name[:at] + chance.choice(COMBINING) * chance.choice((1, 1, 2, 33)) + name[at:]


DRESSES = (
    lambda name, chance: unicodedata.normalize("NFD", name),
    lambda name, chance: unicodedata.normalize("NFKD", name),
    lambda name, chance: "\u00ad".join(name),
    lambda name, chance: chance.choice(("\u200b", "\u200d", "\ufe0f", "\u2060")).join(name),
    lambda name, chance: name.replace("'", chance.choice("’‘ʼ´`")).replace("-", "\u2010"),
    lambda name, chance: name.replace(" ", chance.choice(("\u00a0", "\n", "  ", " - ", "-"))),
    lambda name, chance: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
    lambda name, chance: "".join(chr(ord(c) + 0x1D3B9) if "a" <= c <= "z" else c for c in name),
    lambda name, chance: "x" * chance.randint(100, 130) + " " + unicodedata.normalize("NFD", name),
    lambda name, chance: "a\u0301" * chance.randint(50, 70) + " " + name,
    lambda name, chance: name.replace("ss", "ß").replace("fi", "ﬁ").replace("i", "ı"),
    _marked,
)


def _bases(brand: Brand) -> list[str]:
    """What a post may hold for the brand."""
    spelt = (*brand.names, *brand.short_names, *brand.people, *brand.products, *brand.hashtags)
    handles = [handle.partition(":")[2] or handle for handle in brand.handles]
    addresses = [domain.removeprefix("https://") for domain in brand.domains]
    expressions = ["orvokkikaupassa", "Sininen Lyhty", "kevään kevät, alennus"]
    return [*spelt, *handles, *addresses, *(expressions if brand.expression else ())]


def _forms(base: str) -> list[str]:
    """Forms of its last word, the others as they are."""
    lead, _, last = base.rpartition(" ")
    known = sorted(paradigm(fold(last), tuple(LANGUAGES)).spellings())
    return [f"{lead} {form}".strip() for form in known]


def _written(mentions: tuple[Mention, ...]) -> list[str]:
    """How what was found is written."""
    return [one.how or one.kind for mention in mentions for one in mention.evidence]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(BRANDS)


@pytest.fixture(scope="module")
def screen(matcher):
    return matcher.screen()


def _held_back(screen, texts: list[str], found: list[int]) -> list[str]:
    """A line for each text with a mention that the screen would have dropped, and where."""
    together = set(screen.those_let_through(texts))
    faults = []
    for at in found:
        post = {"id": at, "text": texts[at]}
        lines = (json.dumps(post, ensure_ascii=is_ascii) for is_ascii in (True, False))
        ways = {
            "text": screen.lets_through(texts[at]),
            "batch": at in together,
            **{f"json {line!r}": screen.lets_through_json(line) for line in lines},
        }
        faults += [f"{texts[at]!r} as {way}" for way, passes in ways.items() if not passes]
    return faults


def test_what_is_found_was_let_through(matcher, screen) -> None:
    writer = Writer(SEED)
    posts, found, ways, faults = 0, 0, Counter(), []
    while posts < POSTS and len(faults) < FAULTS_SHOWN:
        texts = writer.batch()
        mentions = [matcher.match(Post("x", "1", text)) for text in texts]
        with_mention = [at for at, some in enumerate(mentions) if some]
        faults += _held_back(screen, texts, with_mention)
        posts += len(texts)
        found += len(with_mention)
        ways.update(way for some in mentions for way in _written(some))
    told = f"{posts:,} posts, {found:,} with a mention, {len(faults)} held back; seed {SEED}"
    print(f"\n{told}; {dict(ways)}")
    assert faults == [], told
    assert found >= FOUND_SHARE_MIN * posts
    assert ways.keys() >= {"name", "handle", "hashtag", "domain", "misspelt", "spelt out"}
    assert ways.keys() >= {"look-alike characters", "without diacritics", "Finnish form"}


def test_a_title_and_a_text_are_screened_together(matcher, screen) -> None:
    post = Post("x", "1", "mitään ei tapahtunut", title="Lumimarjalle sakot")
    assert matcher.match(post)
    assert screen.lets_through(f"{post.title}\n{post.text}")
    assert screen.lets_through_json(json.dumps({"title": post.title, "text": post.text}))


def test_every_character_is_screened_as_it_is_folded() -> None:
    for point in (*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200)):
        text = f"a{chr(point)}b"
        assert screened(text).startswith(fold(text)), f"U+{point:04X}"


def test_half_a_surrogate_pair_in_json_does_not_stop_the_screen(screen) -> None:
    assert screen.lets_through_json(r'{"text": "\ud83d lumimarja \ude00"}')


@pytest.mark.parametrize("place", [0, 1, 511, 512, 513, 699])
@pytest.mark.parametrize("others", [PLAIN, SIMPLE, WILD])
def test_in_a_batch_the_one_post_with_a_name_is_told(screen, place, others) -> None:
    texts = [" ".join(others)] * 700
    texts[place] = "ei Lumimarjasta mitään"
    assert list(screen.those_let_through(texts)) == [place]


def test_posts_of_nobody_are_held_back(screen) -> None:
    """Else a key that stands in every post would let all of them through, and hide a fault."""
    texts = [" ".join(words) for words in (PLAIN, SIMPLE, WILD, PLAIN[::-1])] * 200
    assert list(screen.those_let_through(texts)) == []
    for text in texts[:4]:
        assert not screen.lets_through(text)
        assert not screen.lets_through_json(json.dumps({"id": 1, "text": text}))

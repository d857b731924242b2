"""Which brands a post mentions, and why. Pure: brands and a post in, mentions out.

Names, handles, hashtags, domains, products and people are found as whole words in any script,
whatever their case and Unicode form (:mod:`listener.match.fold`, :mod:`listener.match.forms`).
The time it takes grows with the length of the post and not with the number of brands.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from listener.match.fold import fold, folded
from listener.match.forms import Form, account, forms_of, hosts, scanner
from listener.model import Brand, Evidence, Mention, Post
from listener.text import shown

EVIDENCE_MAX = 20
EVIDENCE_CHARS_MAX = 500

_SHORT_CHARS = 10_000  # up to here a look at all the words at once is worth its memory

_DIRECT = {"handle", "reply"}
_WORDS_AROUND = {"require", "forbid"}
_NOBODY: frozenset[int] = frozenset()

_Spans = dict[tuple[int, str], list[tuple[int, int]]]  # (brand, kind) → places in a folded text


class Matcher:
    """The brands, compiled once; then asked about every post."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._brands = tuple(brands)
        self._forms: dict[str, list[tuple[tuple[int, str], Form]]] = defaultdict(list)
        self._accounts: dict[str, set[int]] = defaultdict(set)
        self._hosts: dict[str, set[int]] = defaultdict(set)
        for index, brand in enumerate(self._brands):
            self._take_up(index, brand)
        self._words = scanner(self._forms)

    def match(self, post: Post, brands: Collection[str] | None = None) -> tuple[Mention, ...]:
        """A mention for each brand that the post is about, in the order of the brands.

        ``brands`` restricts the answer to these ids. A post by one of the brand's own accounts
        is no mention of it. The mentions name no source: who polled it knows.
        """
        found, words_around = self._found(post)
        own = self._accounts.get(account(post.author.handle), _NOBODY)
        return tuple(
            _mention(post, self._brands[index], found[index])
            for index in sorted(found.keys() - own)
            if (brands is None or self._brands[index].id in brands)
            and (index, "forbid") not in words_around
            and (not self._brands[index].require or (index, "require") in words_around)
        )

    def _take_up(self, index: int, brand: Brand) -> None:
        for form in forms_of(brand):
            self._forms[form.key].append(((index, form.kind), form))
        for handle in filter(None, map(account, brand.handles + brand.own_accounts)):
            self._accounts[handle].add(index)
        for domain in brand.domains:
            for host in hosts(domain):
                self._hosts[host].add(index)

    def _found(self, post: Post) -> tuple[dict[int, list[Evidence]], set[tuple[int, str]]]:
        """The evidence for each brand, and which required and forbidden words there are."""
        found: dict[int, list[Evidence]] = defaultdict(list)
        words_around: set[tuple[int, str]] = set()
        written = (("title", post.title), ("text", post.text))
        for field, text in ((field, text) for field, text in written if text):
            whole = folded(text)
            spans = self._spans(whole.text)
            words_around |= {at for at in spans if at[1] in _WORDS_AROUND}
            for index, start, end, kind in _longest(spans):
                place = _bounded(*whole.span(start, end))
                found[index].append(Evidence(kind, text[slice(*place)], *place, field))
        for index, evidence in (*self._linked(post), *self._replied(post)):
            found[index].append(evidence)
        return found, words_around

    def _spans(self, text: str) -> _Spans:
        """The first places of each kind for each brand, in a folded text."""
        spans: _Spans = defaultdict(list)
        full: set[tuple[int, str]] = set()
        if len(text) < _SHORT_CHARS and self._forms.keys().isdisjoint(self._words.findall(text)):
            return spans
        for word in self._words.finditer(text):
            for at, form in self._forms.get(word.group(), ()):
                span = None if at in full else form.span(text, word.start())
                if span:
                    spans[at].append(span)
                    if len(spans[at]) == EVIDENCE_MAX:
                        full.add(at)
        return spans

    def _linked(self, post: Post) -> Iterator[tuple[int, Evidence]]:
        if not self._hosts:
            return
        for link in post.links:
            for index in sorted(self._brands_at(_host(link))):
                yield index, Evidence("domain", link[:EVIDENCE_CHARS_MAX], 0, 0, "link")

    def _brands_at(self, host: str) -> set[int]:
        labels = host.split(".")[-10:]
        tails = (".".join(labels[at:]) for at in range(len(labels)))
        return set().union(*(self._hosts.get(tail, _NOBODY) for tail in tails))

    def _replied(self, post: Post) -> Iterator[tuple[int, Evidence]]:
        if post.in_reply_to:
            for index in sorted(self._accounts.get(account(post.in_reply_to), _NOBODY)):
                yield index, Evidence("reply", post.in_reply_to, 0, 0, "in_reply_to")


def run_examples(brands: Sequence[Brand]) -> list[str]:
    """A sentence for each example of a brand that doesn't do what it must, with the evidence."""
    return [fault for brand in brands for fault in _failed_examples(brand)]


def _mention(post: Post, brand: Brand, evidence: list[Evidence]) -> Mention:
    direct = any(one.kind in _DIRECT for one in evidence)
    if len(evidence) > EVIDENCE_MAX:  # what makes it direct must not be cut off
        evidence = sorted(evidence, key=lambda one: one.kind not in _DIRECT)[:EVIDENCE_MAX]
    return Mention(post, brand.id, "direct" if direct else "indirect", tuple(evidence))


def _longest(spans: _Spans) -> Iterator[tuple[int, int, int, str]]:
    """Where a brand's evidence overlaps, the longest; in the order of the text, per brand."""
    places = sorted(
        (index, start, -end, at, kind)
        for at, ((index, kind), found) in enumerate(spans.items())
        if kind not in _WORDS_AROUND
        for start, end in found
    )
    kept: tuple[int, int, int, str] | None = None
    for index, start, minus_end, _, kind in places:
        place = (index, start, -minus_end, kind)
        if kept is None or kept[0] != index or kept[2] <= start:
            if kept is not None:
                yield kept
            kept = place
        elif place[2] - start > kept[2] - kept[1]:
            kept = place
    if kept is not None:
        yield kept


def _bounded(start: int, end: int) -> tuple[int, int]:
    return start, min(end, start + EVIDENCE_CHARS_MAX)


def _host(link: str) -> str:
    try:
        return fold(urlsplit(link if "//" in link else f"//{link}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _failed_examples(brand: Brand) -> Iterator[str]:
    matcher = Matcher([brand])
    for text in brand.must_match:
        if not _evidence(matcher, text):
            why = _why(brand, text)
            yield f"brands.{brand.id}.must_match: {_quoted(text)} does not match: {why}."
    for text in brand.must_not_match:
        evidence = _evidence(matcher, text)
        if evidence:
            yield f"brands.{brand.id}.must_not_match: {_quoted(text)} matches by {_told(evidence)}."


def _why(brand: Brand, text: str) -> str:
    """Why the example is no mention of the brand."""
    if not _evidence(Matcher([replace(brand, require=(), forbid=())]), text):
        return "nothing of the brand stands in it"
    if not brand.require or _evidence(Matcher([replace(brand, forbid=())]), text):
        return f"it holds a forbidden word, {_told(_words(brand.forbid, text))}"
    return "it holds none of the required words"


def _words(words: tuple[str, ...], text: str) -> tuple[Evidence, ...]:
    return _evidence(Matcher([Brand("", names=words)]), text)


def _evidence(matcher: Matcher, text: str) -> tuple[Evidence, ...]:
    return tuple(
        one for mention in matcher.match(Post("example", "1", text)) for one in mention.evidence
    )


def _told(evidence: tuple[Evidence, ...]) -> str:
    return ", ".join(
        f"the {one.kind} {_quoted(one.text)} at {one.start} to {one.end}" for one in evidence[:3]
    )


def _quoted(text: str) -> str:
    return f'"{shown(text, 100)}"'

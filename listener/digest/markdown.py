"""A digest as a Markdown page. No stranger's text formats, links or pings in it."""

import re
from collections.abc import Iterable, Sequence

from listener.coverage import SourceView
from listener.digest import Digest, words
from listener.digest.stories import Story
from listener.digest.tally import Urgent

# What means something anywhere in a line, and what does at its beginning.
_FORMATS = re.compile(r"[\\`*_\[\]<>|~&$#{}^=+]|\A-")
_NUMBERS_AN_ITEM = re.compile(r"\A(\d{1,9})([.)])(?=\s|\Z)")
# Readers of many dialects make links and pings of bare text, even of escaped text: an invisible
# break keeps them from it.
_LINKS_ITSELF = re.compile(r"(?i)(?<=[@#])|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=[^\W\d_]\.)(?=[^\W\d_])")
_BREAK = "\u200b"


def markdown_page(digest: Digest) -> str:
    """The whole page, CommonMark with tables."""
    sections = (
        [f"# Digest: {words.title(digest)}", plain(words.subtitle(digest))],
        _coverage(digest),
        _brands(digest),
        _series(digest),
        _urgent(digest),
        _stories(digest),
        _places(digest),
        _voices(digest),
    )
    return "\n\n".join(part for section in sections for part in section) + "\n"


def plain(text: str) -> str:
    """The text such that it reads as it stands, on one line, whatever it holds."""
    unlinked = _LINKS_ITSELF.sub(_BREAK, " ".join(text.split()))
    return _NUMBERS_AN_ITEM.sub(r"\1\\\2", _FORMATS.sub(r"\\\g<0>", unlinked))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int = 1) -> str:
    """A table of plain text; columns from ``numbers_from`` on stand to the right."""
    rules = ["---" if at < numbers_from else "---:" for at in range(len(heads))]
    lines = [map(plain, heads), rules, *(map(plain, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _coverage(digest: Digest) -> list[str]:
    told = [f"**{plain(line)}**" for line in words.headlines(digest)]
    failures = words.failures(digest)
    lines = [f"- {_source(source, digest)}" for source in digest.sources]
    return ["## What this rests on", *told, *filter(None, ["\n".join(lines), plain(failures)])]


def _source(source: SourceView, digest: Digest) -> str:
    gaps = words.gaps(source, digest.zone)
    lines = [*gaps.lines, *filter(None, [gaps.rest])]
    told = f"{plain(words.name(source.source))}: {plain(words.seen(source))}"
    return "\n".join([told, *(f"  - {plain(line)}" for line in lines)])


def _brands(digest: Digest) -> list[str]:
    if not digest.brands:
        return ["## Brands", "No brand was listened for."]
    volumes = _table(
        ["Brand", "Mentions", "Change", "Direct", "Indirect", "Share of voice"],
        (
            [
                words.brand(one) + (", competitor" if one.is_competitor else ""),
                words.volume(one),
                words.change(one),
                *(words.part(count, one) for count in (one.direct, one.indirect)),
                words.share_of_voice(one),
            ]
            for one in digest.brands
        ),
    )
    labels = list(digest.brands[0].sentiment)
    moods = _table(
        ["Sentiment", *labels, "not judged"],
        (
            [
                words.brand(one),
                *(words.part(one.sentiment[label], one) for label in labels),
                words.part(one.not_judged, one),
            ]
            for one in digest.brands
        ),
    )
    notes = (
        f"- {plain(words.name(one.brand))}: {plain(note)}"
        for one in digest.brands
        if (note := " ".join(filter(None, [words.left_out(one), words.rests_on(one)])))
    )
    return ["## Brands", volumes, moods, *filter(None, ["\n".join(notes)])]


def _series(digest: Digest) -> list[str]:
    if not digest.brands:
        return []
    first = digest.brands[0].series
    rows = (
        [words.bar_label(bar, digest), *(words.bar(one.series[at]) for one in digest.brands)]
        for at, bar in enumerate(first)
    )
    heads = ["From", *(words.name(one.brand) for one in digest.brands)]
    return [f"## Mentions per {words.bar_unit(first, digest)}", _table(heads, rows)]


def _urgent(digest: Digest) -> list[str]:
    if not digest.urgent:
        return ["## What was urgent", plain(words.none("Nothing urgent", digest))]
    items = "\n".join(_urgent_item(one, digest) for one in digest.urgent)
    return ["## What was urgent", items, *filter(None, [plain(words.more_urgent(digest))])]


def _urgent_item(one: Urgent, digest: Digest) -> str:
    why = f"\\\n  Why: {plain(', '.join(one.reasons))}" if one.reasons else ""
    facts = plain(words.urgent_facts(one, digest.zone))
    return f"- **{facts}**{_link(one.url)}\\\n  “{plain(one.text)}”{why}"


def _stories(digest: Digest) -> list[str]:
    items = [_story(number, one, digest) for number, one in enumerate(digest.stories, 1)]
    return ["## Loudest stories", "\n".join(items) or words.none("No story", digest)]


def _story(number: int, story: Story, digest: Digest) -> str:
    facts = f"{words.plural(story.count, 'post')}, {words.story_facts(story, digest.zone)}"
    return f"{number}. “{plain(story.text)}”{_link(story.url)}\\\n   {plain(facts)}"


def _places(digest: Digest) -> list[str]:
    rows = (
        [
            words.name(one.source),
            words.name(one.site),
            words.seen(one.view),
            words.place_count(one),
        ]
        for one in digest.places
    )
    table = _table(["Source", "Site", "Coverage", "Mentions"], rows, numbers_from=3)
    more = words.more_places(digest)
    return ["## Sources and sites", table, *filter(None, [plain(more)])]


def _voices(digest: Digest) -> list[str]:
    if not digest.voices:
        return ["## Heard most", words.none("No author", digest)]
    rows = (
        [one.name, words.name(one.site), f"{one.posts:,}", words.people(one.reach)]
        for one in digest.voices
    )
    return ["## Heard most", _table(["Author", "Site", "Posts", "Reach"], rows, numbers_from=2)]


def _link(url: str) -> str:
    address = words.safe_url(url)
    return f" [open](<{address}>)" if address else ""

"""A digest as one self-contained HTML page: no script, nothing loaded, all text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from listener.coverage import SourceView
from listener.digest import BrandFigures, Digest, words
from listener.digest.bars import Bar
from listener.digest.stories import Story
from listener.digest.style import CSS
from listener.digest.tally import Urgent

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

Segment = tuple[str, float, float]  # class, start and width, of 100


def html_page(digest: Digest) -> str:
    """The whole page."""
    heading = escape(words.title(digest))
    sections = (
        _coverage(digest),
        _brands(digest),
        _voice_shares(digest),
        _urgent(digest),
        _stories(digest),
        _places(digest),
        _voices(digest),
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<meta name="referrer" content="no-referrer">
<title>Digest: {heading}</title>
<style>{CSS}</style>
</head>
<body>
<main>
<header>
<p class="over">Digest</p>
<h1>{heading}</h1>
<p class="soft">{escape(words.subtitle(digest))}</p>
</header>
{"".join(sections)}<footer class="soft">
<p>Spam is left out of every number. Near-identical posts are told as one story. Reach is the
views of a post or, where its site tells none, the followers of its author.</p>
</footer>
</main>
</body>
</html>
"""


def _section(heading: str, body: str) -> str:
    return f"<section>\n<h2>{escape(heading)}</h2>\n{body}\n</section>\n"


def _strip(segments: Iterable[Segment], label: str, css: str = "strip") -> str:
    """A bar across the page, made of coloured stretches."""
    parts = "".join(
        f'<rect class="{kind}" x="{start:.3f}" width="{width:.3f}" height="10"/>'
        for kind, start, width in segments
    )
    return (
        f'<svg class="{css}" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">{parts}</svg>'
    )


def _coverage(digest: Digest) -> str:
    alert = bool(digest.unseen) or not digest.sources
    headlines = words.headlines(digest)
    told = [_headline(line, alert=alert and not at) for at, line in enumerate(headlines)]
    failures = words.failures(digest)
    told += [_headline(failures, alert=True)] if failures else []
    sources = "".join(_source(source, digest) for source in digest.sources)
    card = f'<ul class="card long">{sources}</ul>' if sources else ""
    return _section("What this rests on", "\n".join([*told, card]))


def _headline(text: str, *, alert: bool) -> str:
    return f'<p class="headline{" alert" if alert else ""}">{escape(text)}</p>'


def _source(source: SourceView, digest: Digest) -> str:
    period = digest.period
    segments = (
        (
            "seen",
            (since - period.since) / period.length * 100,
            (until - since) / period.length * 100,
        )
        for since, until in source.seen
    )
    seen = words.seen(source)
    gaps = words.gaps(source, digest.zone)
    lines = "".join(f"<li>{escape(line)}</li>" for line in filter(None, [*gaps.lines, gaps.rest]))
    return (
        f'<li class="source"><p class="pair"><b>{_bdi(words.name(source.source))}</b>'
        f"<span>{escape(seen)}</span></p>{_strip(segments, seen)}"
        f'<ul class="soft">{lines}</ul></li>\n'
    )


def _brands(digest: Digest) -> str:
    cards = "".join(_brand(one, digest) for one in digest.brands)
    body = f'<div class="brands">{cards}</div>' if cards else "<p>No brand was listened for.</p>"
    return _section("Brands", body)


def _brand(one: BrandFigures, digest: Digest) -> str:
    marks = ['<span class="mark">competitor</span>'] if one.is_competitor else []
    if one.gappy:
        marks.append('<span class="mark alert">with gaps</span>')
    facts = (
        ("Direct", words.part(one.direct, one)),
        ("Indirect", words.part(one.indirect, one)),
        ("Share of voice", words.share_of_voice(one)),
    )
    told = "".join(f"<div><dt>{head}</dt><dd>{escape(text)}</dd></div>" for head, text in facts)
    notes = "".join(
        f'<p class="soft note">{escape(note)}</p>'
        for note in (words.left_out(one), words.rests_on(one))
        if note
    )
    return (
        f'<article class="card"><p class="top"><b>{_bdi(words.name(one.brand))}</b>'
        f" {' '.join(marks)}</p>{_volume(one)}"
        f'<p class="soft">{escape(words.change(one))}</p><dl class="facts">{told}</dl>'
        f"{_sentiment(one)}{_chart(one, digest)}"
        f"{notes}</article>\n"
    )


def _volume(one: BrandFigures) -> str:
    if not one.count:
        told = words.volume(one)
        return f'<p class="volume{"" if told == "0" else " words"}">{escape(told)}</p>'
    least = "<small>at least</small> " if one.gappy else ""
    return f'<p class="volume">{least}{one.count:,}</p>'


def _sentiment(one: BrandFigures) -> str:
    total = sum(one.sentiment.values())
    if not total:
        return ""
    segments, start = [], 0.0
    for label, count in one.sentiment.items():
        segments.append((label, start, count / total * 100))
        start += count / total * 100
    legend = "".join(
        f'<li><svg viewBox="0 0 10 10" aria-hidden="true"><circle class="{label}" '
        f'cx="5" cy="5" r="5"/></svg>{label} {count:,}</li>'
        for label, count in one.sentiment.items()
    )
    return f'{_strip(segments, "Sentiment")}<ul class="legend">{legend}</ul>'


def _chart(one: BrandFigures, digest: Digest) -> str:
    most = max((bar.count or 0 for bar in one.series), default=0)
    rects = "".join(_bar(at, bar, most, digest) for at, bar in enumerate(one.series))
    label = words.series(one, digest)
    first, last = (words.bar_label(one.series[at], digest) for at in (0, -1))
    return (
        f'<p class="soft over-chart">{escape(label)}</p>'
        f'<svg class="chart" viewBox="0 0 {10 * len(one.series)} 50" role="img" '
        f'preserveAspectRatio="none" aria-label="{escape(label)}">{rects}</svg>'
        f'<p class="pair soft"><span>{escape(first)}</span><span>{escape(last)}</span></p>'
    )


def _bar(at: int, bar: Bar, most: int, digest: Digest) -> str:
    kind = "bar" if bar.is_whole else "bar gappy"
    height = max(1.5, 50 * bar.count / most) if bar.count else 0.6
    if bar.count is None:
        kind, height = "unseen", 50
    elif not bar.count:
        kind = "ground"
    told = f"{words.bar_label(bar, digest)}: {words.bar(bar)}"
    return (
        f'<rect class="{kind}" x="{10 * at + 1}" y="{50 - height:.2f}" width="8" '
        f'height="{height:.2f}"><title>{escape(told)}</title></rect>'
    )


def _voice_shares(digest: Digest) -> str:
    told = sorted(digest.brands, key=lambda one: -(one.share_of_voice or 0))
    rows = "".join(
        f'<li class="voice"><span>{_bdi(words.brand(one))}</span>{_share(one)}'
        f"<span>{escape(words.share_of_voice(one))}</span></li>"
        for one in told
    )
    return _section("Share of voice", f'<ul class="card">{rows}</ul>') if len(told) > 1 else ""


def _share(one: BrandFigures) -> str:
    segments = (("ground", 0.0, 100.0), ("share", 0.0, (one.share_of_voice or 0) * 100))
    return _strip(segments, words.share_of_voice(one), "strip thin")


def _urgent(digest: Digest) -> str:
    if not digest.urgent:
        return _section("What was urgent", _none("Nothing urgent", digest))
    items = "".join(_urgent_item(one, digest) for one in digest.urgent)
    more = words.more_urgent(digest)
    after = f'<p class="soft">{escape(more)}</p>' if more else ""
    return _section("What was urgent", f'<ul class="card long">{items}</ul>{after}')


def _urgent_item(one: Urgent, digest: Digest) -> str:
    why = ", ".join(one.reasons)
    return (
        f'<li class="item"><p class="soft">{_bdi(words.urgent_facts(one, digest.zone))}'
        f'{_link(one.url)}</p><p class="said" dir="auto">{escape(one.text)}</p>'
        + (f'<p class="soft">Why: {escape(why)}</p>' if why else "")
        + "</li>\n"
    )


def _stories(digest: Digest) -> str:
    items = "".join(_story(one, digest) for one in digest.stories)
    body = f'<ol class="card long">{items}</ol>' if items else _none("No story", digest)
    return _section("Loudest stories", body)


def _story(one: Story, digest: Digest) -> str:
    return (
        f'<li class="item"><p class="said" dir="auto">{escape(one.text)}</p>'
        f'<p class="soft"><span class="many">{words.plural(one.count, "post")}</span>, '
        f"{_bdi(words.story_facts(one, digest.zone))}{_link(one.url)}</p></li>\n"
    )


def _places(digest: Digest) -> str:
    rows = (
        [words.name(one.source), words.name(one.site), words.seen(one.view), words.place_count(one)]
        for one in digest.places
    )
    more = words.more_places(digest)
    after = f'<p class="soft">{escape(more)}</p>' if more else ""
    table = _table(["Source", "Site", "Coverage", "Mentions"], rows)
    return _section("Sources and sites", table + after)


def _voices(digest: Digest) -> str:
    if not digest.voices:
        return _section("Heard most", _none("No author", digest))
    rows = (
        [one.name, words.name(one.site), f"{one.posts:,}", words.people(one.reach)]
        for one in digest.voices
    )
    return _section("Heard most", _table(["Author", "Site", "Posts", "Reach"], rows))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain text; its numbers are in the columns named in ``_COUNTS``."""
    css = ['class="count"' if head in _COUNTS else 'class="text"' for head in heads]
    head = "".join(f"<th {one}>{escape(text)}</th>" for one, text in zip(css, heads, strict=True))
    body = "\n".join(
        "<tr>"
        + "".join(f"<td {one}>{_bdi(text)}</td>" for one, text in zip(css, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="card scroll long"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


_COUNTS = {"Mentions", "Posts", "Reach"}


def _bdi(text: str) -> str:
    """Text that may run right to left, kept from turning what is around it."""
    return f"<bdi>{escape(text)}</bdi>"


def _none(what: str, digest: Digest) -> str:
    return f"<p>{escape(words.none(what, digest))}</p>"


def _link(url: str) -> str:
    address = words.safe_url(url)
    if not address:
        return ""
    return f' <a href="{escape(address)}" rel="noopener noreferrer">open</a>'

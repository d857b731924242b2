"""Addresses that follow from a rule: searches in Google News, channels of YouTube."""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlencode

from listener.match.queries import queries_for
from listener.match.usual import usual_forms
from listener.model import Brand

NEWS_URL = "https://news.google.com/rss/search"
YOUTUBE_URL = "https://www.youtube.com/feeds/videos.xml"

_QUERY_CHARS_MAX = 1_000
_EDITIONS_MAX = 3
_EDITIONS = {
    "cs": ("cs", "CZ"),
    "de": ("de", "DE"),
    "en": ("en-US", "US"),
    "es": ("es-419", "US"),
    "fi": ("fi", "FI"),
    "fr": ("fr", "FR"),
    "it": ("it", "IT"),
    "lt": ("lt", "LT"),
    "lv": ("lv", "LV"),
    "nl": ("nl", "NL"),
    "no": ("no", "NO"),
    "pl": ("pl", "PL"),
    "pt": ("pt-PT", "PT"),
    "ru": ("ru", "RU"),
    "sv": ("sv", "SE"),
    "uk": ("uk", "UA"),
}
_CHANNEL = re.compile(r"UC[\w-]{22}")


def news_addresses(brands: Iterable[Brand], base_url: str = NEWS_URL) -> list[str]:
    """The feeds of the searches that find the brands, in the editions of their languages."""
    return [
        f"{base_url}?{urlencode({'q': query, 'hl': hl, 'gl': gl, 'ceid': f'{gl}:{hl}'})}"
        for brand in brands
        for query in _queries(brand)
        for hl, gl in _editions(brand.languages)
    ]


def youtube_addresses(channels: Iterable[str], base_url: str = YOUTUBE_URL) -> Iterator[str]:
    """The feeds of these channels, by their ids. Raises ValueError for what is no id."""
    for channel in channels:
        if not _CHANNEL.fullmatch(channel):
            msg = (
                f"youtube_channels names {channel!r}, which is no channel's id: they begin with "
                "UC and have 24 characters (on its page: More, Share, Copy channel ID)"
            )
            raise ValueError(msg)
        yield f"{base_url}?{urlencode({'channel_id': channel})}"


def _queries(brand: Brand) -> tuple[str, ...]:
    """Only what is new counts: without a time the search gives the best of all years."""

    def forms(base: str) -> Sequence[str]:
        return usual_forms(base, brand.languages)

    found = queries_for(brand, "google_news", _QUERY_CHARS_MAX, forms).queries
    return tuple(f"{query} when:7d" for query in found)


def _editions(languages: Sequence[str]) -> list[tuple[str, str]]:
    codes = dict.fromkeys(language.lower().partition("-")[0] for language in languages)
    known = [_EDITIONS[code] for code in codes if code in _EDITIONS]
    return known[:_EDITIONS_MAX] or [_EDITIONS["en"]]

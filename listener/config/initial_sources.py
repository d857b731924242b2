"""The sources of a first config: what works without a key, and what each other place demands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listener.config.toml_text import toml_value

MASTODON = "https://mastodon.social"


@dataclass(frozen=True, slots=True)
class Keyless:
    """A place that can be read without a key: what it brings, and the body of its table."""

    brings: str
    table: str


KEYLESS: Mapping[str, Keyless] = {
    "news": Keyless(
        "what news sites write about it, as Google News finds it",
        'type = "feed"\nnews_search = true\npoll_seconds = 900\n',
    ),
    "bluesky": Keyless(
        "every post on Bluesky, as it is written",
        'type = "bluesky"\n',
    ),
    "hackernews": Keyless(
        "stories and comments on Hacker News",
        'type = "hackernews"\npoll_seconds = 300\n',
    ),
    "mastodon": Keyless(
        "posts with its hashtags on Mastodon; add the instances your customers are on",
        f'type = "mastodon"\ninstances = [{toml_value(MASTODON)}]\nhashtags = {{hashtags}}\n'
        "poll_seconds = 300\n",
    ),
}

NEEDS_A_KEY = ("x", "reddit", "discourse", "forum")
NOWHERE = "none"

_LATER = """\
# Places that ask for something first. Take away the # once you have it; each has its page in
# docs/sources.
#
# X is paid per post that it hands out. An app at developer.x.com gives the token; set a budget,
# which is a ceiling that is never crossed.
# [sources.x]
# type = "x"
# token = "env:X_TOKEN"
# [sources.x.budget]
# money_per_month = 50
#
# Reddit wants the app approved, and a contract with a price where the use is commercial; its
# page in docs/sources says more. Without subreddits the whole site is searched.
# [sources.reddit]
# type = "reddit"
# client_id = "your-app-id"
# client_secret = "env:REDDIT_SECRET"
# subreddits = ["Finland"]
#
# A forum that runs Discourse (yours, or one of your trade) can be read as soon as it is named.
# [sources.forum]
# type = "discourse"
# forums = ["https://forum.example.org"]
"""


def sources(places: Sequence[str], hashtags: Sequence[str], feeds: Sequence[str]) -> str:
    """The tables of the places without a key, one for feeds if there are any, then the others."""
    tables = [_feeds(feeds)] if feeds else []
    tables += [
        f"# {KEYLESS[place].brings}\n[sources.{place}]\n"
        + KEYLESS[place].table.replace("{hashtags}", toml_value(list(hashtags)))
        for place in places
    ]
    return "\n".join([*tables, _LATER])


def _feeds(urls: Sequence[str]) -> str:
    lines = "".join(f"  {toml_value(url)},\n" for url in urls)
    return f'[sources.feeds]\ntype = "feed"\nurls = [\n{lines}]\npoll_seconds = 300\n'

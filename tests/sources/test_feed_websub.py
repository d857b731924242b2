"""WebSub: the source asks a hub, the pages answer it, its notices make the source due."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from listener.config import load_config
from listener.ports import Secret
from listener.store import open_store
from listener.store.port import Polled, SourcePlan
from listener.web.server import Pages
from listener.websub import Signature, Subscriber, Subscribing, topic_mark
from sources.feed import FeedSource
from tests.sources.feed_site import NOON, Site, rss, source, told
from tests.sources.feed_site import serving as serving_pages
from tests.sources.standins.serving import serving
from tests.sources.standins.websub_hub import Hub, exchange

DAY = timedelta(days=1)
SECRET = "a secret of some length"
CONFIG = """
[listener]
database = "sqlite:listener.db"
[web]
port = 0
public_url = "https://listen.example.org/"
[brands.norvia]
names = ["Norvia"]
[sources.blogs]
type = "feed"
urls = ["https://blog.example/feed"]
poll_seconds = 900
websub_secret = "env:HUBS"
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving_pages() as site:
        yield site


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub()) as hub:
        yield cast("Hub", hub)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    """The web server of a listener whose source ``blogs`` is polled next in 13 minutes."""
    (tmp_path / "config.toml").write_text(CONFIG)
    config = load_config(tmp_path / "config.toml", {"HUBS": SECRET}, tells=False)
    with closing(open_store(config.database)) as store:
        before = NOON - timedelta(minutes=2)
        store.plan_sources([SourcePlan("blogs", 900)], before)
        (turn,) = store.claim_sources(before, 60, 1)
        store.save_poll(turn, Polled([], [], "{}", before, before + timedelta(minutes=15)))
    pages = Pages(config, dict, lambda: NOON)
    pages.start()
    yield pages
    pages.stop()


def is_due(pages: Pages) -> bool:
    with closing(open_store(pages._config.database)) as store:
        return store.status(NOON).sources[0].due_at <= NOON


def subscribing(site: Site, pages: Pages | None, **settings: object) -> FeedSource:
    """The source as the config sets it up, but for hubs on the loopback."""
    address = f"http://127.0.0.1:{pages.port}" if pages else "http://127.0.0.1:1"
    return source(
        site.url + "/feed",
        websub_secret=Secret(SECRET),
        public_url=address,
        source_name="blogs",
        **settings,
    )


def feed_with_hub(site: Site, hub: Hub, text: str = "one") -> str:
    links = f'<{hub.url}/hub>; rel="hub", <{site.url}/feed>; rel="self"'
    return site.serve("/feed", rss(f"a|{text}"), Link=links, ETag=f'"{text}"')


def test_a_notice_of_the_hub_makes_the_source_due(site: Site, hub: Hub, pages: Pages) -> None:
    topic = feed_with_hub(site, hub)
    feeds = subscribing(site, pages)
    cursor = feeds.poll(None).cursor
    hub.verify()
    assert [one.topic for one in hub.subscriptions.values()] == [topic]
    assert not is_due(pages)
    assert hub.tell(topic, rss("a|not what the feed says")) == [202]
    assert is_due(pages)
    feed_with_hub(site, hub, "two")
    assert told(feeds.poll(cursor)) == {"a": "two"}


@pytest.mark.parametrize("method", ["sha1", "sha384", "sha512"])
def test_every_way_to_sign_is_known(site: Site, hub: Hub, pages: Pages, method: str) -> None:
    hub.method = method
    topic = feed_with_hub(site, hub)
    subscribing(site, pages).poll(None)
    hub.verify()
    hub.tell(topic, b"x")
    assert is_due(pages)


def test_who_has_the_address_but_not_the_key_changes_nothing(
    site: Site, hub: Hub, pages: Pages
) -> None:
    topic = feed_with_hub(site, hub)
    subscribing(site, pages).poll(None)
    hub.verify()
    (one,) = hub.subscriptions.values()
    for stated in ("", "sha256=", "sha256=" + "0" * 64, "md5=x", "sha256=\xe9", "=", one.secret):
        assert exchange("POST", one.callback, b"x", {"X-Hub-Signature": stated})[0] == 202
    one.secret = "another"
    hub.tell(topic, b"x")
    assert not is_due(pages)


def test_an_address_that_was_guessed_leads_nowhere(pages: Pages) -> None:
    mine = Subscriber(f"http://127.0.0.1:{pages.port}", "blogs", Secret(SECRET))
    other = Subscriber(mine.public_url, "blogs", Secret("another"))
    for address in (
        other.callback("t"),
        mine.callback("t")[:-1],
        mine.callback("t").replace("blogs", "others"),
        mine.callback("t") + "%e9",
    ):
        assert (
            exchange("GET", address + "?hub.mode=subscribe&hub.topic=t&hub.challenge=c")[0] == 404
        )
        assert exchange("POST", address, b"x")[0] == 404


def test_only_what_was_asked_for_is_confirmed(pages: Pages) -> None:
    address = Subscriber(f"http://127.0.0.1:{pages.port}", "blogs", Secret(SECRET)).callback("t")
    asked = "?hub.mode={}&hub.topic={}&hub.challenge=c%3Cb%3E"
    assert exchange("GET", address + asked.format("subscribe", "t")) == (200, b"c<b>")
    assert exchange("GET", address + asked.format("subscribe", "u"))[0] == 404
    assert exchange("GET", address + asked.format("unsubscribe", "t"))[0] == 404
    assert exchange("GET", address + asked.format("denied", "t")) == (200, b"")


def test_a_notice_may_be_large_but_not_endless(pages: Pages) -> None:
    address = Subscriber(f"http://127.0.0.1:{pages.port}", "blogs", Secret(SECRET)).callback("t")
    status, _ = exchange("POST", address, b"x" * 10_000_001, {"X-Hub-Signature": "sha256=0"})
    assert status == 413
    assert not is_due(pages)


def test_subscriptions_are_renewed_daily_and_refusals_asked_again_in_an_hour(
    site: Site, hub: Hub
) -> None:
    feed_with_hub(site, hub)
    now = NOON
    feeds = subscribing(site, None, now=lambda: now)
    first = feeds.poll(None)
    assert first.spent.requests == 2
    cursor = first.cursor
    for hours, asked in ((1, 1), (23, 1), (25, 2), (47, 2), (50, 3)):
        now = NOON + timedelta(hours=hours)
        cursor = feeds.poll(cursor).cursor
        assert len(hub.asked) == asked
    hub.trouble = "down"
    for hours, asked in ((80, 4), (80.5, 4), (81.5, 5)):
        now = NOON + timedelta(hours=hours)
        cursor = feeds.poll(cursor).cursor
        assert len(hub.asked) == asked


def test_a_feed_that_asked_for_peace_is_read_at_its_hubs_word(site: Site, hub: Hub) -> None:
    """Asked early, the addresses with a hub are visited, whatever their ttl, and no others."""
    links = f'<{hub.url}/hub>; rel="hub"'
    site.serve("/feed", rss("a|1").replace(b"<title>", b"<ttl>60</ttl><title>"), Link=links)
    plain = site.serve("/plain", rss("b|1"))
    feeds = subscribing(site, None)
    feeds.urls.append(plain)
    feeds.poll(feeds.poll(None).cursor)
    assert sorted(site.paths()) == ["/feed", "/feed", "/plain"]


def test_no_hub_is_asked_unless_it_is_set_up(site: Site, hub: Hub) -> None:
    url = feed_with_hub(site, hub)
    source(url).poll(None)
    source(url, websub_secret=Secret(SECRET)).poll(None)
    assert hub.asked == []


def test_a_hub_in_a_private_network_is_not_asked(hub: Hub) -> None:
    with serving_pages() as site:
        feed_with_hub(site, hub)
        feeds = subscribing(site, None)
        from sources.feed_parts.cursor import UrlState
        from sources.feed_parts.websub import Subscribing as Asking

        assert feeds.subscriber
        asking = Asking(feeds.subscriber, 5, {"intranet", "localhost"})
        state = asking.asked(UrlState(hub=hub.url + "/hub", topic="t"), NOON)
    assert state.subscribed_at < 0
    assert hub.asked == []


def test_a_hub_at_a_private_host_that_nobody_named_is_not_asked(site: Site, hub: Hub) -> None:
    """Whoever writes a feed chooses its hub."""
    feed_with_hub(site, hub)
    links = f'<{hub.url.replace("127.0.0.1", "localhost")}/hub>; rel="hub"'
    site.serve("/feed", rss("a|1"), Link=links)
    subscribing(site, None).poll(None)
    assert hub.asked == []


def test_the_config_tells_the_source_its_name_and_pace(pages: Pages) -> None:
    plugin = pages._config.sources[0].plugin
    assert isinstance(plugin, FeedSource)
    assert isinstance(plugin, Subscribing)
    assert plugin.poll_seconds == 900
    assert plugin.subscriber
    address = plugin.subscriber.callback("t")
    assert address.startswith(f"https://listen.example.org/websub/blogs/{topic_mark('t')}/")
    assert SECRET not in address


def test_a_signature_is_checked_piece_by_piece() -> None:
    whole = Signature("SHA256=" + "a" * 64, "key")
    whole.take(b"x")
    assert not whole.is_right()

"""Facebook through every fault: posts on the page, and comments below one of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.facebook_site import FacebookSite
from tests.sources.standins.serving import DAY, Entry, StandIn, serving


class TalkedOf(FacebookSite):
    """Whatever is published here is a comment below one post from three days ago."""

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        if not self.entries:
            super().publish("our shop", author="norvia", at=self.now - 3 * DAY)
        return super().publish(text, author=author, at=at, reply_to=reply_to or self.first)

    @property
    def first(self) -> str:
        return next(iter(self.entries))

    def visible(self) -> list[Entry]:
        return [entry for entry in super().visible() if entry.reply_to]

    def delete(self, post_id: str) -> None:
        if post_id != self.first:
            super().delete(post_id)


class TestFaults(FaultSuite):
    quick = {"timeout_seconds": 0.3}  # noqa: RUF012

    @pytest.fixture(params=[FacebookSite, TalkedOf], ids=["posts", "comments"])
    def site(self, request: pytest.FixtureRequest) -> Iterator[StandIn]:
        with serving(request.param()) as site:
            yield site


def test_the_faults_reach_the_comments() -> None:
    with serving(TalkedOf()) as site:
        site.publish("Norvia")
        (post,) = site.source().poll(None).posts
        assert post.in_reply_to == site.first
        site.entries[site.first] = replace(site.entries[site.first], deleted_at=site.now)
        site.now += DAY
        assert site.source().poll(None).posts == ()

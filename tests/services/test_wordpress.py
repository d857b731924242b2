"""A real WordPress: what is published, edited and deleted there, through the real daemon."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import wordpress
from tests.services.daemon import Daemon, listening
from tests.services.required import need

POLL_SECONDS = 5
CONFIG = """
[brands.norvia]
names = ["Norvia"]

[sources.blog]
type = "feed"
urls = [{posts}, {comments}]
poll_seconds = {seconds}
obey_hints = false  # it is ours
allow_private = true
"""


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wordpress.WordPress]:
    need("wordpress", wordpress.missing())
    with wordpress.running(tmp_path_factory.mktemp("blog")) as site:
        yield site


@pytest.fixture
def daemon(blog: wordpress.WordPress, tmp_path: Path) -> Iterator[Daemon]:
    config = CONFIG.format(
        posts=json.dumps(blog.posts_feed),
        comments=json.dumps(blog.comments_feed),
        seconds=POLL_SECONDS,
    )
    with listening(tmp_path, config) as running:
        running.until("the blog is read", lambda: bool(running.found("Welcome to WordPress")))
        yield running


def test_a_post_and_its_comment_come_change_and_go(
    blog: wordpress.WordPress, daemon: Daemon
) -> None:
    post = blog.publish("A day in Tampere", "We flew with Norvia, and the zebrafish was fine.")
    daemon.until("a post is stored", lambda: bool(daemon.found("zebrafish")))
    comment = blog.comment(post, "My Norvia flight was late, with an armadillo aboard.")
    daemon.until("a comment is stored", lambda: bool(daemon.found("armadillo")))
    daemon.until("both are mentions", lambda: daemon.exported().count("\n") == 2)

    blog.edit_comment(comment, "My Norvia flight was early, with a pangolin aboard.")
    daemon.until("a comment's edit is stored", lambda: bool(daemon.found("pangolin")))
    assert daemon.found("armadillo") == []
    assert "pangolin" in daemon.exported()

    blog.delete_comment(comment)
    daemon.until("a comment's deletion is stored", lambda: not daemon.found("pangolin"))
    blog.delete(post)
    daemon.until("a post's deletion is stored", lambda: not daemon.found("zebrafish"))
    assert daemon.exported() == ""

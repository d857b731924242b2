"""The session that libraries are given: our limits, whatever they ask for."""

import pytest
import requests

from listener.ports import Reject, Retry
from sources.common.session import NetSession
from tests.sources.faults import drip, talking
from tests.sources.standins.serving import Answer, Asked, Host, serving


class Echo(Host):
    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/away":
            return Answer(302, b"", {"Location": "http://127.0.0.1:1/"})
        return Answer(201, {"path": asked.path, "body": asked.body.decode()}, {"X-Left": "7"})


def session(**options: object) -> NetSession:
    return NetSession(allow_private=True, timeout_seconds=1, **options)  # type: ignore[arg-type]


def test_an_answer_is_what_a_library_expects() -> None:
    with serving(Echo()) as site, session() as ours:
        response = ours.post(f"{site.url}/x", json={"a": 1})
    assert (response.status_code, response.headers["x-left"]) == (201, "7")
    assert response.json() == {"path": "/x", "body": '{"a": 1}'}
    assert (response.text[:1], response.ok, response.url) == ("{", True, f"{site.url}/x")
    assert b"".join(response.iter_content(3)) == response.content
    response.close()


def test_what_a_library_sends_arrives() -> None:
    with serving(Echo()) as site, session() as ours:
        ours.get(site.url, headers={"Authorization": "Bearer x"}, params={"q": "ä b"})
        ours.post(site.url, data={"a": "ü"}, auth=("me", "pw"))
    assert site.asked[0].headers["authorization"] == "Bearer x"
    assert site.asked[0].one("q") == "ä b"
    assert site.asked[1].body == b"a=%C3%BC"
    assert site.asked[1].headers["authorization"].startswith("Basic ")


def test_calls_are_counted_and_redirects_not_followed() -> None:
    with serving(Echo()) as site, session() as ours:
        assert ours.get(f"{site.url}/away", allow_redirects=False).status_code == 302
        assert ours.calls == len(site.asked) == 1


def test_a_fixed_host_can_be_moved() -> None:
    with serving(Echo()) as site, session(moved=("https://api.site.example", site.url)) as ours:
        assert ours.get("https://api.site.example/2/x").json()["path"] == "/2/x"


def test_our_limits_hold_whatever_is_asked_for() -> None:
    with (
        talking(drip) as (url, _),
        session(total_seconds=0.3) as ours,
        pytest.raises(Retry, match="did not finish"),
    ):
        ours.get(url, timeout=600)


def test_private_addresses_are_refused() -> None:
    with talking(lambda *_: None) as (url, counted), NetSession() as ours:
        with pytest.raises(Reject, match="private address"):
            ours.get(url)
        assert counted["connections"] == 0


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(Echo()) as site, session() as ours:
        assert isinstance(ours, requests.Session)
        assert ours.get(site.url).status_code == 201

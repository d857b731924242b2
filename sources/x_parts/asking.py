"""Asking X through tweepy: one answer, or the failure it means in the words of the ports.

tweepy's host is fixed, its calls have no time-outs, and what it makes of a refusal can break on
an odd answer. So it gets a session whose calls go our bounded way, it hands answers over
unread, and what a refusal means is read here, from the answer itself.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import requests

from listener.net import Reply
from listener.ports import Reject, Retry, Secret
from listener.text import shown
from sources.common import asking, fields
from sources.common.session import NetSession

_HOST_OF_TWEEPY = "https://api.twitter.com"
_WORDS_MAX = 200
_BODY_BYTES_MAX = 10_000_000

_MEANINGS: dict[int, asking.Meaning] = {
    401: ("login", "does not accept the bearer token (401): make a new one in its console"),
    402: ("credits", "says that the credits are spent (402): buy more in its console"),
    404: ("gone", "knows no such request (404): it may have changed its interface"),
}


class NotUnderstood(Reject):
    """X can't read what it was asked (400): this question is at fault, not the account."""


class Asker:
    """One poll's way to X. ``requests`` counts what was sent, in every case."""

    def __init__(
        self,
        token: Secret,
        base_url: str,
        now: Callable[[], datetime],
        *,
        timeout_seconds: float,
        allow_private: bool,
    ) -> None:
        import tweepy

        # tweepy writes the token into its debug log.
        logging.getLogger("tweepy.client").setLevel(logging.INFO)
        self._now = now
        self._token = token
        self._session = _Session(
            timeout_seconds=timeout_seconds,
            total_seconds=2 * timeout_seconds,
            size_bytes_max=_BODY_BYTES_MAX,
            allow_private=allow_private,
            moved=(_HOST_OF_TWEEPY, base_url),
        )
        self._client: Any = tweepy.Client(
            token.reveal(), return_type=requests.Response, wait_on_rate_limit=False
        )
        self._client.session = self._session
        self._rules: Any = tweepy.StreamingClient(token.reveal(), return_type=requests.Response)
        self._rules.session = self._session

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._session.calls

    def search(self, query: str, **parameters: Any) -> Any:
        """One page of recent search. Raises Retry and Reject."""
        return self._asked(self._client.search_recent_tweets, query=query, **parameters)

    def lookup(self, ids: list[str], **parameters: Any) -> Any:
        """Posts by their ids. Raises Retry and Reject."""
        return self._asked(self._client.get_tweets, ids=ids, **parameters)

    def rules(self) -> Any:
        """The rules of the filtered stream. Raises Retry and Reject."""
        return self._asked(self._rules.get_rules)

    def add_rules(self, queries: list[str], tag: str) -> None:
        """Add rules to the filtered stream. Raises Retry and Reject."""
        from tweepy import StreamRule

        self._asked(self._rules.add_rules, add=[StreamRule(query, tag) for query in queries])

    def delete_rules(self, ids: list[str]) -> None:
        """Take rules out of the filtered stream. Raises Retry and Reject."""
        self._asked(self._rules.delete_rules, ids=ids)

    def pause_seconds(self) -> float | None:
        """How long X wants no more requests of this kind, by its last answer; None: it takes more.

        Stopping before the limit is politer than running into it.
        """
        reply = self._answer()
        if reply is None or reply.headers.get("x-rate-limit-remaining", "").strip() != "0":
            return None
        return asking.wait_seconds(replace(reply, status=429), self._now())

    def _asked(self, method: Callable[..., Any], **parameters: Any) -> Any:
        self._session.last = None
        broken: Exception | None = None
        try:
            method(**{name: value for name, value in parameters.items() if value})
        except (Retry, Reject):
            raise
        except Exception as error:  # noqa: BLE001  tweepy's reading of a refusal may break
            broken = error
        reply = self._answer()
        if reply is None:
            raise Retry(f"tweepy could not ask X ({type(broken).__name__})") from broken
        if not 200 <= reply.status < 300:
            raise without_secret(refusal(reply, self._now()), self._token)
        return answer_in(reply)

    def _answer(self) -> Reply | None:
        return self._session.last


class _Session(NetSession):
    """Keeps the last answer as it came."""

    last: Reply | None = None

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = super().send(request, **options)
        self.last = Reply(
            response.status_code, response.headers, response.content, str(response.url)
        )
        return response


def answer_in(reply: Reply) -> Any:
    """The JSON of a success. Raises Retry where it is none or no object."""
    try:
        body = fields.parsed(reply.body)
    except ValueError as error:
        raise Retry("X answered with something that is no JSON") from error
    if not isinstance(body, dict):
        raise Retry("X answered with JSON that is no object")
    return body


def refusal(reply: Reply, now: datetime) -> Retry | Reject:
    """What a refusal by X means.

    Its reference lists the types of problems under "Response codes and errors".
    """
    problem, words = _problem(reply)
    if reply.status in (401, 403) and "suspend" in problem:
        return Reject(f"X has suspended the account or the app: {words}", state="suspended")
    if reply.status == 403:
        return _forbidden(problem, words)
    if reply.status == 400:
        return _bad_request(problem, words)
    if reply.status == 429 and ("usage-capped" in problem or "usagecap" in problem):
        reason = f"the plan's posts of this month are used up (429): {words}"
        return Retry(reason, asking.wait_seconds(reply, now), state="quota")
    return asking.failure(reply, now, _MEANINGS)


def without_secret(failure: Retry | Reject, token: Secret) -> Retry | Reject:
    """The failure without the token in its words: an error message may repeat what was sent."""
    failure.reason = failure.reason.replace(token.reveal() or "\0", "***")
    failure.args = (failure.reason,)
    return failure


def _bad_request(problem: str, words: str) -> Retry | Reject:
    if "end_time" in problem:
        return Retry("X says that the time asked for lies ahead: set this machine's clock")
    return NotUnderstood(f"X can't read what it is asked (400): {words}", state="setup")


def _forbidden(problem: str, words: str) -> Reject:
    if "client-forbidden" in problem or "not-enrolled" in problem:
        reason = "X does not let this app ask (403): put it into a project of a plan that may"
        return Reject(f"{reason}. {words}", state="setup")
    return Reject(f"X refuses to show this (403): {words}", state="blocked")


def _problem(reply: Reply) -> tuple[str, str]:
    """Everything said about a refusal, in lower case, and the part of it that is for people."""
    try:
        body = fields.parsed(reply.body)
    except ValueError:
        body = {}
    first = next(fields.items(body, "errors"), {})
    names = ("type", "title", "reason", "detail", "message")
    said = [fields.text(one, name) for one in (body, first) for name in names]
    words = fields.text(first, "message") or fields.text(body, "detail") or "no reason given"
    return " ".join(said).lower(), shown(words, _WORDS_MAX)

"""A site that bills, deletes and forgets, and a source that reads it: for whole-daemon campaigns.

The site keeps one list of events and counts on its own side what was asked and handed out. What is
older than ``KEPT`` events can't be read any more, but for deletions: those it tells for ever. Some
posts it takes down without a word; it then only hints that they may be worth a look.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from listener.clock import utc_now
from listener.model import UNLIMITED, Author, Batch, Gap, Post, Spent
from listener.net import request
from listener.ports import Retry
from tests.campaigns.places import Place, _Handler

POSTS_A_POLL = 8
POSTS_A_LOOK = 20
EVENTS_A_POLL = 40
KEPT = 80
MOMENT = timedelta(milliseconds=1)
POSTS_AN_AUTHOR = 4
MICROS_A_POST = 5_000
TROUBLE_SHARE = 0.1
SLOW_SHARE, SLOW_SECONDS = 0.25, 0.2

Json = dict[str, Any]


@dataclass
class Ceilings:
    """What the site may be asked at most, by the day; money by the month."""

    requests: int
    posts: int

    @property
    def money_micros(self) -> int:
        return self.posts * MICROS_A_POST

    def toml(self) -> str:
        """The same as a source's budget."""
        return (
            f"requests_per_day = {self.requests}\nposts_per_day = {self.posts}\n"
            f"money_per_month = {self.money_micros / 1_000_000}\n"
        )


class _BilledHandler(_Handler):
    def do_GET(self) -> None:  # noqa: N802  http.server's name
        site: BilledSite = self.server.place  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer = site.answer(parts.path, asked)
        if answer is None:
            self.answer(500, b"{}", "application/json")
        else:
            self.answer(200, json.dumps(answer).encode(), "application/json")


class BilledSite(Place):
    """The site. ``words`` holds for each post the one word that stands in it alone."""

    handler = _BilledHandler

    def __init__(self, seed: int, ceilings: Ceilings) -> None:
        self.random = Random(seed)
        self.ceilings = ceilings
        self.steady = False
        self.texts: list[str] = []
        self.events: list[Json] = []
        self.deleted: set[int] = set()
        self.silent: set[int] = set()
        self.gone: set[int] = set()
        self.left_brand: set[int] = set()
        self.billed: Counter[str] = Counter()
        self.crossed: list[str] = []

    # What happens there.

    def grow(self) -> None:
        """Posts are published; now and then one is edited or taken down, or an author goes."""
        with self.lock:
            for _ in range(self.random.randint(2, 4)):
                self._publish()
            for act, share in (
                (self._edit, 0.4),
                (self._leave_brand, 0.15),
                (self._delete, 0.4),
                (self._delete_silently, 0.3),
                (self._remove_author, 0.1),
            ):
                if self.random.random() < share:
                    act()

    def calm_down(self) -> None:
        """Answer at once and without trouble, and hint once more at what went silently."""
        with self.lock:
            self.steady = True
            for n in sorted(self.silent):
                self._event("hint", n)

    @property
    def dead(self) -> set[int]:
        """The posts that are not there any more."""
        of_gone = {n for n in range(len(self.texts)) if n // POSTS_AN_AUTHOR in self.gone}
        return self.deleted | of_gone

    def _publish(self) -> None:
        n = len(self.texts)
        self.texts.append(f"Norvia lost my bag {word(n)}, help!")
        self._event("post", n)

    def _edit(self) -> None:
        n = self._any()
        if n not in self.left_brand:
            self.texts[n] = f"Norvia lost my bag {word(n)}, help! Edit {len(self.events)}."
            self._event("edit", n)

    def _leave_brand(self) -> None:
        n = self._any()
        self.left_brand.add(n)
        self.texts[n] = f"Nothing to see here {word(n)}"
        self._event("edit", n)

    def _delete(self) -> None:
        n = self._any()
        self.deleted.add(n)
        self._event("delete", n)

    def _delete_silently(self) -> None:
        n = self._any()
        self.deleted.add(n)
        self.silent.add(n)
        self._event("hint", n)

    def _remove_author(self) -> None:
        author = self.random.randrange(max(1, len(self.texts) // POSTS_AN_AUTHOR - 1))
        if (author + 1) * POSTS_AN_AUTHOR <= len(self.texts):
            self.gone.add(author)
            self._event("gone", author * POSTS_AN_AUTHOR)

    def _any(self) -> int:
        """A post that is there, a recent one by preference."""
        there = [n for n in range(len(self.texts)) if n not in self.dead]
        return self.random.choice(there[-12:] if self.random.random() < 0.7 else there)

    def _event(self, kind: str, n: int) -> None:
        self.events.append({"kind": kind, "n": n, "at": utc_now().isoformat()})

    # What it answers.

    def answer(self, path: str, asked: dict[str, str]) -> Json | None:
        """None is a 500, which is billed like anything else."""
        with self.lock:
            trouble = not self.steady and self.random.random() < TROUBLE_SHARE
            slow = not self.steady and self.random.random() < SLOW_SHARE
            answer = self._look(asked) if path == "/look" else self._page(asked)
            self._bill(sum("text" in event for event in answer.get("events", ())))
        if slow:
            threading.Event().wait(SLOW_SECONDS)
        return None if trouble else answer

    def _bill(self, posts: int) -> None:
        day = f"{utc_now():%Y-%m-%d}"
        self.billed.update({f"{day} requests": 1, f"{day} posts": posts})
        self.billed[f"{day[:7]} money"] += posts * MICROS_A_POST
        for key, most in (
            (f"{day} requests", self.ceilings.requests),
            (f"{day} posts", self.ceilings.posts),
            (f"{day[:7]} money", self.ceilings.money_micros),
        ):
            if self.billed[key] > most:
                self.crossed.append(f"{key}: {self.billed[key]} of {most}")

    def _page(self, asked: dict[str, str]) -> Json:
        after, most = int(asked["after"]), int(asked["posts"])
        told: list[Json] = []
        missed: list[Json] = []
        until = after
        for event in self.events[after:]:
            readable = until >= len(self.events) - KEPT
            brings = event["kind"] in {"post", "edit"} and event["n"] not in self.dead
            if (brings and readable and not most) or len(told) >= EVENTS_A_POLL:
                break
            until += 1
            if brings and readable:
                most -= 1
                told.append(event | {"text": self.texts[event["n"]]})
            elif event["kind"] in {"delete", "gone", "hint"}:
                told.append(event)
            elif not readable:
                missed.append(event)
        return {"events": told, "missed": missed, "until": until, "end": len(self.events)}

    def _look(self, asked: dict[str, str]) -> Json:
        ns = [int(n) for n in asked["ids"].split(",")]
        there = [n for n in ns if n not in self.dead]
        return {
            "there": [{"n": n, "text": self.texts[n]} for n in there],
            "deleted": [n for n in ns if n in self.dead],
        }


@dataclass
class BilledSource:
    """The source that reads it."""

    url: Annotated[str, "Where the site is."]
    now: Callable[[], datetime] = field(default=utc_now, repr=False)
    recheck_posts_max = POSTS_A_LOOK

    def poll(self, cursor: str | None) -> Batch:
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        return Spent(1, POSTS_A_POLL, POSTS_A_POLL * MICROS_A_POST)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """A page, no longer than the allowance pays for."""
        most = min(POSTS_A_POLL, allowance.posts, allowance.money_micros // MICROS_A_POST)
        after = json.loads(cursor)["after"] if cursor else 0
        page = self._asked(f"?after={after}&posts={most}")
        of = {kind: [e for e in page["events"] if e["kind"] == kind] for kind in KINDS}
        brought = [event for event in page["events"] if "text" in event]
        return Batch(
            posts=tuple(_post(event) for event in brought),
            deleted=tuple(f"billed:{event['n']}" for event in of["delete"]),
            gone=tuple(f"billed:{author(event['n'])}" for event in of["gone"]),
            look_again=tuple(f"billed:{event['n']}" for event in of["hint"]),
            gaps=tuple(_gap(event) for event in page["missed"]),
            cursor=json.dumps({"after": page["until"]}),
            more=page["until"] < page["end"],
            spent=Spent(1, len(brought), len(brought) * MICROS_A_POST),
        )

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Whether they are there, and what they say."""
        assert allowance.requests > 0
        answer = self._asked("look?ids=" + ",".join(post.native_id for post in posts))
        return Batch(
            posts=tuple(_post(there) for there in answer["there"]),
            deleted=tuple(f"billed:{n}" for n in answer["deleted"]),
            spent=Spent(1),
        )

    def _asked(self, what: str) -> Json:
        reply = request("GET", self.url + what, allow_private=True)
        if reply.status != 200:
            raise Retry(f"the site answers {reply.status}")
        answer: Json = json.loads(reply.body)
        return answer


KINDS = ("post", "edit", "delete", "gone", "hint")


def word(n: int) -> str:
    """The word that stands in this post and in no other."""
    return "w" + blake2b(str(n).encode(), digest_size=8).hexdigest()


def author(n: int) -> str:
    return f"author{n // POSTS_AN_AUTHOR}"


def _post(event: Json) -> Post:
    n = event["n"]
    at = datetime.fromisoformat(event["at"]) if event.get("kind") == "post" else None
    return Post("billed", str(n), event["text"], author=Author(author(n)), published_at=at)


def _gap(event: Json) -> Gap:
    """Of one post each, named after it, so that nothing else can be hidden in it."""
    at = datetime.fromisoformat(event["at"])
    return Gap(at - MOMENT, at, "page limit", f"{event['kind']} {event['n']}")

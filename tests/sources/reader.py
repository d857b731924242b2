"""Who follows a source by its cursor, as the core does, and counts what came."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass

import pytest

from listener.model import UNLIMITED, Batch, Post
from listener.ports import Reject, Retry, Secret, Source
from tests.sources.faults import REDIRECTED
from tests.sources.standins.serving import SECOND, StandIn

POLLS_MAX = 80

Outcome = Batch | Retry | Reject


@dataclass
class Reader:
    """Follows a source by its cursor, as the core does, and keeps what came."""

    site: StandIn
    source: Source
    cursor: str | None = None
    came: list[Post] = field(default_factory=list)
    told: int = 0

    def poll(self) -> Outcome:
        """One poll; anything but a Batch, Retry or Reject is the test's failure."""
        before = len(self.site.asked)
        outcome = self._outcome()
        _fit_to_print(outcome, self.source)
        sent = [asked for asked in self.site.asked[before:] if asked.path != REDIRECTED]
        assert outcome.spent is not None, "it doesn't say what it spent"
        assert outcome.spent.requests == len(sent), "it miscounts its requests"
        return outcome

    def poll_elsewhere(self, source: Source) -> Outcome:
        """As :meth:`poll`, through another source, whose requests nobody counts."""
        mine, self.source = self.source, source
        try:
            outcome = self._outcome()
        finally:
            self.source = mine
        _fit_to_print(outcome, source)
        return outcome

    def to_rest(self, polls_max: int = POLLS_MAX) -> None:
        """Read on until there is no more, waiting as the site asks to."""
        for _ in range(polls_max):
            outcome = self.poll()
            if isinstance(outcome, Reject):
                pytest.fail(f"it gave up: {outcome.reason}")
            if isinstance(outcome, Retry):
                self.site.now += (outcome.after_seconds or 60) * SECOND
            elif not outcome.more:
                return
        pytest.fail(f"there was still more after {polls_max} polls")

    def has_once(self, post_ids: Sequence[str], *, spoilt_max: int = 0, since: int = 0) -> None:
        """Everything published came; no version of a post came twice."""
        came = self.came[since:]
        versions = Counter((post.native_id, post.title, post.text) for post in came)
        twice = [native_id for (native_id, _, _), count in versions.items() if count > 1]
        assert len(twice) <= spoilt_max, f"{len(twice)} came twice, such as {twice[0]}"
        ids = {post.native_id for post in came}
        lost = [post_id for post_id in post_ids if post_id not in ids]
        assert len(lost) <= spoilt_max, f"{len(lost)} of {len(post_ids)} never came: {lost[:5]}"

    def _outcome(self) -> Outcome:
        try:
            within = getattr(self.source, "poll_within", None)
            batch = within(self.cursor, UNLIMITED) if within else self.source.poll(self.cursor)
        except (Retry, Reject) as failure:
            return failure
        self.cursor = batch.cursor
        self.came += batch.posts
        self.told += len(batch.rejects) + len(batch.faults)
        return batch


def publish(site: StandIn, count: int) -> list[str]:
    """So many posts, two a second."""
    ids = []
    for number in range(count):
        site.now += SECOND / 2
        ids.append(site.publish(f"Norvia has news {len(site.entries)}.{number}"))
    return ids


def waited(outcome: Outcome) -> float:
    """How long it wants to wait; 0 where it leaves that to the core."""
    seconds = outcome.wait_seconds if isinstance(outcome, Batch) else None
    if isinstance(outcome, Retry):
        seconds = outcome.after_seconds
    return seconds or 0.0


def _fit_to_print(outcome: Outcome, source: Source) -> None:
    """Every reason is a line for people, without what is secret."""
    if isinstance(outcome, Batch):
        reasons = [fault.reason for fault in (*outcome.faults, *outcome.rejects)]
    else:
        reasons = [outcome.reason]
    for reason in reasons:
        assert reason.strip()
        assert len(reason) < 1_000
        assert "Traceback" not in reason
        assert not any(secret in reason for secret in secrets_of(source)), "it tells a secret"


def secrets_of(source: object) -> list[str]:
    """What the source's secret settings hold."""
    values = [getattr(source, one.name) for one in fields(source)] if is_dataclass(source) else []
    return [value.reveal() for value in values if isinstance(value, Secret) and value.reveal()]

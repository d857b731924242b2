"""What every source that asks in JSON must survive: the faults of its site.

A source brings its stand-in, served; a dozen lines make its suite::

    class TestFaults(FaultSuite):
        quick: ClassVar = {"timeout_seconds": 0.3, "page_posts": 50}

        @pytest.fixture
        def site(self):
            with serving(HackerNewsSite()) as site:
                yield site

Each test reads what is there, lets the site fail while more is published, ends the fault, reads
on, and counts: everything is there, and nothing twice. A source fails in the words of the ports,
in bounded time, at bounded cost, says what it spent, and tells no secret.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any, ClassVar

import pytest

from listener.model import Batch
from listener.ports import Retry
from listener.text import clean_text
from tests.sources.changes import Noted, changing, relisting, swapping
from tests.sources.faults import (
    BODIES,
    CLEAR_WAITS,
    HTML,
    ODD_WAITS,
    OTHER_VALUES,
    STATES,
    TEXTS,
    WAIT_SECONDS,
    drip,
    gibberish,
    reset,
    silence,
    talking,
)
from tests.sources.reader import POLLS_MAX, Outcome, Reader, publish, waited
from tests.sources.standins.serving import MINUTE, NORVIA, SECOND, Answer, Asked, StandIn

DAY_SECONDS = 86_400.0
PATIENT_SECONDS = 10.0


def patient(settings: Mapping[str, Any]) -> dict[str, Any]:
    """These settings, for a line that is good: an answer may come late on a busy machine."""
    return {**settings, "timeout_seconds": PATIENT_SECONDS}


class FaultSuite:
    """Give ``site``: the stand-in, being served."""

    quick: ClassVar[Mapping[str, Any]] = {"timeout_seconds": 0.3}
    """Settings that make the source impatient, and its pages small enough for ``many`` posts.

    Only a line that hangs meets the impatience: elsewhere a busy machine must not look like one.
    """

    states: ClassVar[Mapping[int, frozenset[str]]] = {}
    """Where this site means something else by a status: what it may be told as."""

    waits: ClassVar[frozenset[str]] = frozenset(CLEAR_WAITS)
    """The spellings of "wait" that this site may use, and the source so must understand."""

    many: ClassVar[int] = 150
    """As many posts as fill several pages, but not more than one poll and its ``more`` can read."""

    requests_max: ClassVar[int] = 60
    """The most requests that one poll may ever send."""

    seconds_max: ClassVar[float] = 8.0
    """The longest that a poll with ``quick`` settings may take, whatever the site does."""

    texts_come_whole: ClassVar[bool] = True
    """Whether the site's format keeps emoji, scripts and lines."""

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        pytest.fail("the suite needs a 'site' fixture: the stand-in, being served")

    @pytest.fixture
    def reader(self, site: StandIn) -> Reader:
        """One who has read three posts; three more were published since."""
        reader = Reader(site, site.source(NORVIA, **patient(self.quick)))
        publish(site, 3)
        reader.to_rest()
        assert len(reader.came) >= 3, "the stand-in's posts don't come even when nothing is wrong"
        publish(site, 3)
        return reader

    # The site refuses.

    @pytest.mark.parametrize("status", STATES)
    def test_a_status_is_told_as_what_it_means(self, reader: Reader, status: int) -> None:
        outcome = self.fail_with(reader, Answer(status, {"error": "no"}))
        if not isinstance(outcome, Batch):
            assert outcome.state in self.states.get(status, STATES[status])
            assert status < 429 or isinstance(outcome, Retry)

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_a_failing_site_is_waited_for(self, reader: Reader, status: int) -> None:
        outcome = self.fail_with(reader, Answer(status, b"oops", {"Retry-After": "120"}))
        assert waited(outcome) >= WAIT_SECONDS

    @pytest.mark.parametrize("spelling", CLEAR_WAITS)
    def test_a_wish_to_wait_is_understood(self, reader: Reader, spelling: str) -> None:
        if spelling not in self.waits:
            pytest.skip("this site does not spell it so")
        outcome = self.fail_with(reader, CLEAR_WAITS[spelling](reader.site.now))
        assert WAIT_SECONDS - 1 <= waited(outcome) <= WAIT_SECONDS * 2

    @pytest.mark.parametrize("spelling", ODD_WAITS)
    def test_an_odd_wish_is_no_disaster(self, reader: Reader, spelling: str) -> None:
        outcome = self.fail_with(reader, ODD_WAITS[spelling](reader.site.now))
        assert 0 <= waited(outcome) <= DAY_SECONDS * 31

    def test_what_an_error_repeats_stays_secret(self, reader: Reader) -> None:
        def echo(asked: Asked, _: Answer | str) -> Answer:
            return Answer(400, {"error": str(asked.headers), "message": str(asked.query)})

        with changing(reader.site, echo):
            assert not isinstance(reader.poll(), Batch) or reader.told
        self.recovers(reader)

    # The line is bad.

    def test_a_site_that_hangs_up(self, reader: Reader) -> None:
        reader.site.trouble = "down"
        self.fails(reader)
        self.recovers(reader)

    @pytest.mark.parametrize("talk", [silence, drip, reset, gibberish])
    def test_a_line_that_is_no_line(self, reader: Reader, talk: Any) -> None:
        site, url = reader.site, reader.site.url
        with talking(talk) as (site.url, counted):
            elsewhere = site.source(NORVIA, **self.quick)
            started = monotonic()
            outcome = reader.poll_elsewhere(elsewhere)
            assert monotonic() - started < self.seconds_max
            assert 0 < counted["connections"] <= self.requests_max
        site.url = url
        assert isinstance(outcome, Retry) or (isinstance(outcome, Batch) and outcome.faults)
        self.recovers(reader)

    # The answer is not what was asked for.

    @pytest.mark.parametrize("body", BODIES)
    def test_an_answer_of_another_kind(self, reader: Reader, body: str) -> None:
        reader.site.trouble = BODIES[body]
        self.bounded(reader)
        self.recovers(reader)

    def test_a_wrong_content_type_loses_nothing(self, reader: Reader) -> None:
        def relabel(_: Asked, answer: Answer | str) -> Answer | str:
            if isinstance(answer, str):
                return answer
            return replace(answer, headers={**answer.headers, "Content-Type": "text/plain"})

        with changing(reader.site, relabel):
            self.bounded(reader)
        self.recovers(reader)

    def test_a_field_of_another_type_costs_no_more_than_its_item(self, reader: Reader) -> None:
        chance = random.Random(reader.site.name)
        with changing(reader.site, noted := Noted()):
            reader.to_rest()
        for path in noted.places():
            value = chance.choice(OTHER_VALUES)
            before, came = publish(reader.site, 3), len(reader.came)
            with changing(reader.site, swapping(path, value)):
                self.bounded(reader)
            self.settle(reader)
            try:
                reader.has_once(before, spoilt_max=1, since=came)
            except AssertionError as error:
                pytest.fail(f"with {value!r} at {path}: {error}")

    @pytest.mark.parametrize("kind", TEXTS)
    def test_any_text_comes_fit_to_keep(self, reader: Reader, kind: str) -> None:
        post_id = reader.site.publish(TEXTS[kind])
        reader.site.now += MINUTE
        reader.to_rest()
        text = {post.native_id: post.text for post in reader.came}[post_id]
        assert "Norvia" in text
        assert clean_text(text) == text
        if kind in ("emoji", "right to left") and self.texts_come_whole:
            assert TEXTS[kind].split()[1] in text

    # The pages are not what they were.

    @pytest.mark.parametrize("good", [1, 2, 3])
    @pytest.mark.parametrize("fault", [Answer(500), Answer(429), HTML, Answer(200, {}, cut=True)])
    def test_a_fault_midway(self, reader: Reader, good: int, fault: Answer) -> None:
        publish(reader.site, self.many)
        left = iter(range(good))

        def then_fail(_: Asked, answer: Answer | str) -> Answer | str:
            return fault if next(left, None) is None else answer

        with changing(reader.site, then_fail):
            self.bounded(reader)
            self.bounded(reader)
        self.recovers(reader)

    def test_pages_that_loop(self, reader: Reader) -> None:
        """Each kind of page is answered with what it held the first time."""
        publish(reader.site, self.many)
        first: dict[str, Answer | str] = {}

        def again(asked: Asked, answer: Answer | str) -> Answer | str:
            return first.setdefault(asked.path, answer)

        with changing(reader.site, again):
            for _ in range(POLLS_MAX):
                outcome = self.bounded(reader)
                if not isinstance(outcome, Batch) or not outcome.more:
                    break
            else:
                pytest.fail(f"it still asks on after {POLLS_MAX} polls")
        self.recovers(reader)

    @pytest.mark.parametrize("how", ["doubled", "reversed", "shuffled"])
    def test_lists_out_of_order(self, reader: Reader, how: str) -> None:
        publish(reader.site, self.many)
        chance = random.Random(how)
        with changing(reader.site, relisting(how, chance)):
            reader.to_rest()
        self.recovers(reader)

    def test_posts_come_and_go_between_two_pages(self, reader: Reader) -> None:
        site = reader.site
        publish(site, self.many)
        coming = [f"Norvia between pages {number}" for number in range(20)]
        going = random.Random(1).sample(list(site.entries), 20)

        def move(_: Asked, answer: Answer | str) -> Answer | str:
            if coming:
                site.now += SECOND
                site.publish(coming.pop())
                site.delete(going.pop())
            return answer

        with changing(site, move):
            reader.to_rest()
        self.recovers(reader)

    @pytest.mark.parametrize("minutes", [-5, 5])
    def test_a_clock_that_is_off(self, reader: Reader, minutes: int) -> None:
        site = reader.site
        ours = lambda: site.now - minutes * MINUTE  # noqa: E731
        reader.source = replace(reader.source, now=ours)  # type: ignore[type-var]
        for _ in range(8):
            publish(site, 2)
            site.now += MINUTE
            reader.to_rest()
        self.recovers(reader)

    # What the tests are made of.

    def fail_with(self, reader: Reader, trouble: Answer) -> Outcome:
        """The outcome of a poll in such trouble; afterwards everything is there."""
        reader.site.trouble = trouble
        outcome = self.fails(reader)
        self.recovers(reader)
        return outcome

    def fails(self, reader: Reader) -> Outcome:
        """A poll in which nothing can be read, and which says so."""
        outcome = self.bounded(reader)
        assert not isinstance(outcome, Batch) or outcome.faults, "it passes over the failure"
        return outcome

    def bounded(self, reader: Reader) -> Outcome:
        asked, started = len(reader.site.asked), monotonic()
        outcome = reader.poll()
        assert monotonic() - started < self.seconds_max
        assert len(reader.site.asked) - asked <= self.requests_max
        return outcome

    def settle(self, reader: Reader) -> None:
        """The fault is over, and some time has passed."""
        reader.site.trouble = None
        reader.site.now += 3 * MINUTE
        reader.to_rest()

    def recovers(self, reader: Reader) -> None:
        """The fault is over: everything that is published comes, and nothing twice."""
        self.settle(reader)
        publish(reader.site, 1)
        reader.site.now += MINUTE
        reader.to_rest()
        reader.has_once([entry.id for entry in reader.site.visible()])

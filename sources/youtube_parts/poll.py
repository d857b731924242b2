"""One poll: what is to be asked, in which order, and what it means where some of it fails.

A round asks for everything once: each list of threads, each channel's uploads, the threads that
are due for a look, the replies of those that grew. A poll that has nothing left leaves the rest of
the round to the next, which does that first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from listener.model import Batch, Fault
from listener.ports import FailureState, Reject, Retry
from sources.common.places import told
from sources.common.purse import NothingLeft
from sources.youtube_parts.api import Api
from sources.youtube_parts.channels import Lookups
from sources.youtube_parts.cursor import Channel, Place, State, dump
from sources.youtube_parts.harvest import Harvest
from sources.youtube_parts.listing import Listing
from sources.youtube_parts.refusals import OfPlace
from sources.youtube_parts.replies import Watch
from sources.youtube_parts.uploads import Uploads

AGAIN_SECONDS = 3_600
"""A place that is gone or closed to us is asked again after so long."""

OFF_SECONDS = 86_400
"""A video without comments is asked again after so long."""

ROUND_SECONDS_MAX = 900
"""A round that took longer has not seen everything up to now."""

Job = Callable[[], None]


@dataclass
class Poll:
    """One poll. ``first_seconds`` is how far back a place is read that is new."""

    api: Api
    state: State
    videos: list[str]
    now: datetime
    first_seconds: int
    watch_seconds: int
    failure: Retry | Reject | None = None
    waiting: list[str] = field(default_factory=list)
    failed: list[Retry | Reject] = field(default_factory=list)
    succeeded: int = 0

    def __post_init__(self) -> None:
        self._second = int(self.now.timestamp())
        self.harvest = Harvest(self.state, self._second)
        self._watch = Watch(self.api, self.harvest, self.watch_seconds)

    def read(self) -> Batch:
        """Everything that is due, as far as it goes. Raises what all of it failed with."""
        self._run("channels", Lookups(self.api, self.state, self._second, self._fault).read)
        self.succeeded = 0  # a channel that was found is nothing read yet
        jobs = self._jobs()
        for key in self._order(jobs):
            self._run(key, jobs[key])
        self.state.waiting = [] if self.failure else self.waiting
        failure = self.failure or self._all_failed()
        if failure and not self.succeeded and not self.harvest.posts:
            failure.spent = self.api.purse.told()
            raise failure
        self.harvest.prune(self.watch_seconds)
        return self._batch()

    def _order(self, jobs: dict[str, Job]) -> list[str]:
        """The rest of the last round; all, where there is none or it is too long ago."""
        left = [key for key in self.state.waiting if key in jobs]
        if left and self._second - self.state.began < ROUND_SECONDS_MAX:
            return left
        self.state.began = self._second
        return [*left, *(key for key in jobs if key not in left)]

    def _jobs(self) -> dict[str, Job]:
        channels = {one.id: one for one in self.state.channels.values() if one.id}
        keys = [*(f"channel {one}" for one in channels), *(f"video {one}" for one in self.videos)]
        self._forget_but([*keys, *(f"channel {name}" for name in self.state.channels)])
        jobs: dict[str, Job] = {}
        for key in keys:
            jobs[key] = self._listing(key)
        for native_id, channel in channels.items():
            jobs[f"uploads {native_id}"] = self._uploads(channel)
        return jobs | {"threads": self._watch.look, "replies": self._watch.read_on}

    def _forget_but(self, keys: list[str]) -> None:
        """Places that the settings name no longer, and the threads watched there."""
        state = self.state
        state.places = {key: place for key, place in state.places.items() if key in keys}
        state.threads = {
            key: thread for key, thread in state.threads.items() if thread.place in keys
        }

    def _listing(self, key: str) -> Job:
        since = self._second - self.first_seconds
        place = self.state.places.setdefault(key, Place())
        if not place.since:
            place.since = place.floor = since

        def read() -> None:
            if not self._is_left_alone(key, place):
                Listing(self.api, self.harvest, key, place).read()
                place.again_at, place.said, place.state, place.off = 0, "", "", False

        return read

    def _uploads(self, channel: Channel) -> Job:
        channel.floor = channel.floor or self._second - self.first_seconds

        def read() -> None:
            place = self.state.places[f"channel {channel.id}"]
            if not place.said or place.off:
                Uploads(self.api, self.harvest, channel).read()

        return read

    def _is_left_alone(self, key: str, place: Place) -> bool:
        """Whether it is not to be asked yet; why not is told again, unless that is quiet."""
        if self._second >= place.again_at:
            return False
        if not place.off:
            self._fault(key, place.said, cast("FailureState", place.state))
        return True

    def _run(self, key: str, job: Job) -> None:
        if self.failure:
            return
        before = self.api.purse.spent
        try:
            job()
            self.succeeded += self.api.purse.spent > before
        except NothingLeft:
            self.waiting.append(key)
        except OfPlace as failure:
            self._place_failed(key, failure)
        except (Retry, Reject) as failure:
            self.failure = failure

    def _place_failed(self, key: str, failure: OfPlace) -> None:
        place = self.state.places.get(key)
        if failure.off:
            self.succeeded += 1
            if place is None or not place.off:
                self.harvest.reject(key, failure.reason)
        else:
            self._fault(key, failure.reason, failure.state)
        if place is not None and failure.is_lasting:
            place.again_at = self._second + (OFF_SECONDS if failure.off else AGAIN_SECONDS)
            place.said, place.state, place.off = failure.reason, failure.state, failure.off

    def _fault(self, where: str, reason: str, state: FailureState) -> None:
        self.harvest.faults.append(Fault(where, reason))
        words = f"{where}: {reason}"
        lasting = state in {"gone", "blocked"}
        self.failed.append(Reject(words, state=state) if lasting else Retry(words, state=state))

    def _all_failed(self) -> Retry | Reject | None:
        """What it means that there were failures, where nothing else was."""
        return told(self.failed, self.api.purse.told()) if self.failed else None

    def _batch(self) -> Batch:
        harvest, failure = self.harvest, self.failure
        faults = [*harvest.faults, *([Fault("YouTube", failure.reason)] if failure else [])]
        is_one_round = self._second - self.state.began < ROUND_SECONDS_MAX
        posts = sorted(harvest.posts.values(), key=lambda post: _second_of(post.published_at))
        return Batch(
            posts=tuple(posts),
            cursor=dump(self.state),
            faults=tuple(faults),
            rejects=tuple(harvest.rejects),
            gaps=tuple(harvest.gaps),
            look_again=tuple(dict.fromkeys(harvest.look_again)),
            more=bool(self.waiting) and not failure,
            complete=not (faults or self.waiting or harvest.gaps) and is_one_round,
            wait_seconds=failure.after_seconds if isinstance(failure, Retry) else None,
            spent=self.api.purse.told(),
        )


def _second_of(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0

"""Replies that come later: threads are looked at again, and read on where they grew.

A list in order of time says nothing of a new reply in an old thread. So threads that somebody
wrote in lately are asked for by their ids, fifty at once, the sooner the less quiet they are; and
where one has more replies than before, and not all came along, its replies are read.
"""

from dataclasses import dataclass

from sources.common import fields
from sources.common.fields import Json
from sources.youtube_parts.api import IDS_MAX, Api, Page
from sources.youtube_parts.cursor import START, Thread
from sources.youtube_parts.harvest import Harvest
from sources.youtube_parts.posts import SITE
from sources.youtube_parts.refusals import OfPlace, PageRefused

LOOK_SECONDS_MIN = 900
LOOK_SECONDS_MAX = 86_400
QUIET_SHARE = 8
"""A thread is looked at again after an eighth of the time for which nobody wrote in it."""

_ENDS = "its replies can't be read to their end: YouTube repeats a page"


@dataclass
class Watch:
    """The threads that are watched, and what may be asked for them."""

    api: Api
    harvest: Harvest
    watch_seconds: int

    def look(self) -> None:
        """Look at the threads that are due. Raises NothingLeft, OfPlace, Retry and Reject."""
        while due := self.due()[:IDS_MAX]:
            self._ask(due)

    def due(self) -> list[str]:
        """The threads it is time to look at, the most overdue first."""
        late = {one: self._late(thread) for one, thread in self.harvest.state.threads.items()}
        return sorted((one for one in late if late[one] >= 0), key=late.__getitem__, reverse=True)

    def wanting(self) -> list[str]:
        """The threads whose replies are to be read."""
        return [one for one, thread in self.harvest.state.threads.items() if thread.wants]

    def read_on(self) -> None:
        """Read the replies of threads that grew. Raises NothingLeft, Retry and Reject."""
        for thread_id in self.wanting():
            thread = self.harvest.state.threads[thread_id]
            try:
                self._read(thread_id, thread)
            except OfPlace as failure:
                thread.wants = ""
                self.harvest.reject(f"{SITE}:{thread_id}", f"replies: {failure.reason}")
                if failure.state == "gone":
                    self.harvest.look_again.append(f"{SITE}:{thread_id}")

    def _late(self, thread: Thread) -> int:
        """For how many seconds it has been time to look; below 0: it isn't yet."""
        quiet = self.harvest.now - thread.active
        if quiet > self.watch_seconds:
            return -1
        wait = min(max(quiet // QUIET_SHARE, LOOK_SECONDS_MIN), LOOK_SECONDS_MAX)
        return self.harvest.now - thread.looked - wait

    def _ask(self, ids: list[str]) -> None:
        """Look at these; where one that is not there spoils the answer, at half of them."""
        threads = self.harvest.state.threads
        try:
            page = self.api.threads_by_id(ids)
        except OfPlace as failure:
            if not failure.is_lasting:
                self._looked_at(ids)
                raise
            if len(ids) > 1:
                self._ask(ids[: len(ids) // 2])
                self._ask(ids[len(ids) // 2 :])
                return
            page = Page(())
        self._looked_at(ids)
        came = set()
        for raw in page.items:
            thread_id = fields.name(raw, "snippet", "topLevelComment", "id")
            if thread_id in ids:
                self._take(raw, thread_id)
                came.add(thread_id)
        missing = [one for one in ids if one not in came and threads[one].digest]
        self.harvest.look_again += [f"{SITE}:{one}" for one in missing]

    def _looked_at(self, ids: list[str]) -> None:
        for thread_id in ids:
            self.harvest.state.threads[thread_id].looked = self.harvest.now

    def _take(self, raw: Json, thread_id: str) -> None:
        try:
            self.harvest.thread(raw, self.harvest.state.threads[thread_id].place)
        except ValueError as error:
            self.harvest.reject(f"{SITE}:{thread_id}", f"this thread: {error}")

    def _read(self, thread_id: str, thread: Thread) -> None:
        used: set[str] = set()
        while thread.wants:
            try:
                token = "" if thread.wants == START else thread.wants
                page = self.api.replies(thread_id, token)
            except PageRefused:
                # By the count before it, the next look will find that the thread has grown.
                thread.wants, thread.total = "", 0
                return
            self.harvest.all_of(thread_id, thread, page.items)
            if page.next_token and (page.next_token in used or page.next_token == token):
                raise OfPlace(_ENDS)
            used.add(page.next_token)
            thread.wants = page.next_token

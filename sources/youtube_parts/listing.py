"""Reading the list of threads of a channel or a video, newest first, back to what was read before.

Where the poll must stop before that, the site's token for the next page is kept, and the stretch
below it is read first the next time. What was published meanwhile stands above, and follows.
"""

from dataclasses import dataclass

from listener.model import Fault
from listener.ports import Retry
from sources.youtube_parts.api import Api, Page
from sources.youtube_parts.cursor import Place
from sources.youtube_parts.harvest import OVERLAP_SECONDS, Harvest
from sources.youtube_parts.refusals import OfPlace, PageRefused

FRESH_SECONDS = 900
"""What was published after a reading was begun so lately waits for the next."""

BLANKS_MAX = 3
"""After so many pages in a row without anything new or older, the rest waits for the next poll."""

_EMPTY = "YouTube's list of its threads goes on and on with nothing in it; it is read on later"
_LOST = "page limit: YouTube lost its own place in the list"


@dataclass
class Listing:
    """The list of one place. ``key`` is ``channel ID`` or ``video ID``."""

    api: Api
    harvest: Harvest
    key: str
    place: Place

    def read(self) -> None:
        """Read it to its end.

        Raises NothingLeft, OfPlace, Retry and Reject; the place then says how far it came. So it
        does where it stops because page after page holds nothing, or a gap is told.
        """
        used: set[str] = set()
        is_old = self.harvest.now - self.place.begun >= FRESH_SECONDS
        is_rest = bool(self.place.token) and is_old
        while True:
            try:
                page = self._page()
            except PageRefused:
                used.clear()
                if self._is_lost():
                    return
                continue
            if self._take(page, used):
                if not is_rest:
                    return
                is_rest = False  # what was published since it was begun stands above
            elif self.place.blanks >= BLANKS_MAX:
                self.place.blanks = 0
                self.harvest.faults.append(Fault(self.key, _EMPTY))
                return

    def _page(self) -> Page:
        kind, _, native_id = self.key.partition(" ")
        return self.api.threads(kind, native_id, self.place.token)

    def _take(self, page: Page, used: set[str]) -> bool:
        """Count a page in; whether the list was read to where it was read before."""
        place = self.place
        times, is_new = self._threads(page)
        if not place.token:
            newest = max(times, default=0)
            place.top = max(place.top, min(newest, self.harvest.now))
            place.begun = self.harvest.now
            place.until = 0
        if not page.next_token or _reaches(times, place.since - OVERLAP_SECONDS):
            self._done()
            used.clear()
            return True
        if page.next_token == place.token or page.next_token in used:
            raise OfPlace("YouTube repeats a page of its list; it is asked again")
        used.add(page.next_token)
        place.token = page.next_token
        oldest = times[0] if times else place.until
        is_further = is_new or not place.until or oldest < place.until
        place.blanks = 0 if is_further else place.blanks + 1
        place.until = min(oldest, place.until or oldest)
        return False

    def _threads(self, page: Page) -> tuple[list[int], bool]:
        """Take the threads of a page: when they were published, in order; whether any was new."""
        times, is_new = [], False
        for raw in page.items:
            try:
                published, fresh = self.harvest.thread(raw, self.key)
            except ValueError as error:
                self.harvest.reject(self.key, f"a thread of its list: {error}")
                continue
            is_new |= fresh
            times += [published] if published else []
        return sorted(times), is_new

    def _done(self) -> None:
        place = self.place
        place.since = max(place.since, place.top)
        place.top, place.until, place.token, place.again, place.blanks = 0, 0, "", False, 0

    def _is_lost(self) -> bool:
        """The token is refused: begin anew, once. The second time the rest counts as missed."""
        place = self.place
        if not place.token:
            raise Retry("YouTube refuses the first page of a list for its page token")
        if place.again:
            self.harvest.gap(place.since, place.until or self.harvest.now, _LOST, self.key)
            self._done()
            return True
        place.token, place.again = "", True
        return False


def _reaches(times: list[int], since: int) -> bool:
    """Whether a page reaches below this second. One thread alone may be out of its order."""
    return len(times) > 1 and times[1] < since

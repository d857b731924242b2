"""The page's own posts, the last changed first: brought themselves, and watched for comments."""

from dataclasses import replace

from listener.ports import Retry
from sources.common import fields
from sources.linkedin_parts.api import escaped
from sources.linkedin_parts.cursor import WATCHED_SECONDS, Known, Thread, Window
from sources.linkedin_parts.harvest import Harvest
from sources.linkedin_parts.posts import Entry, post_entry

PAGE = 50
_OVERLAP_SECONDS = 3_600.0
_ROW = 5
"""So many old ones on a page are its end: one that is out of order stops nothing."""


def read_page(harvest: Harvest) -> None:
    """Read down to what is known. Raises Retry, Reject, NotThere and NothingLeft."""
    question = f"q=author&author={escaped(harvest.organization)}&sortBy=LAST_MODIFIED"
    window = _window(harvest)
    floor = window.since - _OVERLAP_SECONDS
    met: set[str] = set()
    while True:
        page = harvest.api.page("/posts", question, window.start, PAGE)
        harvest.pages += 1
        entries = [one for raw in page.items if (one := _entry(harvest, raw)) is not None]
        for entry in entries:
            _watch(harvest, entry)
        old = sum(1 for entry in entries if entry.changed < floor)
        if page.is_last or (entries and old >= min(_ROW, len(entries))):
            harvest.state.page = Window(min(window.until, harvest.now))
            return
        names = {entry.post.native_id for entry in entries}
        if names <= met:
            harvest.state.page = Window(window.since)
            raise Retry("LinkedIn repeats a page of posts, so they can't be read on")
        met |= names
        window = replace(window, start=page.next)
        harvest.state.page = window


def _window(harvest: Harvest) -> Window:
    known = harvest.state.page
    since = known.since or harvest.now - WATCHED_SECONDS
    return known if known.start else Window(since, until=harvest.now)


def _entry(harvest: Harvest, raw: object) -> Entry | None:
    """The post, if it is published and can be read."""
    try:
        if not isinstance(raw, dict):
            raise ValueError("it is no object")
        if fields.text(raw, "lifecycleState") not in ("", "PUBLISHED"):
            return None
        entry = post_entry(raw, harvest.latest)
    except ValueError as error:
        harvest.reject("page", raw, str(error))
        return None
    thread = harvest.state.threads.get(entry.post.native_id)
    if thread is not None:
        thread.is_told = fields.text(raw, "visibility") in ("", "PUBLIC")
    return entry


def _watch(harvest: Harvest, entry: Entry) -> None:
    """Bring a post that is new or was edited, and read its comments from now on."""
    threads, urn = harvest.state.threads, entry.post.native_id
    if urn not in threads and harvest.now - entry.at < WATCHED_SECONDS:
        threads[urn] = Thread(entry.at, harvest.state.began)
    thread = threads.get(urn)
    if thread is not None:
        known = Known(thread.mark) if thread.mark else None
        thread.mark = harvest.take(entry, known, 0.0).mark

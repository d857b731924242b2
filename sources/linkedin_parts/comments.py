"""The comments on one post, and the replies below them.

LinkedIn promises no order, so a list is read whole. The replies to a comment are read when their
number changed, or when a notice named one of them. What is left midway is read on from there.
"""

from dataclasses import replace

from listener.ports import Retry
from sources.common import fields
from sources.linkedin_parts.api import NotThere, Page, escaped
from sources.linkedin_parts.cursor import Thread
from sources.linkedin_parts.harvest import Harvest
from sources.linkedin_parts.posts import SITE, Entry, comment_entry, is_post

PAGE = 100
_YOUNG_SECONDS = 86_400.0
_REST_SECONDS_MAX = 86_400.0
_AGE_PER_REST = 20.0


def is_due(thread: Thread, now: float, *, told: bool) -> bool:
    """Whether its comments are to be read; where notices tell of them, once a day for safety."""
    if thread.is_due or thread.is_begun:
        return True
    rest = _REST_SECONDS_MAX
    if not (told and thread.is_told):
        age = now - thread.at
        rest = min(age / _AGE_PER_REST, _REST_SECONDS_MAX) if age > _YOUNG_SECONDS else 0.0
    return now - thread.read_at >= rest and thread.read_at < now


def read_comments(harvest: Harvest, urn: str) -> None:
    """Read what is unread of a post's comments. Raises Retry, Reject, NotThere, NothingLeft."""
    thread = harvest.state.threads[urn]
    is_resumed = thread.is_begun
    if thread.start or not thread.nested:
        _read_list(harvest, urn, thread)
    while thread.nested:
        _read_replies(harvest, urn, thread, thread.nested[0])
        del thread.nested[0]
    # What went in the meantime may have moved another out of sight: then once more.
    unseen = [number for number in thread.wanted if number not in thread.comments]
    thread.wanted = unseen if is_resumed else []
    thread.is_due = bool(thread.wanted)
    thread.read_at = harvest.now


def _read_list(harvest: Harvest, urn: str, thread: Thread) -> None:
    path = f"/socialActions/{escaped(urn)}/comments"
    met: set[str] = set()
    while True:
        page = harvest.api.page(path, "", thread.start, PAGE)
        harvest.pages += 1
        thread.activity = thread.activity or _activity(page)
        entries = _entries(harvest, urn, page)
        for entry in entries:
            _take(harvest, thread, entry)
            _want_replies(thread, entry)
        if page.is_last:
            thread.start = 0
            return
        names = {entry.post.native_id for entry in entries}
        if names <= met:
            thread.start = 0
            raise Retry("LinkedIn repeats a page of comments, so they can't be read on")
        met |= names
        thread.start = page.next


def _read_replies(harvest: Harvest, urn: str, thread: Thread, number: str) -> None:
    """The replies to one comment, from their beginning; it may have gone meanwhile."""
    subject = thread.activity or urn
    path = f"/socialActions/{escaped(f'urn:li:comment:({subject},{number})')}/comments"
    start, met = 0, set[str]()
    while True:
        try:
            page = harvest.api.page(path, "", start, PAGE)
        except NotThere:
            harvest.look_again[f"{SITE}:{number}"] = None
            return
        harvest.pages += 1
        entries = _entries(harvest, urn, page)
        for entry in entries:
            parent = number if entry.post.in_reply_to == urn else entry.post.in_reply_to
            _take(harvest, thread, replace(entry, post=replace(entry.post, in_reply_to=parent)))
        names = {entry.post.native_id for entry in entries}
        if page.is_last or names <= met:
            return
        met |= names
        start = page.next


def _entries(harvest: Harvest, urn: str, page: Page) -> list[Entry]:
    entries = []
    for raw in page.items:
        try:
            if not isinstance(raw, dict):
                raise ValueError("it is no object")
            entries.append(comment_entry(raw, urn, harvest.latest))
        except ValueError as error:
            harvest.reject(f"comments on {urn}", raw, str(error))
    return entries


def _activity(page: Page) -> str:
    """How LinkedIn calls the post in the names of its comments."""
    subjects = (fields.text(raw, "object") for raw in page.items)
    return next((subject for subject in subjects if is_post(subject)), "")


def _take(harvest: Harvest, thread: Thread, entry: Entry) -> None:
    number = entry.post.native_id
    thread.comments[number] = harvest.take(entry, thread.comments.get(number), thread.floor)


def _want_replies(thread: Thread, entry: Entry) -> None:
    number = entry.post.native_id
    known = thread.comments[number]
    is_changed = entry.replies != known.replies
    thread.comments[number] = replace(known, replies=entry.replies)
    if (is_changed or number in thread.wanted) and entry.replies and number not in thread.nested:
        thread.nested.append(number)

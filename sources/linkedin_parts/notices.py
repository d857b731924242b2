"""What LinkedIn tells the page's administrators: who mentioned it, and where comments came.

A notice of a comment only says where to read: the comment itself, with what it answers, stands in
the list of the post's comments. A notice of a mention shows the post, or it is fetched.
"""

from dataclasses import replace
from datetime import UTC, datetime

from listener.model import Gap
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.fields import Json
from sources.linkedin_parts.api import NotThere, Page, escaped
from sources.linkedin_parts.cursor import Thread, Window
from sources.linkedin_parts.harvest import CLOCKS_APART_SECONDS, Harvest
from sources.linkedin_parts.posts import (
    SITE,
    comment_number,
    is_post,
    post_entry,
    seconds,
    shared_entry,
)

OVERLAP_SECONDS = 3_600.0
RETAINED_SECONDS = 60 * 86_400.0
"""So long LinkedIn keeps notices; what is older is gone."""

PAGE = 100
COMMENTS = ("COMMENT", "ADMIN_COMMENT", "COMMENT_EDIT", "COMMENT_DELETE")
MENTIONS = ("SHARE_MENTION", "SHARE")


def read_notices(harvest: Harvest) -> None:
    """Read all notices since the last time. Raises Retry, Reject, NotThere and NothingLeft.

    The stretch ends now, but for a difference of clocks: what comes later shifts no page.
    """
    window = _window(harvest)
    while True:
        page = _page(harvest, window)
        is_new = [_take(harvest, raw) for raw in page.items]
        if page.is_last:
            harvest.state.notices = Window(window.until)
            return
        if window.start and not any(is_new):
            harvest.state.notices = Window(window.since)
            raise Retry("LinkedIn repeats a page of notices, so they can't be read on")
        window = replace(window, start=page.next)
        harvest.state.notices = window


def fetch_sought(harvest: Harvest) -> None:
    """Fetch the posts that notices named. Raises Retry and NothingLeft."""
    state = harvest.state
    while state.sought:
        urn = state.sought[0]
        try:
            raw = harvest.api.one(f"/posts/{escaped(urn)}")
            entry = post_entry(raw, harvest.latest)
            if entry.post.native_id != urn:
                raise ValueError("LinkedIn answered with another")
            floor = 0.0 if entry.post.text else harvest.latest  # shared without a word
            state.shares[urn] = harvest.take(entry, state.shares.get(urn), floor)
        except NotThere:
            pass
        except Reject as refused:
            if refused.state != "blocked":
                raise
            harvest.reject("mentions", urn, f"its author does not show it: {refused.reason}")
        except ValueError as error:
            harvest.reject("mentions", urn, str(error))
        harvest.pages += 1
        del state.sought[0]


def _window(harvest: Harvest) -> Window:
    known, now = harvest.state.notices, harvest.now
    if known.start:
        return known
    since = known.since or harvest.state.began
    if since < now - RETAINED_SECONDS:
        last, since = since, now - RETAINED_SECONDS
        begins, ends = (datetime.fromtimestamp(at, UTC) for at in (last, since))
        harvest.gaps.append(Gap(begins, ends, "LinkedIn keeps notices for 60 days", "notices"))
    return Window(since, until=now)


def _page(harvest: Harvest, window: Window) -> Page:
    ends = window.until + CLOCKS_APART_SECONDS
    start, end = (int(at * 1_000) for at in (window.since - OVERLAP_SECONDS, ends))
    actions = ",".join((*COMMENTS, *MENTIONS))
    question = (
        f"q=criteria&actions=List({actions})"
        f"&organizationalEntity={escaped(harvest.organization)}&timeRange=(start:{start},end:{end})"
    )
    page = harvest.api.page("/organizationalEntityNotifications", question, window.start, PAGE)
    harvest.pages += 1
    harvest.state.told = True
    return page


def _take(harvest: Harvest, raw: object) -> bool:
    """Act on a notice, once; whether it was new."""
    try:
        if not isinstance(raw, dict):
            raise ValueError("it is no object")
        at = seconds(raw, harvest.latest, "lastModifiedAt")
        if not at:
            raise ValueError("it has no time, or one that has not come yet")
        key = f"{fields.needed(raw, 'notificationId')} {int(at)}"
        if key in harvest.state.heard:
            return False
        action = fields.text(raw, "action")
        if action in COMMENTS:
            _of_comment(harvest, raw, action, at)
        elif action in MENTIONS:
            _of_mention(harvest, raw, at)
    except ValueError as error:
        harvest.reject("notices", raw, str(error))
        return False
    harvest.state.heard[key] = harvest.now
    return True


def _of_mention(harvest: Harvest, raw: Json, at: float) -> None:
    entry = shared_entry(raw, at)
    shares, urn = harvest.state.shares, fields.text(raw, "generatedActivity")
    if entry is not None:
        urn = entry.post.native_id
        shares[urn] = harvest.take(entry, shares.get(urn), 0.0)
    elif not is_post(urn):
        raise ValueError("it names no post")
    elif fields.table(raw, "decoratedGeneratedActivity", "share"):
        return  # shared without a word
    elif urn not in shares and urn not in harvest.state.sought:
        harvest.state.sought.append(urn)


def _of_comment(harvest: Harvest, raw: Json, action: str, at: float) -> None:
    comment = fields.text(raw, "decoratedGeneratedActivity", "comment", "entity")
    number = comment_number(comment) or comment_number(fields.text(raw, "generatedActivity"))
    if not number:
        raise ValueError("it names no comment")
    thread = _thread(harvest, raw, at)
    known = thread.comments.get(number)
    if action == "COMMENT_DELETE":
        harvest.posts.pop(number, None)
        if thread.comments.pop(number, None):
            harvest.deleted[f"{SITE}:{number}"] = None
    elif known is not None and action != "COMMENT_EDIT":
        return
    thread.is_due = True
    parent = known.parent if known else ""
    thread.wanted.append(parent if parent in thread.comments else number)


def _thread(harvest: Harvest, raw: Json, at: float) -> Thread:
    """The post that was commented on; one that is not watched is from now on.

    What was written there since notices were last read is new. The time of this notice says
    nothing of that: the newest comes first.
    """
    urn = fields.text(raw, "decoratedSourcePost", "entity")
    activity = fields.text(raw, "sourcePost")
    threads = harvest.state.threads
    named = (one for key, one in threads.items() if activity and activity in (one.activity, key))
    found = threads.get(urn) or next(named, None)
    if found is None:
        urn = urn if is_post(urn) else activity
        if not is_post(urn):
            raise ValueError("it names no post")
        found = threads[urn] = Thread(at, harvest.state.notices.since - OVERLAP_SECONDS)
    found.activity = found.activity or (activity if is_post(activity) else "")
    return found

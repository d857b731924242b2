"""What happens on the network, and a post out of the record that somebody wrote.

Reference: the lexicons ``app.bsky.feed.post``, ``app.bsky.richtext.facet`` and
``app.bsky.embed.*`` of the AT Protocol.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from listener.model import Author, Fault, Post
from sources.common import fields
from sources.common.fields import Json

SITE = "bluesky"
POSTS = "app.bsky.feed.post"
GONE = frozenset({"deleted", "takendown", "suspended", "deactivated"})
"""What an account may be that takes its posts along; it may come back from the last."""

DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,250}")
RKEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")

CLOCK_SECONDS = 600.0
"""How far a host's clock and ours may be apart; what lies further ahead is no time at all."""

LINKS_MAX = 50
_BACKDATED = timedelta(days=1)

Kind = Literal["create", "update", "delete", "gone"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that an account did at ``at``, seconds since 1970. ``rev`` names the version."""

    kind: Kind
    did: str
    at: float
    rkey: str = ""
    rev: str = ""
    record: Json = field(default_factory=dict)

    @property
    def native_id(self) -> str:
        """The post's id: account and record key."""
        return f"{self.did}/{self.rkey}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a chunk of the stream held.

    ``position`` is the place reached, as the host counts it, 0 where nothing tells. ``times`` are
    those of the messages, in seconds since 1970, as far as they matter. ``lost`` says that the
    host no longer has, or never had, what was to come from the position asked for.
    """

    events: list[Event] = field(default_factory=list)
    position: int = 0
    times: list[float] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    count: int = 0
    lost: bool = False


def believed(read: Reading, now: float) -> Reading:
    """What was read at ``now``, without times to come: one of them would outlast all others.

    A host that is a little ahead is taken back to now. What happened in a time to come happened
    now, and is told among the rejects.
    """
    latest = now + CLOCK_SECONDS
    times = [min(at, now) for at in read.times if at <= latest]
    events = [one if one.at <= latest else replace(one, at=now) for one in read.events]
    rejects = list(read.rejects)
    if len(times) < len(read.times) or any(one.at > latest for one in read.events):
        told = "it states a time to come: check the clocks, this machine's and the host's"
        rejects.append(Fault("a message of the stream", told))
    return replace(read, times=times, events=events, rejects=rejects)


def post_of(event: Event, handles: Mapping[str, str]) -> Post:
    """The post that a record is; ``handles`` name the accounts that are known.

    Where it answers a known account, or is addressed to one, ``in_reply_to`` is its handle:
    that is how the match knows who is spoken to. Posts of known accounts keep the parent's id,
    by which an answer finds what it answers. The title is that of the page shown below the text.
    """
    record, did = event.record, event.did
    parent = native_id(fields.text(record, "reply", "parent", "uri"))
    spoken_to = "" if did in handles else _spoken_to(record, parent, handles)
    return Post(
        site=SITE,
        native_id=event.native_id,
        text=fields.text(record, "text", chars_max=None),
        title=next(filter(None, (fields.text(card, "title") for card in _cards(record))), ""),
        url=f"https://bsky.app/profile/{did}/post/{event.rkey}",
        author=Author(handle=handles.get(did, did), id=did),
        published_at=_published(record, event),
        language=_language(record),
        in_reply_to=spoken_to or parent,
        conversation=native_id(fields.text(record, "reply", "root", "uri")) or event.native_id,
        links=tuple(dict.fromkeys(_links(record)))[:LINKS_MAX],
    )


def native_id(uri: str) -> str:
    """``at://DID/app.bsky.feed.post/KEY`` as ``DID/KEY``; empty where it is no post's."""
    did, _, rkey = uri.removeprefix("at://").partition(f"/{POSTS}/")
    return f"{did}/{rkey}" if DID.fullmatch(did) and RKEY.fullmatch(rkey) else ""


def uri_of(post_id: str) -> str:
    """The address of a post within the network, from its native id."""
    did, _, rkey = post_id.rpartition("/")
    return f"at://{did}/{POSTS}/{rkey}"


def _spoken_to(record: Json, parent: str, handles: Mapping[str, str]) -> str:
    if parent:
        return handles.get(parent.rpartition("/")[0], "")
    named = (handles.get(fields.text(one, "did"), "") for one in _features(record))
    return next(filter(None, named), "")


def _features(record: Json) -> Iterator[Json]:
    for facet in fields.items(record, "facets"):
        yield from fields.items(facet, "features")


def _links(record: Json) -> Iterator[str]:
    """Links in the text, which shows them shortened, and the card below it."""
    uris = [fields.text(one, "uri") for one in (*_features(record), *_cards(record))]
    return (uri for uri in uris if uri.startswith(("https://", "http://")))


def _cards(record: Json) -> tuple[Json, Json]:
    """The preview of a page below the text, alone or beside a quoted post."""
    embed = fields.table(record, "embed")
    return fields.table(embed, "external"), fields.table(embed, "media", "external")


def _language(record: Json) -> str:
    return fields.text(record, "langs", 0, chars_max=35).split("-")[0].lower()


def _published(record: Json, event: Event) -> datetime:
    """When it was written, as its author says, unless nobody could read it then.

    Dates to come are none, and one long before the event is that of something imported.
    """
    public = datetime.fromtimestamp(event.at, UTC)
    said = fields.moment(record, "createdAt")
    if said is None or said > public:
        return public
    return public if event.kind == "create" and said < public - _BACKDATED else said


def known(form: re.Pattern[str], value: Any) -> str:
    """The id, if it has this form. Raises ValueError."""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("it names no account or no record")
    return value


def as_json(value: Any) -> Json:
    """The object, or an empty one."""
    return value if isinstance(value, Mapping) else {}

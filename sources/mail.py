"""Mail, read from folders of a mailbox by IMAP: feedback addresses, alerts of other tools.

Nothing in the mailbox is marked, moved or deleted: folders are opened read-only. How a folder is
read and a mail becomes a post stands in ``mail_parts``.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Annotated, Literal

from listener.accounts import account
from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.net_connect import Deadline
from listener.ports import Reject, Retry, Secret
from sources.common.places import told
from sources.common.settings import within
from sources.mail_parts.connection import Imap, Line, connected
from sources.mail_parts.cursor import FolderState, Seen, dump, load
from sources.mail_parts.folder import Fetched, Folder
from sources.mail_parts.heads import made_id
from sources.mail_parts.login import Login, Refresh
from sources.mail_parts.posts import SITE, UNREADABLE, Read, read
from sources.mail_parts.reading import Quota, Reading
from sources.mail_parts.refusals import in_words

FIRST_HOURS_MAX = 24 * 366 * 10
IDLE_SECONDS_MAX = 45
FOLDERS_MAX = 20

_PORTS = {"tls": 993, "starttls": 143, "none": 143}
_AGAIN_SECONDS = 1.0
_MAIL_BYTES_MIN = 10_000
_ONE = Spent(requests=1)


@dataclass
class _Poll:
    """One poll on its way: what is remembered, what came."""

    states: dict[str, FolderState]
    seen: Seen
    quota: Quota
    own: frozenset[str]
    posts: list[Post] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    failures: dict[str, Retry | Reject] = field(default_factory=dict)
    moved: bool = False
    idled: bool = False


@dataclass
class MailSource:
    """The mails of some folders, each once, without what they quote of others."""

    host: Annotated[str, "Name of the mail server."]
    user: Annotated[str, "Name to log in with, mostly the mail address."]
    password: Annotated[Secret | None, "Password to log in with."] = None
    token: Annotated[Secret | None, "OAuth2 access token to log in with, instead."] = None
    refresh_token: Annotated[
        Secret | None, "OAuth2 refresh token by which a token is fetched at each login, instead."
    ] = None
    token_url: Annotated[str, "Address that gives a token for the refresh token."] = ""
    client_id: Annotated[str, "Id of the app that the refresh token was given to."] = ""
    client_secret: Annotated[Secret | None, "Secret of that app, where it has one."] = None
    folders: Annotated[list[str], "Folders to read; the first is watched for news."] = field(
        default_factory=lambda: ["INBOX"]
    )
    port: Annotated[int, "Port of the server; 0: 993 for tls, 143 otherwise."] = 0
    security: Annotated[Literal["starttls", "tls", "none"], "How the connection is protected."] = (
        "tls"
    )
    programs: Annotated[
        bool, "Whether mails that a program sent of itself (alerts, newsletters, lists) are read."
    ] = True
    idle_seconds: Annotated[
        float,
        "How long a poll that finds nothing waits for news, where the server can tell; 0: not.",
    ] = 25.0
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    mails_max: Annotated[int, "About how many mails one poll brings at most."] = 300
    mail_mb_max: Annotated[float, "How much of one mail is read, in millions of bytes."] = 2.0
    timeout_seconds: Annotated[float, "How long to wait for the server's next words."] = 20.0
    allow_private: Annotated[bool, "Whether the server may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0

    def __post_init__(self) -> None:
        self.folders = list(dict.fromkeys(self.folders))
        fault = self._place_fault() or self._folders_fault() or self._login_fault()
        if fault:
            raise ValueError(fault)
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("mails_max", self.mails_max, 10_000)
        within("mail_mb_max", self.mail_mb_max, 50)
        within("timeout_seconds", self.timeout_seconds, 40)
        if not 0 <= self.idle_seconds <= IDLE_SECONDS_MAX:
            msg = f"idle_seconds is {self.idle_seconds}: it must be 0 to {IDLE_SECONDS_MAX}"
            raise ValueError(msg)

    def poll(self, cursor: str | None) -> Batch:
        """What is new in all folders, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """One login: mail costs no money, but servers count logins."""
        return _ONE

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, where one login is allowed. Raises Retry and Reject."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        states, seen = load(cursor, self.folders, self.now())
        ends = monotonic() + self.poll_seconds_max
        patience = min(self.timeout_seconds, self.poll_seconds_max / 4)
        quota = Quota(self.mails_max, lambda: ends - patience - monotonic())
        poll = _Poll(states, seen, quota, self._own())
        try:
            with (
                Deadline(self.poll_seconds_max) as deadline,
                connected(self._line(), deadline) as imap,
            ):
                self._read_all(imap, poll)
                self._wait(imap, poll)
        except (Retry, Reject) as failure:
            failure.spent = _ONE
            raise
        if len(poll.failures) == len(self.folders) and not poll.moved:
            raise told(list(poll.failures.values()), _ONE)
        return self._batch(poll)

    def _read_all(self, imap: Imap, poll: _Poll) -> None:
        """Every folder, the first one last: it stays open to be watched.

        Where one breaks the line, those after it are first at the next poll.
        """
        order = [*self.folders[1:], self.folders[0]]
        broken: Retry | Reject | None = None
        for name in sorted(order, key=lambda one: not poll.states[one].waiting):
            if broken is None:
                self._read(imap, name, poll)
                broken = _broken(imap, self.host) if name in poll.failures else None
            else:
                poll.failures[name] = broken
                poll.moved |= not poll.states[name].waiting
                poll.states[name] = replace(poll.states[name], waiting=True)

    def _read(self, imap: Imap, name: str, poll: _Poll) -> None:
        """Read one folder on."""
        before = poll.states[name]
        reading = Reading(
            Folder(name, imap, self.host),
            before,
            self.now(),
            timedelta(hours=self.first_hours),
            max(int(self.mail_mb_max * 1_000_000), _MAIL_BYTES_MIN),
            poll.quota,
            lambda fetched: self._take(fetched, name, poll),
        )
        reading.run()
        poll.readings[name], poll.states[name] = reading, reading.state
        if reading.failure:
            poll.failures[name] = reading.failure
        poll.moved |= _moved(before, reading.state)

    def _take(self, fetched: Fetched, folder: str, poll: _Poll) -> None:
        where = f"{folder}, mail {fetched.mail.uid}"
        try:
            found = read(fetched.raw, fetched.mail.received, poll.own)
        except UNREADABLE as error:
            reason = f"it can't be read ({type(error).__name__})"
            poll.rejects.append(Fault(where, reason))
            return
        if found.kind == "noise" or (found.kind == "program" and not self.programs):
            return
        post = found.post
        if poll.seen.names(post.native_id) and not poll.seen.has(post.native_id, found.mark):
            post = _renamed(found)
        if poll.seen.has(post.native_id, found.mark):
            return
        poll.seen.add(post.native_id, found.mark)
        poll.posts.append(post)
        if found.broken:
            poll.rejects.append(Fault(where, found.broken))

    def _wait(self, imap: Imap, poll: _Poll) -> None:
        """Where nothing came, wait for news in the first folder, and read it.

        A server that can tell of news is asked again at once: the waiting is done here.
        """
        first = poll.readings.get(self.folders[0])
        is_open = list(poll.readings)[-1:] == self.folders[:1]
        if first is None or not is_open or not self.idle_seconds or not _at_rest(poll):
            return
        poll.idled = imap.can_tell_news
        seconds = min(self.idle_seconds, poll.quota.left())
        if poll.posts or not poll.idled or seconds <= 0:
            return
        with suppress(Retry, Reject):  # all there was is read, and a broken line tells at once
            with in_words(self.host):
                came = imap.news_within(seconds, first.count)
            poll.idled = came is not None
            if came:
                self._read(imap, self.folders[0], poll)

    def _batch(self, poll: _Poll) -> Batch:
        readings = poll.readings.values()
        faults = [fault for one in readings for fault in one.faults]
        at_rest = _at_rest(poll)
        return Batch(
            posts=tuple(sorted(poll.posts, key=lambda post: post.published_at or self.now())),
            cursor=dump(poll.states, poll.seen),
            faults=(
                *faults,
                *(Fault(name, failure.reason) for name, failure in poll.failures.items()),
            ),
            rejects=(*poll.rejects, *(one for reading in readings for one in reading.rejects)),
            complete=at_rest and not any(state.pending for state in poll.states.values()),
            more=poll.moved and not at_rest and not poll.failures,
            wait_seconds=_AGAIN_SECONDS if poll.idled else None,
            spent=_ONE,
        )

    def _line(self) -> Line:
        refresh = None
        if self.refresh_token:
            refresh = Refresh(
                self.token_url,
                self.client_id,
                self.client_secret,
                self.refresh_token,
                self.allow_private,
            )
        login = Login(self.user, self.password, self.token, refresh)
        port = self.port or _PORTS[self.security]
        return Line(self.host, port, self.security, login, self.timeout_seconds, self.allow_private)

    def _own(self) -> frozenset[str]:
        """The brands' own addresses."""
        stated = (one for brand in self.brands for one in (*brand.handles, *brand.own_accounts))
        return frozenset(account(one).removeprefix(f"{SITE}:") for one in stated)

    def _place_fault(self) -> str:
        if not self.host.strip() or not self.host.isprintable():
            return "host is empty: name the mail server"
        if not 0 <= self.port < 65_536:
            return f"port is {self.port}: it must be 0 to 65535"
        if self.security not in _PORTS:
            return f"security is {self.security!r}: it must be tls, starttls or none"
        if self.security == "none" and not self.allow_private:
            return "security is none, so the login could be read on the way: set tls or starttls"
        return ""

    def _folders_fault(self) -> str:
        if not 1 <= len(self.folders) <= FOLDERS_MAX:
            return f"folders names {len(self.folders)} folders: it must be 1 to {FOLDERS_MAX}"
        if not all(name and name.isprintable() for name in self.folders):
            return "folders holds a name that is empty or can't be printed"
        return ""

    def _login_fault(self) -> str:
        ways = [self.password, self.token, self.refresh_token]
        if len([way for way in ways if way]) != 1:
            return "give one of password, token and refresh_token"
        if self.refresh_token and not (self.token_url and self.client_id):
            return "refresh_token needs token_url and client_id"
        if not self.user or not self.user.isprintable():
            return "user is empty or can't be printed"
        if not all(way.reveal().isprintable() for way in ways if way):
            return "the password or token holds a line break or a control character"
        return ""


def _renamed(found: Read) -> Post:
    """Another mail of a name that came already: it gets a name of its own."""
    post = found.post
    native_id = made_id(f"{post.native_id}\n{found.mark}")
    begins = post.conversation == post.native_id
    return replace(
        post, native_id=native_id, conversation=native_id if begins else post.conversation
    )


def _broken(imap: Imap, host: str) -> Retry | Reject | None:
    """Why the server can't be talked to any more, if that is so."""
    try:
        with in_words(host):
            imap.noop()
    except (Retry, Reject) as failure:
        return failure
    return None


def _moved(before: FolderState, after: FolderState) -> bool:
    """Whether there is something new to remember, beside the time."""
    return replace(before, read_at=0, waiting=False) != replace(after, read_at=0, waiting=False)


def _at_rest(poll: _Poll) -> bool:
    return not poll.failures and all(one.caught_up for one in poll.readings.values())

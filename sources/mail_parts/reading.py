"""Catching up with one folder: every mail above the last number read, in order.

Numbers (UIDs) only grow, so what was read is one stretch from below, and a poll that must stop
leaves nothing to remember but how far it came. Two things break that order and are remembered
beside it: a mail that can't be had now is put aside and asked for again later, and a folder whose
numbering was set anew is read again from the day of the last look, where a mail that came before
is known by its name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from listener.model import Fault
from listener.ports import Reject, Retry
from sources.mail_parts.cursor import PENDING_MAX, FolderState
from sources.mail_parts.folder import UID_MAX, Fetched, Folder, Opened, Refused, Sized

_GROUP_MAILS = 50
_GROUP_BYTES = 8_000_000
_SEARCH_UIDS = 10_000
_SEARCH_WIDER = 10
_PATIENCE = timedelta(days=1)
_AGAIN = timedelta(days=1)
_OTHERS = 10
"""So many mails take turns in showing that the server is well: one of them may be bad itself."""


@dataclass
class Quota:
    """What one poll may still bring: so many mails, until there is no time ``left``."""

    mails: int
    left: Callable[[], float]

    def used_up(self) -> bool:
        """Whether the rest is for the next poll."""
        return self.mails <= 0 or self.left() <= 0


@dataclass
class Reading:
    """One visit to a folder. ``state`` covers what was handed to ``take``, and nothing beyond.

    ``count`` is how many mails the folder held when it was opened.
    """

    folder: Folder
    state: FolderState
    now: datetime
    first_look: timedelta
    mail_bytes_max: int
    quota: Quota
    take: Callable[[Fetched], None]
    faults: list[Fault] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    failure: Retry | Reject | None = None
    caught_up: bool = False
    count: int = 0

    def run(self) -> None:
        """Read on until all is read, the quota is used up, or the server fails."""
        try:
            opened = self.folder.examine()
            self.count = opened.count
            self._place(opened)
            put_aside = list(self.state.pending)
            if self._up_to(opened.next - 1):
                self.caught_up = True
                self._again(put_aside)
        except (Retry, Reject) as failure:
            self.failure = failure
        waiting = self.failure is None and not self.caught_up
        read_at = self.now.timestamp() if self.caught_up else self.state.read_at
        self.state = replace(self.state, waiting=waiting, read_at=read_at)

    def _place(self, opened: Opened) -> None:
        """Where to read on from: at the first look, and where the numbering was set anew."""
        state = self.state
        if state.validity == opened.validity and state.last < opened.next and state.since:
            return
        since = self.now - self.first_look
        if state.since:
            since = datetime.fromtimestamp(state.read_at or state.since, UTC) - _AGAIN
            said = f"its mails were numbered anew: it is read again from {since:%Y-%m-%d} on"
            self.faults.append(Fault(self.folder.name, said))
        found = self.folder.since(since)
        first = min([*found, opened.next])
        self.state = FolderState(
            opened.validity, last=first - 1, below=opened.next, since=since.timestamp()
        )

    def _up_to(self, top: int) -> bool:
        """Read on to this number; whether it was reached."""
        wide = _SEARCH_UIDS
        while self.state.last < top:
            if self.quota.used_up():
                return False
            end = min(self.state.last + wide, top)
            uids = self.folder.uids(self.state.last + 1, end)
            wide = _SEARCH_UIDS if uids else min(wide * _SEARCH_WIDER, UID_MAX)
            for group in self._groups(uids):
                if self.quota.used_up():
                    return False
                self._read(group)
            self.state = replace(self.state, last=end)
        return True

    def _groups(self, uids: Sequence[int]) -> Iterator[Sequence[int]]:
        """Some mails at a time; one at a time where one of them broke the line before."""
        alone = [uid for uid in uids if uid <= self.state.apart]
        rest = uids[len(alone) :]
        yield from ([uid] for uid in alone)
        yield from (rest[at : at + _GROUP_MAILS] for at in range(0, len(rest), _GROUP_MAILS))

    def _read(self, group: Sequence[int]) -> None:
        """Bring these mails. One that breaks the line or is refused is put aside."""
        try:
            self._fetch(group)
        except Refused as failure:
            if len(group) == 1:
                self._put_aside(group[0], failure)
                return
            for uid in (uid for uid in group if uid > self.state.last):
                self._read([uid])
        except Retry as failure:
            if len(group) == 1:
                self._put_aside(group[0], failure)
            else:
                self.state = replace(self.state, apart=group[-1])
            raise

    def _fetch(self, group: Sequence[int]) -> None:
        sized = self.folder.sizes(group)
        for some in self._portions([mail for mail in sized if self._counts(mail)]):
            fetched = self.folder.mails(some, self.mail_bytes_max)
            for mail in fetched:
                self._hand_over(mail)
            came = {one.mail.uid for one in fetched}
            self._not_given([mail.uid for mail in some if mail.uid not in came])
            self.state = replace(self.state, last=some[-1].uid)
        self.state = replace(self.state, last=group[-1])

    def _portions(self, mails: Sequence[Sized]) -> Iterator[list[Sized]]:
        """So many of them as fit into memory together."""
        some: list[Sized] = []
        room = _GROUP_BYTES
        for mail in mails:
            size = min(mail.size, self.mail_bytes_max)
            if some and size > room:
                yield some
                some, room = [], _GROUP_BYTES
            some.append(mail)
            room -= size
        if some:
            yield some

    def _counts(self, mail: Sized) -> bool:
        """Whether it is not one of those that were here long before the first look."""
        if mail.uid >= self.state.below or mail.received is None:
            return True
        return mail.received.timestamp() >= self.state.since

    def _hand_over(self, fetched: Fetched) -> None:
        self.quota.mails -= 1
        if fetched.mail.size > self.mail_bytes_max:
            most = f"{self.mail_bytes_max:,} bytes of {fetched.mail.size:,} were read"
            self.rejects.append(Fault(self._where(fetched.mail.uid), f"it is large: {most}"))
        self.take(fetched)

    def _not_given(self, uids: Sequence[int]) -> None:
        """Put aside those that the server lists and yet gave no words of."""
        for mail in self.folder.sizes(uids) if uids else ():
            self._put_aside(mail.uid, Retry(f"{self._where(mail.uid)} came without its words"))

    def _put_aside(self, uid: int, failure: Retry) -> None:
        if len(self.state.pending) >= PENDING_MAX:
            raise failure  # so many are not one bad mail: wait here
        pending = {**self.state.pending, uid: self.now.timestamp()}
        self.state = replace(self.state, last=max(self.state.last, uid), pending=pending)

    def _again(self, uids: Sequence[int]) -> None:
        """Ask once more for what was put aside before this poll, one by one.

        One that breaks the line each time must not keep the others back: they take turns.
        """
        if any(map(self._is_overdue, uids)):
            self._try_another()
        turn = self._turn(len(uids))
        for uid in (*uids[turn:], *uids[:turn]):
            if self.quota.used_up():
                return
            is_overdue = self._is_overdue(uid)
            if self._is_had(uid):
                self._no_longer_aside(uid)
            elif is_overdue:
                self._no_longer_aside(uid)
                said = "the server did not give it out for a day: it is given up"
                self.rejects.append(Fault(self._where(uid), said))

    def _try_another(self) -> None:
        """Ask for a mail that was not put aside, before one that was is given up.

        Raises Retry where that isn't to be had either: then the server is ill, and not the mails.
        """
        uids = self.folder.uids(max(self.state.last - _SEARCH_UIDS, 1), self.state.last)
        others = [uid for uid in uids if uid not in self.state.pending][-_OTHERS:]
        sized = self.folder.sizes([others[self._turn(len(others))]]) if others else []
        if sized and not self.folder.mails(sized, 1):
            raise Retry(f"{self.folder.host} gives out no mail of {self.folder.name}")

    def _turn(self, count: int) -> int:
        """Whose turn of so many it is: another one each minute."""
        return int(self.now.timestamp() // 60) % max(count, 1)

    def _is_overdue(self, uid: int) -> bool:
        return self.now.timestamp() - self.state.pending[uid] > _PATIENCE.total_seconds()

    def _is_had(self, uid: int) -> bool:
        """Whether nothing is to be had here any more: it came, or it is gone."""
        try:
            sized = self.folder.sizes([uid])
            fetched = self.folder.mails(sized, self.mail_bytes_max) if sized else []
        except Refused:
            return False
        except Retry:
            if not self._is_overdue(uid):
                raise
            return False
        for mail in fetched:
            self._hand_over(mail)
        return bool(fetched) or not sized

    def _no_longer_aside(self, uid: int) -> None:
        pending = {one: at for one, at in self.state.pending.items() if one != uid}
        self.state = replace(self.state, pending=pending)

    def _where(self, uid: int) -> str:
        return f"{self.folder.name}, mail {uid}"

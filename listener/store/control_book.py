"""What people control, on SQLite: see :class:`listener.store.case_port.Controls`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.rules import Silence
from listener.store import settling, silences, trail
from listener.store.case_port import Told
from listener.store.connection import Connection
from listener.store.rows import moment_or_none
from listener.watch import ChannelFacts

if TYPE_CHECKING:
    from sqlite_utils import Database


class SqliteControls:
    """A :class:`listener.store.case_port.Controls` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def silence(self, silence: Silence) -> int:
        with self._connection.writing() as db:
            return silences.save(db, silence)

    def end_silence(self, number: int, now: datetime) -> bool:
        with self._connection.writing() as db:
            return silences.end(db, number, now)

    def silences(self, now: datetime) -> list[Silence]:
        with self._connection.reading() as db:
            return silences.holding(db, now)

    def resend(self, now: datetime, channel: str | None = None, key: str | None = None) -> int:
        with self._connection.writing() as db:
            return settling.resend(db, now, channel, key)

    def trail(
        self,
        since: datetime,
        until: datetime,
        *,
        mention: str = "",
        case: str = "",
        channel: str = "",
    ) -> Iterator[Told]:
        with self._connection.reading() as db:
            yield from trail.trail(db, since, until, mention, case, channel)

    def channel_facts(self, channels: Sequence[str]) -> list[ChannelFacts]:
        with self._connection.reading() as db:
            return [channel_fact(db, channel) for channel in channels]


def channel_fact(db: "Database", channel: str) -> ChannelFacts:
    """How this channel stands."""
    row = db.execute(
        """SELECT t.state, t.reason, t.since,
           (SELECT count(*) FROM outbox WHERE channel = :channel AND state = 'pending') AS waiting,
           (SELECT count(*) FROM outbox WHERE channel = :channel AND state = 'buried') AS buried
           FROM (SELECT :channel AS channel) c
           LEFT JOIN channel_troubles t ON t.channel = c.channel""",
        {"channel": channel},
    ).fetchone()
    return ChannelFacts(
        channel=channel,
        state=row["state"] or "",
        reason=row["reason"] or "",
        since=moment_or_none(row["since"]),
        waiting=row["waiting"],
        buried=row["buried"],
    )

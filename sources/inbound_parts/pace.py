"""How fast items may come: a bucket that fills evenly and holds a minute's worth."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

SECONDS = 60.0


@dataclass
class Bucket:
    """So many items a minute, all at once if none came before. Threads may share it."""

    per_minute: int
    _level: float = field(default=-1.0, init=False)
    _at: datetime | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def wait_seconds(self, items: int, now: datetime) -> float:
        """0 and so many items fewer to come; or how long until so many may."""
        with self._lock:
            level = min(self.per_minute, self._filled(now))
            short = min(items, self.per_minute) - level
            if short > 0:
                return short * SECONDS / self.per_minute
            self._level, self._at = level - items, now
            return 0.0

    def _filled(self, now: datetime) -> float:
        if self._at is None:
            return float(self.per_minute)
        seconds = max(0.0, (now - self._at).total_seconds())
        return self._level + seconds * self.per_minute / SECONDS

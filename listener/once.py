"""``listener once``: every stage until nothing is due, in one thread, then the counts."""

import threading
from dataclasses import asdict, dataclass

from listener.clock import Now
from listener.config import Config
from listener.owners import dead_owners, owner_name
from listener.store import Store, open_store
from listener.wiring import all_stages, source_plans

PAUSE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Counts:
    """What one run did, and what it leaves behind."""

    posts_new: int
    mentions_new: int
    alerts_delivered: int
    alerts_buried: int
    sources_failing: int
    rejects: int
    alerts_later: int

    def as_dict(self) -> dict[str, int]:
        """For ``--json``."""
        return asdict(self)


def once(config: Config, now: Now) -> Counts:
    """Poll every source, tag and send until nothing is due. Raises StoreUnavailable."""
    owner = owner_name()
    store = open_store(config.database, owner=owner)
    try:
        store.release(dead_owners(store.owners(), owner))
        store.plan_sources(source_plans(config), now(), all_due=True)
        before = _standing(store, now)
        _work(config, store, now)
        return _difference(before, _standing(store, now))
    finally:
        store.close()


def _work(config: Config, store: Store, now: Now) -> None:
    stages = all_stages(config, store, now)
    pause = threading.Event()
    while True:
        worked = sum(stage.step(now()) for stage in stages)
        if worked:
            continue
        if not any(stage.busy for stage in stages):
            return
        pause.wait(PAUSE_SECONDS)


def _standing(store: Store, now: Now) -> Counts:
    status = store.status(now())
    return Counts(
        posts_new=status.posts,
        mentions_new=status.mentions,
        alerts_delivered=status.alerts_delivered,
        alerts_buried=status.buried_count,
        sources_failing=sum(source.state in {"failing", "degraded"} for source in status.sources),
        rejects=sum(source.rejects for source in status.sources),
        alerts_later=sum(status.waiting_by_channel.values()),
    )


def _difference(before: Counts, after: Counts) -> Counts:
    return Counts(
        posts_new=after.posts_new - before.posts_new,
        mentions_new=after.mentions_new - before.mentions_new,
        alerts_delivered=after.alerts_delivered - before.alerts_delivered,
        alerts_buried=after.alerts_buried - before.alerts_buried,
        sources_failing=after.sources_failing,
        rejects=after.rejects - before.rejects,
        alerts_later=after.alerts_later,
    )

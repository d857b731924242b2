"""Prometheus metrics, read from the store when asked for."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from listener.budget import MEASURES
from listener.clock import Now
from listener.store import StoreUnavailable
from listener.store.port import Status


class StatusCollector:
    """The store's standing as gauges; without the store only ``listener_store_up`` 0."""

    def __init__(self, read: Callable[[], Status], now: Now) -> None:
        self._read = read
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """All metrics at this moment."""
        try:
            status = self._read()
        except StoreUnavailable:
            yield _one("listener_store_up", "Whether the store can be used.", 0)
            return
        yield _one("listener_store_up", "Whether the store can be used.", status.store == "ok")
        yield _one("listener_posts", "Posts stored.", status.posts)
        yield _one("listener_mentions", "Mentions stored.", status.mentions)
        yield _one("listener_alerts_delivered", "Alerts delivered.", status.alerts_delivered)
        yield _one("listener_alerts_buried", "Alerts nobody could deliver.", status.buried_count)
        yield from _stages(status, self._now())
        yield from _sources(status, self._now())


def exposition(read: Callable[[], Status], now: Now) -> bytes:
    """The page that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatusCollector(read, now))
    return generate_latest(registry)


def _one(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=float(value))


def _stages(status: Status, now: datetime) -> Iterator[Metric]:
    backlog = GaugeMetricFamily("listener_backlog", "Work that is due.", labels=["stage"])
    oldest = GaugeMetricFamily(
        "listener_backlog_oldest_seconds", "For how long the oldest waits.", labels=["stage"]
    )
    for name, stage in status.stages.items():
        backlog.add_metric([name], stage.waiting)
        waited = (now - stage.oldest_at).total_seconds() if stage.oldest_at else 0.0
        oldest.add_metric([name], max(0.0, waited))
    yield backlog
    yield oldest


def _sources(status: Status, now: datetime) -> Iterator[Metric]:
    up = GaugeMetricFamily("listener_source_up", "1 ok, 0.5 degraded, 0 not.", labels=["source"])
    lag = GaugeMetricFamily(
        "listener_source_lag_seconds", "Since it was last read.", labels=["source"]
    )
    posts = GaugeMetricFamily("listener_source_posts", "Posts it brought.", labels=["source"])
    for source in status.sources:
        up.add_metric([source.name], {"ok": 1.0, "degraded": 0.5}.get(source.state, 0.0))
        posts.add_metric([source.name], source.posts)
        if source.last_ok_at:
            lag.add_metric([source.name], max(0.0, (now - source.last_ok_at).total_seconds()))
    yield up
    yield lag
    yield posts
    yield from _coverage(status)
    yield from _budgets(status)


def _coverage(status: Status) -> Iterator[Metric]:
    missed = GaugeMetricFamily(
        "listener_source_missed_seconds",
        "Not seen in the last 30 days: backfilled later, or lost.",
        labels=["source", "outcome"],
    )
    for source in status.sources:
        missed.add_metric([source.name, "backfilled"], source.backfilled_seconds)
        missed.add_metric([source.name, "lost"], source.lost_seconds)
    yield missed


def _budgets(status: Status) -> Iterator[Metric]:
    labels = ["source", "span", "measure"]
    spent = GaugeMetricFamily(
        "listener_source_spent", "Spent in the UTC day or month.", labels=labels
    )
    share = GaugeMetricFamily(
        "listener_source_budget_share", "Share of the budget spent.", labels=labels
    )
    for source in status.sources:
        for span, costs in (("day", source.spent_day), ("month", source.spent_month)):
            for measure in MEASURES:
                spent.add_metric([source.name, span, measure], getattr(costs, measure))
        for use in source.budget:
            share.add_metric([source.name, use.span, use.measure], use.share)
    yield spent
    yield share

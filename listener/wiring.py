"""From a configuration to stages: which plugin stands where."""

from collections.abc import Sequence

from listener.clock import Now
from listener.config import Config
from listener.match import Matcher
from listener.match.around import Marked
from listener.stages import Stage
from listener.stages.alarm import AlarmStage
from listener.stages.poll import Listened, PollStage
from listener.stages.send import SendStage
from listener.stages.tag import Judge, TagStage
from listener.store import Store
from listener.store.port import SourcePlan


def source_plans(config: Config) -> list[SourcePlan]:
    """The schedule that the configuration asks for."""
    return [SourcePlan(source.name, source.poll_seconds) for source in config.sources]


def matcher(config: Config, marked: Sequence[Marked] = ()) -> Matcher:
    """What finds the brands in posts; ``marked`` is what people said of earlier ones."""
    return Matcher(config.brands, marked)


def judges(config: Config) -> list[Judge]:
    """The classifiers, in their order."""
    return [Judge(judge.kind, judge.plugin) for judge in config.judges]


def poll_stage(config: Config, store: Store) -> PollStage:
    """Sources into the store."""
    sources = {
        source.name: Listened(source.plugin, source.poll_seconds, source.brands or None)
        for source in config.sources
    }
    return PollStage(store, sources, matcher(config, store.marks()))


def tag_stage(config: Config, store: Store) -> TagStage:
    """Mentions to tags and orders."""
    return TagStage(store, judges(config), config.rules, config.zone, config.lease_seconds)


def alarm_stage(config: Config, store: Store) -> AlarmStage:
    """Volumes and troubles to alarms."""
    brands = [brand.id for brand in config.brands]
    return AlarmStage(store, config.rules, brands, config.zone)


def send_stage(config: Config, store: Store, now: Now) -> SendStage:
    """The outbox to the channels."""
    channels = {channel.name: channel.plugin for channel in config.channels}
    return SendStage(store, channels, now, config.lease_seconds)


def all_stages(config: Config, store: Store, now: Now) -> list[Stage]:
    """Every stage, in the order in which work flows."""
    return [
        poll_stage(config, store),
        tag_stage(config, store),
        alarm_stage(config, store),
        send_stage(config, store, now),
    ]

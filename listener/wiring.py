"""From a configuration to stages: which plugin stands where."""

from collections.abc import Sequence
from dataclasses import replace

from listener.budget import Limits
from listener.clock import Now
from listener.config import Config
from listener.match import Matcher
from listener.match.around import Marked
from listener.ports import Desk, Following, Metered, Receiving, Rechecking, Source
from listener.routing import Routing
from listener.stages import Stage
from listener.stages.alarm import AlarmStage
from listener.stages.bringing import Listened
from listener.stages.crisis import CrisisStage
from listener.stages.desk import DeskStage
from listener.stages.escalate import EscalateStage
from listener.stages.intake import IntakeStage
from listener.stages.lessons import LessonWatch, taught_judges
from listener.stages.poll import PollStage
from listener.stages.recheck import RecheckStage
from listener.stages.send import SendStage
from listener.stages.tag import Judge, TagStage
from listener.store import Store
from listener.store.learning_port import Lesson
from listener.store.port import SourcePlan
from listener.teams import Teams


def source_plans(config: Config) -> list[SourcePlan]:
    """The schedule that the configuration asks for."""
    return [
        source_plan(source.name, source.plugin, source.poll_seconds, source.limits)
        for source in config.sources
    ]


def source_plan(name: str, source: Source, poll_seconds: float, limits: Limits) -> SourcePlan:
    """The schedule of one source, with what it can and what it costs."""
    looks_again = source.recheck_posts_max if isinstance(source, Rechecking) else 0
    is_billed = isinstance(source, Metered) and source.dearest().posts > 0
    is_dear = is_billed or getattr(source, "recheck_is_dear", False)
    return SourcePlan(name, poll_seconds, limits, looks_again, is_dear)


def matcher(config: Config, marked: Sequence[Marked] = ()) -> Matcher:
    """What finds the brands in posts; ``marked`` is what people said of earlier ones."""
    return Matcher(config.brands, marked)


def judges(config: Config, lessons: Sequence[Lesson] = ()) -> list[Judge]:
    """The classifiers, in their order, with what they learned; as shipped without lessons."""
    return taught_judges([Judge(judge.kind, judge.plugin) for judge in config.judges], lessons)


def poll_stage(config: Config, store: Store) -> PollStage:
    """Sources into the store."""
    return PollStage(store, _listened(config), matcher(config, store.marks()))


def intake_stage(config: Config, store: Store) -> IntakeStage:
    """What others push into the store."""
    pushed = {
        name: listened
        for name, listened in _listened(config).items()
        if isinstance(listened.source, Receiving)
    }
    return IntakeStage(store, pushed, matcher(config, store.marks()))


def recheck_stage(config: Config, store: Store) -> RecheckStage:
    """Second looks at what the sources brought, where they can."""
    sources = {
        name: listened
        for name, listened in _listened(config).items()
        if isinstance(listened.source, Rechecking)
    }
    return RecheckStage(store, sources, matcher(config, store.marks()))


def _listened(config: Config) -> dict[str, Listened]:
    return {
        source.name: Listened(
            source.plugin,
            source.poll_seconds,
            source.brands or None,
            source.limits,
            source.addressed_to,
        )
        for source in config.sources
    }


def tag_stage(config: Config, store: Store) -> TagStage:
    """Mentions to tags and orders."""
    shipped = judges(config)
    taught = LessonWatch(store.lessons, shipped).judges
    return TagStage(
        store,
        shipped,
        routing(config),
        config.lease_seconds,
        taught,
        false_alarms_per_day=config.judging.false_alarms_per_day,
        batch_seconds=config.judging.batch_seconds,
    )


def routing(config: Config) -> Routing:
    """The rules with the teams they speak of."""
    return Routing(config.rules, config.zone, teams(config))


def teams(config: Config) -> Teams:
    """The teams and people, with the channels that follow cases."""
    following = {
        one.name
        for one in config.channels
        if isinstance(one.plugin, Following) and one.plugin.follows_cases
    }
    return replace(config.teams, following=frozenset(following))


def desks(config: Config) -> dict[str, Desk]:
    """The channels where people work on cases, by name."""
    return {one.name: one.plugin for one in config.channels if isinstance(one.plugin, Desk)}


def alarm_stage(config: Config, store: Store) -> AlarmStage:
    """Volumes and troubles to alarms."""
    brands = [brand.id for brand in config.brands]
    return AlarmStage(store, config.rules, brands, config.zone, config.channel_names)


def crisis_stage(config: Config, store: Store) -> CrisisStage:
    """What is said of each brand, against what is usual."""
    brands = {brand.id: brand for brand in config.brands}
    listens = {source.name: frozenset(source.brands) for source in config.sources}
    return CrisisStage(store, config.rules, brands, config.zone, listens)


def escalate_stage(config: Config, store: Store) -> EscalateStage:
    """Open cases to the clock."""
    return EscalateStage(store, teams(config), config.zone)


def desk_stage(config: Config, store: Store, now: Now) -> DeskStage:
    """What people did at the desks to our cases."""
    asked = desks(config)
    store.cases.plan_desks({name: desk.changes_seconds for name, desk in asked.items()}, now())
    return DeskStage(store, asked, teams(config))


def send_stage(config: Config, store: Store, now: Now) -> SendStage:
    """The outbox to the channels."""
    channels = {channel.name: channel.plugin for channel in config.channels}
    return SendStage(store, channels, now, config.lease_seconds)


def all_stages(config: Config, store: Store, now: Now) -> list[Stage]:
    """Every stage, in the order in which work flows; second looks are the daemon's alone."""
    return [
        poll_stage(config, store),
        intake_stage(config, store),
        tag_stage(config, store),
        escalate_stage(config, store),
        alarm_stage(config, store),
        crisis_stage(config, store),
        desk_stage(config, store, now),
        send_stage(config, store, now),
    ]

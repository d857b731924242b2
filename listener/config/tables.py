"""The core's own tables in ``config.toml``: every key with its type, limits, default and meaning.

They have the shape that plugins have, so the same check reads them and the same page documents
them. What only several tables together can tell is checked where they are put together.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from listener.batching import BATCH_SECONDS
from listener.config.reading import ITEMS_MAX
from listener.rules import Fold

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "console", "json"]

DAY_SECONDS = 86_400

_Text = Annotated[str, Field(pattern=r"\S", max_length=2_000)]
_Texts = Annotated[tuple[_Text, ...], Field(max_length=ITEMS_MAX)]
_SomeTexts = Annotated[tuple[_Text, ...], Field(min_length=1, max_length=ITEMS_MAX)]
_OneOrMore = _Text | _SomeTexts
_Table = dict[str, Any]
_Count = Annotated[int, Field(ge=1, le=10**12)]
_Money = Annotated[float, Field(gt=0, le=10**9)]


@dataclass(frozen=True, slots=True)
class ListenerTable:
    """What holds for the whole listener."""

    database: Annotated[_Text, "Where everything is stored, as sqlite:PATH."] = "sqlite:listener.db"
    timezone: Annotated[
        _Text, "IANA name of the zone that digests, quiet hours and days follow."
    ] = "UTC"
    log_level: Annotated[LogLevel, "The least weighty kind of log line that is written."] = "info"
    log_format: Annotated[
        LogFormat, "How log lines look; auto is console on a terminal and json elsewhere."
    ] = "auto"
    heartbeat_url: Annotated[
        _Text | None,
        "Address that is pinged while every part is alive; also env:NAME or file:PATH.",
    ] = None
    lease_seconds: Annotated[
        int, Field(ge=5, le=3_600), "After this long, work taken by a lost process is taken again."
    ] = 60
    drain_seconds: Annotated[
        int, Field(ge=0, le=600), "Longest time that a stopping process finishes work it has begun."
    ] = 8


@dataclass(frozen=True, slots=True)
class Web:
    """The pages for people and machines: health, metrics."""

    host: Annotated[_Text, "Address to listen on; the default is this machine only."] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535), "Port to listen on; 0 takes a free one."] = 8377
    enabled: Annotated[bool, "Whether there are any pages."] = True
    public_url: Annotated[
        Annotated[str, Field(pattern=r"^https?://[^\s@/][^\s@]*$", max_length=500)] | None,
        "How the pages are reached from outside, such as https://listen.example.org.",
    ] = None


@dataclass(frozen=True, slots=True)
class BrandTable:
    """Who to listen for. Write base forms; the brand's id is the name of its table."""

    names: Annotated[_Texts, "What the brand is called."] = ()
    short_names: Annotated[
        _Texts, "Short names and abbreviations, found only in the case they are written in here."
    ] = ()
    handles: Annotated[
        _Texts,
        "Accounts that address it; a post that tags one is direct. x:@name is for that site only.",
    ] = ()
    hashtags: Annotated[_Texts, "Hashtags that stand for it."] = ()
    domains: Annotated[_Texts, "Its domains, such as example.com; a link there is a mention."] = ()
    products: Annotated[_Texts, "Names of its products."] = ()
    people: Annotated[_Texts, "Names of people who stand for it."] = ()
    campaigns: Annotated[_Texts, "Names of its campaigns."] = ()
    misspellings: Annotated[
        _Texts, "Misspellings that mean it, beyond a slip of the finger, which is known by itself."
    ] = ()
    loose: Annotated[
        bool, "Whether a slip of the finger, a name spelt out or one with look-alike signs counts."
    ] = True
    own_accounts: Annotated[
        _Texts, "Further accounts of its own, whose posts are no mentions."
    ] = ()
    languages: Annotated[
        _Texts,
        "Languages whose inflected forms count, such as fi; if none, all that are known.",
    ] = ()
    require: Annotated[
        _Texts,
        "Words or expressions of which one must hold; NEAR/5 word: within five words of its name.",
    ] = ()
    forbid: Annotated[_Texts, "Words or expressions of which none may hold; as in require."] = ()
    expression: Annotated[
        str, Field(max_length=20_000), "A Boolean expression that must hold; alone, it finds posts."
    ] = ""
    ambiguous: Annotated[bool, "Whether its name is also a common word or another's name."] = False
    context: Annotated[_Texts, "Words that speak for it near its name, where it is ambiguous."] = ()
    competitor: Annotated[bool, "Whether it is somebody to be compared with."] = False
    must_match: Annotated[_Texts, "Example texts that mention it; listener check tries them."] = ()
    must_not_match: Annotated[
        _Texts, "Example texts that don't mention it; listener check tries them."
    ] = ()


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Where posts come from: these keys, and those of its type."""

    type: Annotated[str, "Which kind of source it is."]
    poll_seconds: Annotated[
        int, Field(ge=1, le=7 * DAY_SECONDS), "How long to wait between two polls."
    ] = 300
    brands: Annotated[
        _SomeTexts | None, "Brands to look for in its posts; all where it says nothing."
    ] = None
    addressed_to: Annotated[
        str,
        "The brand whose own place this is (its page, app, mailbox, line): all is addressed to it.",
    ] = ""
    enabled: Annotated[bool, "Whether it is polled; if not, its secrets need not exist."] = True
    budget: Annotated[
        _Table | None, "The most that it may cost, where it counts that; see below."
    ] = None


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """The most that a source may cost in a day and in a month, by UTC. It is never crossed.

    Polls are spread so that it lasts; when it is spent the source rests until a new day or month.
    """

    requests_per_day: Annotated[_Count | None, "Requests in a day."] = None
    requests_per_month: Annotated[_Count | None, "Requests in a calendar month."] = None
    posts_per_day: Annotated[_Count | None, "Posts that the site bills or counts, in a day."] = None
    posts_per_month: Annotated[_Count | None, "The same in a calendar month."] = None
    money_per_day: Annotated[_Money | None, "Money in a day, in the currency of its prices."] = None
    money_per_month: Annotated[_Money | None, "The same in a calendar month."] = None


@dataclass(frozen=True, slots=True)
class ClassifiersTable:
    """What is judged, and in which order; each sees what the ones before it said."""

    order: Annotated[
        _Texts,
        "The judgements to make. The five default ones need no table of their own.",
    ] = ("language", "spam", "sentiment", "urgency", "intent")
    false_alarms_per_day: Annotated[
        Annotated[float, Field(gt=0, le=100_000)] | None,
        "How many mentions a day may be called urgent wrongly; without it the judge decides alone.",
    ] = None
    batch_seconds: Annotated[
        float,
        Field(ge=0.01, le=30),
        "How long the mentions that are judged at a time may take; an urgent one waits that long.",
    ] = BATCH_SECONDS


@dataclass(frozen=True, slots=True)
class ClassifierTable:
    """How one judgement is made: this key, and those of its type."""

    type: Annotated[
        str | None,
        "Which classifier judges; by default language for language, small for the other four.",
    ] = None


@dataclass(frozen=True, slots=True)
class ChannelTable:
    """Where alerts go: this key, and those of its type."""

    type: Annotated[str, "Which kind of channel it is."]


@dataclass(frozen=True, slots=True)
class RuleTable:
    """When something must be told, to whom, how grouped, when quiet.

    It names channels in send_to, or a team, or both.
    """

    name: Annotated[_Text, "What the rule is called: up to 100 characters, and no slash."]
    send_to: Annotated[
        _SomeTexts, "Names of the channels to tell; with a team: further ones, that watch."
    ] = ()
    team: Annotated[
        _Text | None,
        "The team that handles it: a mention opens a case, told where the team is told.",
    ] = None
    when: Annotated[_Table, "What a mention must be; see below. Empty: any mention."] = field(
        default_factory=dict
    )
    group_seconds: Annotated[
        int,
        Field(ge=0, le=DAY_SECONDS),
        "What comes this soon after another goes into its message; 0: one message per mention.",
    ] = 0
    fold: Annotated[
        Fold | None,
        "What shares a message, or a case; 'author or story' (its default) is for cases alone.",
    ] = None
    digest_at: Annotated[
        _Text | None,
        "Local time, such as 09:00, at which a day's mentions come as one message per brand.",
    ] = None
    quiet: Annotated[_Text | None, "Local hours in which nothing is told, such as 22:00-07:00."] = (
        None
    )
    break_through: Annotated[
        Annotated[int, Field(ge=0, le=100)] | None,
        "From this priority on, neither quiet hours nor the daily ceiling hold.",
    ] = None
    daily_max: Annotated[
        Annotated[int, Field(ge=1, le=100_000)] | None,
        "The most messages a channel gets on one local day; the rest comes as one at its end.",
    ] = None
    spike: Annotated[
        _Table | None, "Makes it a rule about a brand's volume; see below. {} takes the defaults."
    ] = None
    trouble: Annotated[
        _Table | None, "Makes it a rule about failing sources; see below. {} takes the defaults."
    ] = None
    crisis: Annotated[
        _Table | None, "Makes it a rule about crises of a brand; see below. {} takes the defaults."
    ] = None


@dataclass(frozen=True, slots=True)
class TopicTable:
    """What rules may ask whether a post speaks of. Write base forms: inflected ones are found."""

    words: Annotated[_SomeTexts, "Words and phrases that stand for it, such as refund, hyvitys."]


@dataclass(frozen=True, slots=True)
class AuthorsTable:
    """A list of accounts that rules may ask for: important customers, journalists, staff."""

    accounts: Annotated[_SomeTexts, "The accounts; x:@name is the one of that site only."]


@dataclass(frozen=True, slots=True)
class ConditionTable:
    """What a mention must be. Any judgement may stand here too, as in urgency = ["high"].

    Labels of a judgement are the classifier's own, or "error" where it failed.
    """

    brand: Annotated[_OneOrMore | None, "It mentions one of these brands."] = None
    directness: Annotated[
        _OneOrMore | None, "It is direct (addressed to the brand) or indirect (about it)."
    ] = None
    source: Annotated[_OneOrMore | None, "It came through one of these sources."] = None
    site: Annotated[_OneOrMore | None, "It was published on one of these sites."] = None
    author: Annotated[
        _OneOrMore | None, "It was written by one of these accounts; x:@name is for one site only."
    ] = None
    author_list: Annotated[
        _OneOrMore | None, "Its author stands on one of these lists, [authors.NAME]."
    ] = None
    followers_min: Annotated[
        int, Field(ge=0, le=10**12), "Its author has at least so many followers."
    ] = 0
    topic: Annotated[_OneOrMore | None, "It speaks of one of these topics, [topics.NAME]."] = None
    verdict: Annotated[
        _OneOrMore | None,
        "For an ambiguous brand: yes, or review where a person should look; both by default.",
    ] = None
    priority_min: Annotated[int, Field(ge=0, le=100), "Its priority is at least this."] = 0


@dataclass(frozen=True, slots=True)
class SpikeTable:
    """Tells when a brand is mentioned far more than at this hour of the week."""

    window_minutes: Annotated[
        int, Field(ge=1, le=1_440), "How many minutes of mentions are counted."
    ] = 60
    weeks: Annotated[int, Field(ge=1, le=52), "How many weeks before it is held against."] = 8
    mentions_min: Annotated[int, Field(ge=1), "Fewer mentions than this are no spike."] = 10
    deviations: Annotated[
        float, Field(gt=0, le=100), "How many standard deviations above the mean it must be."
    ] = 4.0


@dataclass(frozen=True, slots=True)
class TroubleTable:
    """Tells when a source fails or goes silent, and when it is well again.

    What only a person can mend, such as a login that is refused, is told at the first failure.
    """

    failures: Annotated[
        int, Field(ge=0, le=1_000), "How many failures in a row are told; 0: never."
    ] = 3
    silent_seconds: Annotated[
        int, Field(ge=0, le=366 * DAY_SECONDS), "Seconds without a new post; 0: never."
    ] = 0
    budget_percent: Annotated[
        int, Field(ge=0, le=100), "Share of a day's or month's budget that is told; 0: never."
    ] = 80


@dataclass(frozen=True, slots=True)
class CrisisTable:
    """Tells when far more, and against the brand, is said than at this hour of its week; all clear.

    What is usual is learnt from the hours that were really seen; two days of them are the least.
    """

    weeks: Annotated[int, Field(ge=1, le=26), "How many weeks what is usual is learnt from."] = 8
    false_alarms: Annotated[
        float,
        Field(gt=0, le=100),
        "How many false alarms a quarter are bearable for a brand; fewer find crises later.",
    ] = 1.0
    mentions_min: Annotated[
        int, Field(ge=2, le=100_000), "Fewer mentions than this at a time are no crisis."
    ] = 10
    negative_min: Annotated[
        int, Field(ge=1, le=100_000), "Nor are fewer than this against the brand."
    ] = 5

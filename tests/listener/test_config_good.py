"""Good configs: what every table becomes, with its defaults, paths, secrets and warnings."""

import dataclasses
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from listener.budget import NO_LIMITS, Limits
from listener.config import Config, ConfigError, load_config
from listener.config.tables import BrandTable, ClassifiersTable, SpikeTable, TroubleTable, Web
from listener.model import Brand
from listener.ports import Secret
from listener.rules import Condition, Quiet, Rule, Spike, Trouble
from listener.wiring import source_plans
from tests.listener import toy_plugins
from tests.listener.toy_plugins import KindlessJudge, ToyJudge, ToySource

QUIET_JUDGES = "[classifiers]\norder = []\n"
BRAND = '[brands.acme]\nnames = ["Acme"]\n'
SOURCE = '[sources.blogs]\ntype = "toy"\nurls = ["a", "b"]\n'
DESK = '[channels.desk]\ntype = "toy"\n'


@pytest.fixture(autouse=True)
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_plugins.install(tmp_path / "site", monkeypatch)


def load(folder: Path, text: str, **env: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, env)


def rule_of(folder: Path, text: str) -> Rule:
    start = f'{QUIET_JUDGES}{BRAND}{DESK}[[rules]]\nname = "urgent"\nsend_to = ["desk"]\n'
    return load(folder, start + text).rules[0]


def test_an_empty_file_takes_all_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert load(tmp_path, QUIET_JUDGES) == Config(
        path=path,
        database=f"sqlite:{tmp_path / 'listener.db'}",
        zone=ZoneInfo("UTC"),
        log_level="info",
        log_format="auto",
        heartbeat_url=None,
        lease_seconds=60,
        drain_seconds=8,
        web=Web("127.0.0.1", 8377, enabled=True),
        brands=(),
        sources=(),
        judges=(),
        channels=(),
        channel_names=(),
        rules=(),
        judging=ClassifiersTable(order=()),
        warnings=(
            f"{path}: brands: there is nobody to listen for; add a table [brands.NAME]",
            f"{path}: sources: none is there or enabled, so nothing will be heard",
        ),
    )


def test_the_core_tables(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        f"""{QUIET_JUDGES}
[listener]
database = "sqlite:data/l.db"
timezone = "Europe/Helsinki"
log_level = "debug"
log_format = "json"
heartbeat_url = "https://ping.example/1"
lease_seconds = 30
drain_seconds = 0
[web]
host = "0.0.0.0"
port = 0
enabled = false
""",
    )
    assert config.database == f"sqlite:{tmp_path / 'data/l.db'}"
    assert config.zone == ZoneInfo("Europe/Helsinki")
    assert (config.log_level, config.log_format) == ("debug", "json")
    assert (config.lease_seconds, config.drain_seconds) == (30, 0)
    assert config.web == Web("0.0.0.0", 0, enabled=False)
    assert config.heartbeat_url == Secret("https://ping.example/1")
    assert config.secrets == ("https://ping.example/1",)


def test_an_absolute_database_stays_where_it_is(tmp_path: Path) -> None:
    text = f'{QUIET_JUDGES}[listener]\ndatabase = "sqlite:/var/lib/listener/l.db"\n'
    assert load(tmp_path, text).database == "sqlite:/var/lib/listener/l.db"


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeff" + QUIET_JUDGES.replace("\n", "\r\n")
    assert load(tmp_path, text).judges == ()


def test_a_brand_has_every_key_of_the_model(tmp_path: Path) -> None:
    stated = {
        field.name: ["a.example", f"{field.name}.example"]
        for field in dataclasses.fields(Brand)
        if str(field.type).startswith("tuple")
    }
    lines = "".join(f"{name} = {value}\n" for name, value in stated.items())
    more = 'expression = "a AND b"\nambiguous = true\ncompetitor = true\nloose = false\n'
    config = load(tmp_path, f"{QUIET_JUDGES}[brands.a-1_b]\n{lines}{more}")
    lists = {name: tuple(value) for name, value in stated.items()}
    extras = {"expression": "a AND b", "ambiguous": True, "competitor": True, "loose": False}
    assert [dataclasses.asdict(brand) for brand in config.brands] == [
        {"id": "a-1_b", **lists, **extras}
    ]


def test_the_brand_table_has_the_fields_of_the_model() -> None:
    names = [field.name for field in dataclasses.fields(Brand)]
    assert ["id", *(field.name for field in dataclasses.fields(BrandTable))] == names


def warnings_of(folder: Path, brand: str) -> list[str]:
    prefix = f"{folder}/config.toml: [brands.b] "
    text = f"{QUIET_JUDGES}[brands.b]\n{brand}\n{SOURCE}"
    return [warning.removeprefix(prefix) for warning in load(folder, text).warnings]


def test_a_name_that_is_everybodys_word_is_a_warning_with_its_share(tmp_path: Path) -> None:
    (warning,) = warnings_of(tmp_path, 'names = ["Time"]\nlanguages = ["en"]')
    assert warning.startswith("names: 'Time' is a common word, about ")
    assert warning.endswith(" of everyday text; set ambiguous = true, or require")
    assert warnings_of(tmp_path, 'names = ["Time"]\nlanguages = ["pl"]') == []
    assert warnings_of(tmp_path, 'names = ["Time"]\nambiguous = true') == []


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ('expression = "the"', "expression: 'the' holds wherever a common word does, about "),
        ('expression = "ja OR on"', "expression: 'ja OR on' holds wherever a common word does"),
        ('short_names = ["the"]', "short_names: 'the' is a common word, about "),
        ('short_names = ["The"]', "short_names: 'The' is a common word, about "),
        ('misspellings = ["the"]', "misspellings: 'the' is a common word, about "),
    ],
)
def test_other_ways_to_find_everybodys_word_are_warned_of(
    tmp_path: Path, stated: str, told: str
) -> None:
    (warning,) = warnings_of(tmp_path, stated)
    assert warning.startswith(told)
    assert warning.endswith(" of everyday text; set ambiguous = true, or require")
    assert warnings_of(tmp_path, f"{stated}\nambiguous = true") == []


@pytest.mark.parametrize(
    "stated",
    [
        'expression = "the AND norvokas"',
        'expression = "the OR norvokas"',
        'expression = "the"\nnames = ["Norvokas"]',
        'expression = "on"\nlanguages = ["sv"]',
        'short_names = ["IT", "QX"]',
        'misspellings = ["Norvoks"]',
    ],
)
def test_what_is_rare_or_only_narrows_is_not(tmp_path: Path, stated: str) -> None:
    assert warnings_of(tmp_path, stated) == []


def test_a_name_of_two_letters_and_an_unknown_language_are_warnings(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, 'names = ["Qx"]\nlanguages = ["fin"]') == [
        "languages: the inflection of 'fin' is not known; did you mean 'fi'?",
        (
            "names: 'Qx' is so short that it stands for many things; "
            "write it under short_names, or set ambiguous = true, or require"
        ),
    ]


def test_a_source_with_its_defaults(tmp_path: Path) -> None:
    other = '[brands.other]\nnames = ["Other"]\n'
    (source,) = load(tmp_path, QUIET_JUDGES + BRAND + other + SOURCE).sources
    assert (source.name, source.type, source.poll_seconds) == ("blogs", "toy", 300)
    assert source.brands == ("acme", "other")
    assert source.plugin == ToySource(["a", "b"])


def test_a_budget_is_kept_in_whole_numbers(tmp_path: Path) -> None:
    paid = SOURCE.replace('"toy"', '"paid"')
    budget = "[sources.blogs.budget]\nposts_per_day = 500\nmoney_per_month = 99.995\n"
    (source,) = load(tmp_path, QUIET_JUDGES + BRAND + paid + budget).sources
    assert source.limits == Limits(posts_per_day=500, money_micros_per_month=99_995_000)
    tiny = budget.replace("99.995", "1e-9")
    (source,) = load(tmp_path, QUIET_JUDGES + BRAND + paid + tiny).sources
    assert source.limits.money_micros_per_month == 1


def test_a_source_without_a_budget_has_no_limits(tmp_path: Path) -> None:
    paid = SOURCE.replace('"toy"', '"paid"')
    config = load(tmp_path, QUIET_JUDGES + BRAND + paid)
    assert config.sources[0].limits == NO_LIMITS
    (plan,) = source_plans(config)
    assert (plan.name, plan.limits) == ("blogs", NO_LIMITS)


def test_a_source_with_all_it_can_say(tmp_path: Path) -> None:
    settings = """
poll_seconds = 5
brands = ["acme"]
site = "s"
limit = 3
speed = 2
strict = true
mode = "all"
headers = { a = "b" }
path = "posts/day.jsonl"
paths = ["-", "/tmp/x", "y"]
password = "env:PASSWORD"
"""
    text = QUIET_JUDGES + BRAND + '[brands.b]\nnames = ["B"]\n' + SOURCE + settings
    (source,) = load(tmp_path, text, PASSWORD="pass word\n").sources
    assert (source.poll_seconds, source.brands) == (5, ("acme",))
    assert source.plugin == ToySource(
        ["a", "b"],
        site="s",
        limit=3,
        speed=2.0,
        strict=True,
        mode="all",
        headers={"a": "b"},
        path=tmp_path / "posts/day.jsonl",
        paths=(Path("-"), Path("/tmp/x"), tmp_path / "y"),
        password=Secret("pass word"),
    )


def test_a_disabled_source_is_left_out_and_its_secrets_need_not_exist(tmp_path: Path) -> None:
    text = f'{QUIET_JUDGES}{BRAND}{SOURCE}enabled = false\npassword = "env:NOT_SET"\n'
    config = load(tmp_path, text)
    assert config.sources == ()
    assert config.secrets == ()


def test_a_rule_may_name_a_disabled_source(tmp_path: Path) -> None:
    off = '[sources.x]\ntype = "toy"\nenabled = false\nurls = []\n'
    rule = rule_of(tmp_path, 'when = { source = "x" }\n' + off)
    assert rule.when.sources == {"x"}


def test_secrets_from_the_environment_and_from_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("file secret\r\n")
    text = f"""{QUIET_JUDGES}{BRAND}{SOURCE}password = "file:token"
[channels.a]
type = "toy"
token = "env:TOKEN"
[channels.b]
type = "toy"
token = "env:TOKEN"
"""
    config = load(tmp_path, text, TOKEN="env secret")
    assert config.secrets == ("file secret", "env secret")
    assert "secret" not in repr(config).replace("secrets", "").replace("Secret", "")


def test_a_secret_file_of_bearable_size_and_sense(tmp_path: Path) -> None:
    text = f'{QUIET_JUDGES}{BRAND}{SOURCE}password = "file:token"\n'
    prefix = f"{tmp_path}/config.toml: [sources.blogs] password: the file token "
    for content, fault in (
        (b"x" * 70_000, "is larger than 64 KiB"),
        (b"\n", "is empty"),
        (b"\xff", "holds no UTF-8 text"),
    ):
        (tmp_path / "token").write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            load(tmp_path, text)
        assert str(caught.value) == prefix + fault


def test_the_default_judges(tmp_path: Path) -> None:
    judges = load(tmp_path, BRAND).judges
    assert [(judge.kind, judge.type) for judge in judges] == [
        ("language", "language"),
        ("spam", "small"),
        ("sentiment", "small"),
        ("urgency", "small"),
        ("intent", "small"),
    ]


def test_a_judge_is_told_its_kind_unless_the_table_says_it(tmp_path: Path) -> None:
    text = """
[classifiers]
order = ["colour", "spam", "taste", "mood"]
[classifiers.colour]
type = "toy"
[classifiers.spam]
type = "toy"
kind = "other"
score = 1
[classifiers.taste]
type = "kindless"
[classifiers.mood]
type = "small"
kind = "sentiment"
"""
    judges = load(tmp_path, BRAND + text).judges
    assert [judge.plugin for judge in judges[:3]] == [
        ToyJudge("colour"),
        ToyJudge("other", 1.0),
        KindlessJudge("taste"),
    ]
    assert [judge.kind for judge in judges] == ["colour", "spam", "taste", "mood"]


def test_what_holds_for_all_judgements(tmp_path: Path) -> None:
    text = "[classifiers]\nfalse_alarms_per_day = 5\nbatch_seconds = 0.1\n"
    judging = load(tmp_path, BRAND + text).judging
    assert (judging.false_alarms_per_day, judging.batch_seconds) == (5.0, 0.1)
    assert judging.order == ("language", "spam", "sentiment", "urgency", "intent")
    plain = load(tmp_path, BRAND).judging
    assert (plain.false_alarms_per_day, plain.batch_seconds) == (None, 0.25)


def test_a_rate_of_what_nobody_judges_is_warned_of(tmp_path: Path) -> None:
    text = '[classifiers]\norder = ["spam"]\nfalse_alarms_per_day = 5\n'
    warnings = load(tmp_path, BRAND + text).warnings
    what = "[classifiers] false_alarms_per_day: urgency is not in the order, so it changes nothing"
    assert any(what in warning for warning in warnings)


def test_a_known_kind_may_leave_its_type_out(tmp_path: Path) -> None:
    (judge,) = load(
        tmp_path, BRAND + '[classifiers]\norder = ["spam"]\n[classifiers.spam]\n'
    ).judges
    assert (judge.kind, judge.type) == ("spam", "small")


def test_a_rule_with_its_defaults(tmp_path: Path) -> None:
    assert rule_of(tmp_path, "") == Rule("urgent", ("desk",))


def test_a_rule_with_all_it_can_say(tmp_path: Path) -> None:
    text = f"""{BRAND}{DESK}{SOURCE}
[channels.mail]
type = "toy"
[classifiers]
order = ["spam", "urgency", "language", "colour"]
[classifiers.colour]
type = "toy"
[[rules]]
name = "Kiireellinen, päivä & yö"
send_to = ["desk", "mail", "desk"]
group_seconds = 60
quiet = "22:00 – 7:05"
break_through = 90
daily_max = 5
[rules.when]
brand = "acme"
directness = ["direct"]
source = ["blogs"]
site = "x"
author = ["@Ann", "bob"]
priority_min = 60
spam = "no"
urgency = ["high", "error"]
language = ["fi", "und", "gsw"]
colour = "any label of its own"
"""
    (rule,) = load(tmp_path, text).rules
    assert rule == Rule(
        name="Kiireellinen, päivä & yö",
        send_to=("desk", "mail"),
        when=Condition(
            brands=frozenset({"acme"}),
            directness=frozenset({"direct"}),
            sources=frozenset({"blogs"}),
            sites=frozenset({"x"}),
            authors=frozenset({"ann", "bob"}),
            tags={
                "spam": frozenset({"no"}),
                "urgency": frozenset({"high", "error"}),
                "language": frozenset({"fi", "und", "gsw"}),
                "colour": frozenset({"any label of its own"}),
            },
            priority_min=60,
        ),
        group_seconds=60,
        quiet=Quiet(time(22), time(7, 5)),
        break_through=90,
        daily_max=5,
    )


def test_a_rule_about_volume(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, 'when = { brand = "acme" }\nspike = { weeks = 4, deviations = 2 }\n')
    assert rule.spike == Spike(60, 4, 10, 2.0)
    assert rule.when.brands == {"acme"}


def test_a_rule_about_sources(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, "trouble = { failures = 0, silent_seconds = 3_600 }\n")
    assert rule.trouble == Trouble(0, 3_600)


def test_the_defaults_are_those_of_the_rules() -> None:
    assert dataclasses.asdict(SpikeTable()) == dataclasses.asdict(Spike())
    assert dataclasses.asdict(TroubleTable()) == dataclasses.asdict(Trouble())


def test_two_loads_give_the_same(tmp_path: Path) -> None:
    text = QUIET_JUDGES + BRAND + SOURCE + DESK
    assert load(tmp_path, text) == load(tmp_path, text)


def test_a_command_that_tells_nobody_needs_no_secret_of_a_channel(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    hook = '[channels.hook]\ntype = "webhook"\nurl = "https://a.example"\nsecret = "env:NOT_SET"\n'
    path.write_text(QUIET_JUDGES + BRAND + hook, encoding="utf-8")
    config = load_config(path, {}, tells=False)
    assert (config.channels, config.channel_names) == ((), ("hook",))
    with pytest.raises(ConfigError, match="NOT_SET"):
        load_config(path, {})


def test_a_source_that_others_push_to_needs_pages(tmp_path: Path) -> None:
    text = BRAND + '[sources.calls]\ntype = "inbound"\nsecret = "file:secret"\n'
    (tmp_path / "secret").write_text("a secret nobody guesses")
    what = "[sources.calls]: others push to it, but [web] is not enabled"
    for pages, is_told in (("[web]\nenabled = false\n", True), ("", False)):
        assert any(what in warning for warning in load(tmp_path, text + pages).warnings) == is_told

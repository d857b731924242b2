"""The first config: whatever is answered, what comes out loads and says what was answered."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from listener.config import Config, load_config
from listener.config.initial import ATTEMPTS_MAX, QUESTIONS, ask, brand_id, initial_config
from listener.config.initial_sources import KEYLESS
from listener.config.toml_text import toml_value
from listener.config.words import is_web_address
from listener.ports import Secret

HOOK = "https://hooks.example/services/x"


def load(folder: Path, text: str, variable: str = "") -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, {variable: HOOK})


def reader(lines: Iterator[str]) -> Callable[[str], str]:
    return lambda _: next(lines, "")


def answered(*lines: str) -> tuple[dict[str, str], list[str]]:
    told: list[str] = []
    return ask(QUESTIONS, reader(iter(lines)), told.append), told


def test_only_a_name_is_enough(tmp_path: Path) -> None:
    answers, told = answered("Acme")
    assert told == []
    config = load(tmp_path, initial_config(answers))
    assert config.warnings == ()
    assert [(brand.id, brand.names) for brand in config.brands] == [("acme", ("Acme",))]
    assert [channel.type for channel in config.channels] == ["log"]
    assert {channel for rule in config.rules for channel in rule.send_to} == {"terminal"}
    assert [source.name for source in config.sources] == list(KEYLESS)
    assert [source.plugin.brands for source in config.sources] == [config.brands] * len(KEYLESS)  # type: ignore[attr-defined]


def test_all_answered(tmp_path: Path) -> None:
    answers, told = answered(
        "  Żabka  Polska ",
        "@zabka, @zabka_pl,@zabka",
        "zabka.pl",
        "Europe/Warsaw",
        "hackernews, mastodon",
        "https://a.example/feed, https://b.example/",
        "SLACK_HOOK",
        "duty@zabka.pl, boss@zabka.pl",
        "mail.zabka.pl",
    )
    assert told == []
    config = load(tmp_path, initial_config(answers), "SLACK_HOOK")
    (brand,) = config.brands
    assert brand.names == ("Żabka Polska",)
    assert (brand.id, brand.handles) == ("zabka-polska", ("@zabka", "@zabka_pl"))
    assert brand.domains == ("zabka.pl",)
    assert str(config.zone) == "Europe/Warsaw"
    assert config.sources[0].plugin.urls == ["https://a.example/feed", "https://b.example/"]  # type: ignore[attr-defined]
    assert [source.name for source in config.sources] == ["feeds", "hackernews", "mastodon"]
    assert config.sources[2].plugin.hashtags == ["żabkapolska"]  # type: ignore[attr-defined]
    assert [channel.type for channel in config.channels] == ["log", "slack", "email"]
    assert config.channels[1].plugin.webhook_url == Secret(HOOK)  # type: ignore[attr-defined]
    assert config.channels[2].plugin.to == ["duty@zabka.pl", "boss@zabka.pl"]  # type: ignore[attr-defined]
    assert {rule.name: rule.send_to for rule in config.rules} == {
        "every mention": ("terminal",),
        "urgent": ("slack", "mail"),
        "spike": ("slack", "mail"),
        "source trouble": ("slack", "mail"),
    }


def test_no_place_at_all(tmp_path: Path) -> None:
    answers, told = answered("Acme", "", "", "", "X", ",", "None")
    assert told == [
        "'x' asks for something first: it stands in the file, as a comment.",
        "Name a place, or none.",
    ]
    assert load(tmp_path, initial_config(answers)).sources == ()


def test_a_wrong_answer_is_told_and_asked_again() -> None:
    answers, told = answered(
        "", "Acme", "@a b", "@", "@a", "acme", "acme.example", "europe/helsinki", "Europe/Helsinki",
        "news, tv", "news",
        "ftp://a.example", "", "$HOOK", "", "a@b", "a@b.example", "", "mail server", "mail.example",
    )  # fmt: skip
    assert told == [
        "Please answer this one.",
        "'@a b' holds a space; put commas between handles.",
        "Of '@' nothing is left without its sign; write a name too.",
        "'acme' is no domain; write it bare, such as acme.example.",
        "There is no time zone 'europe/helsinki'; did you mean 'Europe/Helsinki'?",
        "'tv' is no place; known are news, bluesky, hackernews, mastodon, or none.",
        "'ftp://a.example' is no web address; it begins with https://.",
        "'$HOOK' is no variable's name; write one such as SLACK_WEBHOOK_URL.",
        "'a@b' is no mail address.",
        "Please answer this one.",
        "'mail server' is no name of a server.",
    ]
    assert answers["mail_server"] == "mail.example"


def test_the_mail_server_is_asked_only_for_mail() -> None:
    asked: list[str] = []

    def read(prompt: str) -> str:
        asked.append(prompt)
        return "Acme" if len(asked) == 1 else ""

    answers = ask(QUESTIONS, read, asked.append)
    assert "mail_server" not in answers
    assert len(asked) == len(QUESTIONS) - 1
    assert "[UTC]" in asked[3]


def test_it_does_not_ask_for_ever() -> None:
    told: list[str] = []
    with pytest.raises(ValueError, match="no usable answer to: Which brand"):
        ask(QUESTIONS, lambda _: "", told.append)
    assert len(told) == ATTEMPTS_MAX


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, "Please answer this one."),
        ({"brand": "a\x07"}, "no control"),
        ({"brand": "x" * 3_000}, "longer than 2000"),
        ({"brand": "a", "mail": "a@b.example"}, "Please answer this one."),
        ({"brand": "a", "slack": "A,B"}, "no variable's name"),
        ({"brand": "a", "feeds": ",".join(f"https://{n}.a" for n in range(51))}, "more than 50"),
    ],
)
def test_answers_that_were_not_asked_for_are_checked_too(
    answers: dict[str, str], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        initial_config(answers)


def test_ids_of_brands() -> None:
    assert brand_id("Żabka Polska S.A.") == "zabka-polska-s-a"
    assert brand_id("日本") == "brand"
    assert len(brand_id("a" * 100)) == 64


LINES = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="ab\"'\\\x00\x1b\x7f\u2028\ud800,@#.:[]=\n", max_size=12),
    st.sampled_from(["https://a.example/", "@a,@b", "a.example", "A", "a@b.example", "x.y"]),
    st.text(alphabet="a.b-@:/?#[]%1", max_size=12).map("https://{}".format),
)


@given(lines=st.lists(LINES, min_size=1, max_size=30), name=st.text(max_size=20))
@example(lines=["Acme", "", "", "", "https://a.example:0/,http://[::1]/"], name="")
@settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_answers_give_a_config_that_loads(tmp_path: Path, lines: list[str], name: str) -> None:
    given_lines = iter([name, *lines])
    try:
        answers = ask(QUESTIONS, reader(given_lines), lambda _: None)
    except ValueError:
        return
    config = load(tmp_path, initial_config(answers), answers["slack"])
    assert config.brands[0].names == (answers["brand"],)
    assert [warning for warning in config.warnings if "names:" not in warning] == []


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@example(text='\x7f\x00"\\\n\u2028')
def test_strings_come_back_from_toml(text: str) -> None:
    value = {"key": [text, 1, 1.5, True, {text: text}]}
    assert tomllib.loads(f"x = {toml_value(value)}") == {"x": value}


def test_what_toml_cannot_say() -> None:
    with pytest.raises(TypeError, match="TOML can't say NoneType"):
        toml_value(None)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("https://a.example/x?y#z", True),
        ("http://127.0.0.1:8080", True),
        ("ftp://a.example", False),
        ("https://", False),
        ("https://user:pass@a.example", False),
        ("https://a b", False),
        ("https://a:99999", False),
        ("https://[::1", False),
        ("//a.example", False),
    ],
)
def test_web_addresses(text: str, sound: bool) -> None:
    assert is_web_address(text) is sound

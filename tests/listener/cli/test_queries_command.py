"""``listener queries``: the platforms' queries come from the brands' tables."""

from pathlib import Path
from typing import get_args

from listener.match.platforms import Platform
from tests.listener.cli.commands import Listener, configure

BRAND = '[brands.zabka]\nnames = ["Żabka"]\nhandles = ["@zabka"]\nlanguages = ["pl"]\n'


def test_a_brand_is_asked_for_in_its_forms(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, BRAND)
    told = listener("queries", "x", "zabka")
    assert told.code == 0
    asked = " ".join(told.lines)
    assert "żabce" in asked
    assert "@zabka" in asked
    assert all(len(line.strip()) <= 512 for line in told.lines)


def test_without_languages_base_forms_are_asked_for(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    told = listener("queries", "reddit", "norvia")
    assert told.lines[1:] == ["  Norvia", "  base forms only, as the brand lists no languages"]


def test_an_unknown_platform_or_brand_is_a_line(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    for arguments in (("queries", "reddti"), ("queries", "x", "norvai")):
        told = listener(*arguments)
        assert told.code == 2
        assert "did you mean" in told.err


def test_the_head_says_how_many_queries_of_what_length(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, BRAND)
    assert listener("queries", "youtube", "zabka").lines[0] == (
        "zabka on youtube: 1 query of at most 512 characters"
    )
    many = listener("queries", "mastodon", "zabka").lines[0]
    assert many.endswith(" queries of at most 512 characters each")


def test_the_help_lists_every_platform(listener: Listener) -> None:
    told = " ".join(listener("queries", "--help").lines)
    assert all(platform in told for platform in get_args(Platform))

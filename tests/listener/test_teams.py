"""Who gets a case and when, who is on call, and whom a step of an escalation means."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from listener.hours.calendar import Calendar, Spans
from listener.hours.rota import Rota
from listener.model import Case
from listener.teams import Destination, Person, Team, Teams, is_away

HELSINKI = ZoneInfo("Europe/Helsinki")
OFFICE: Spans = ((time(8), time(16)),)
WEEKDAYS = Calendar(HELSINKI, dict.fromkeys(range(5), OFFICE))
WEEKENDS = Calendar(HELSINKI, dict.fromkeys((5, 6), OFFICE))
ROTA = Rota(("anna", "bert", "carl"), datetime(2028, 1, 3, 9, tzinfo=HELSINKI), 7, HELSINKI)
CARE = Team("care", ("desk", "chat"), WEEKDAYS, rota=ROTA, break_through=90)
PEOPLE = {
    "anna": Person("anna", "anna-sms", ("slack:U1", "desk:Anna@Example.org")),
    "bert": Person("bert", "bert-sms", away=((date(2028, 1, 10), date(2028, 1, 11)),)),
    "carl": Person("carl", "carl-sms"),
    "dora": Person("dora"),
}
FRIDAY_NIGHT = datetime(2028, 1, 7, 20, tzinfo=UTC)
MONDAY_NOON = datetime(2028, 1, 10, 10, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def teams(*stated: Team) -> Teams:
    return Teams({team.name: team for team in stated}, PEOPLE)


def case(**changes: object) -> Case:
    opened = at("2028-01-04 10:00")
    plain = Case("c1", "acme", "urgent", "care", opened, opened, opened)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_who_is_there_is_told_now() -> None:
    told = teams(CARE).destination("care", 10, MONDAY_NOON)
    assert told == Destination("care", ("desk", "chat"), MONDAY_NOON)


def test_without_a_fallback_it_waits_for_the_hours() -> None:
    told = teams(CARE).destination("care", 89, FRIDAY_NIGHT)
    assert told == Destination("care", ("desk", "chat"), at("2028-01-10 06:00"))


def test_what_weighs_enough_breaks_through() -> None:
    weekend = Team("weekend", ("phone",), WEEKENDS)
    both = teams(replace(CARE, fallback="weekend"), weekend)
    saturday = at("2028-01-08 10:00")
    assert both.destination("care", 90, saturday).channels == ("desk", "chat")
    assert both.destination("care", 89, saturday) == Destination("weekend", ("phone",), saturday)


def test_a_fallback_of_a_fallback_is_asked() -> None:
    always = Team("always", ("pager",), Calendar(HELSINKI))
    chain = teams(
        replace(CARE, fallback="weekend"),
        Team("weekend", ("phone",), WEEKENDS, fallback="always"),
        always,
    )
    assert chain.destination("care", 0, FRIDAY_NIGHT).team == "always"
    assert chain.destination("care", 0, at("2028-01-08 10:00")).team == "weekend"


def test_where_nobody_is_there_who_comes_first_is_told_then() -> None:
    both = teams(replace(CARE, fallback="weekend"), Team("weekend", ("phone",), WEEKENDS))
    assert both.destination("care", 0, FRIDAY_NIGHT).due_at == at("2028-01-08 06:00")
    monday_night = at("2028-01-10 20:00")
    told = both.destination("care", 0, monday_night)
    assert told == Destination("care", ("desk", "chat"), at("2028-01-11 06:00"))


def test_fallbacks_that_go_round_end() -> None:
    round_ = teams(
        replace(CARE, fallback="weekend"), Team("weekend", ("phone",), WEEKENDS, fallback="care")
    )
    assert round_.destination("weekend", 0, at("2028-01-09 20:00")).team == "care"
    assert teams(replace(CARE, fallback="care")).destination("care", 0, FRIDAY_NIGHT).team == "care"


def test_a_team_that_never_opens_is_told_at_once() -> None:
    days = {date(2028, 1, 1).fromordinal(date(2028, 1, 1).toordinal() + n): () for n in range(500)}
    never = Team("never", ("desk",), Calendar(UTC, days=days))
    assert teams(never).destination("never", 0, FRIDAY_NIGHT).due_at == FRIDAY_NIGHT


def test_a_team_that_is_gone_is_nobody() -> None:
    assert teams().destination("care", 99, MONDAY_NOON) == Destination("care", (), MONDAY_NOON)
    assert teams().on_call("care", MONDAY_NOON) == ""
    assert teams().channels_for("on call", case(), MONDAY_NOON) == ()
    assert teams(replace(CARE, fallback="gone")).destination("care", 0, MONDAY_NOON).team == "care"


def test_the_one_on_call_is_told_with_the_team() -> None:
    told = teams(replace(CARE, tell_on_call=True)).destination("care", 95, FRIDAY_NIGHT)
    assert told.channels == ("desk", "chat", "anna-sms")
    later = teams(replace(CARE, tell_on_call=True)).destination("care", 0, FRIDAY_NIGHT)
    assert later.channels == ("desk", "chat", "anna-sms")  # until nine on Monday
    assert later.due_at == at("2028-01-10 06:00")


def test_on_call_passes_over_who_is_away_or_had_enough() -> None:
    care = teams(CARE)
    assert care.on_call("care", at("2028-01-04 10:00")) == "anna"
    assert care.on_call("care", at("2028-01-04 10:00"), {"anna"}) == "bert"
    assert care.on_call("care", MONDAY_NOON) == "carl"  # bert's turn, and he is away
    assert care.on_call("care", at("2028-01-12 10:00")) == "bert"
    assert Teams({"care": CARE}).on_call("care", MONDAY_NOON) == ""  # no table of any of them


def test_away_days_are_local_and_both_included() -> None:
    bert = PEOPLE["bert"]
    moments = ("2028-01-09 21:59", "2028-01-09 22:00", "2028-01-11 21:59", "2028-01-11 22:00")
    assert [is_away(bert, at(one), HELSINKI) for one in moments] == [False, True, True, False]


def test_people_are_known_by_what_channels_call_them() -> None:
    care = teams(CARE)
    assert care.name_of("slack:U1") == "anna"
    assert care.name_of("desk:anna@example.org") == "anna"
    assert care.name_of("slack:U2") == "slack:U2"
    assert care.name_of("anna") == "anna"


def test_a_step_tells_people_teams_and_channels() -> None:
    care = teams(CARE, Team("night", ("pager", "desk"), WEEKENDS))
    now = at("2028-01-04 10:00")
    told = {target: care.channels_for(target, case(), now) for target in ("carl", "night", "chat")}
    assert told == {"carl": ("carl-sms",), "night": ("pager", "desk"), "chat": ("chat",)}
    assert care.channels_for("dora", case(), now) == ()  # nobody can reach her


def test_on_call_next_and_owner() -> None:
    care, now = teams(CARE), at("2028-01-04 10:00")
    assert care.channels_for("on call", case(), now) == ("anna-sms",)
    assert care.channels_for("next", case(), now) == ("bert-sms",)
    assert care.channels_for("next", case(), now, last="bert") == ("carl-sms",)
    assert care.channels_for("next", case(), now, last="carl", full={"anna"}) == ("bert-sms",)
    assert care.channels_for("owner", case(owner="carl"), now) == ("carl-sms",)
    assert care.channels_for("owner", case(owner="slack:U1"), now) == ("anna-sms",)
    assert care.channels_for("owner", case(owner="slack:U9"), now) == ()
    assert care.channels_for("owner", case(), now) == ()


def test_somebody_away_gives_way_to_the_next() -> None:
    care = teams(CARE)
    assert care.channels_for("bert", case(), MONDAY_NOON) == ("carl-sms",)
    assert care.channels_for("owner", case(owner="bert"), MONDAY_NOON) == ("carl-sms",)
    assert care.channels_for("anna", case(), MONDAY_NOON, full={"anna", "carl"}) == ()
    assert care.channels_for("dora", case(), MONDAY_NOON, full={"dora"}) == ("carl-sms",)

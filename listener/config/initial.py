"""A first ``config.toml`` from a few answers. Pure: the reading and writing is handed in."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from listener.config.initial_sources import KEYLESS, NEEDS_A_KEY, NOWHERE, sources
from listener.config.toml_text import toml_value
from listener.config.words import (
    VARIABLE,
    is_bare_sign,
    is_domain,
    is_empty_tag,
    is_web_address,
    zone_named,
)
from listener.text import clean_text, shown

ATTEMPTS_MAX = 5
ANSWER_CHARS_MAX = 2_000

_LIST_MAX = 50
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. ``fault`` says what is wrong with an answer, or nothing.

    Without an answer ``default`` holds; one that is ``required`` is asked again. One with
    ``after`` is asked only where that other question got an answer.
    """

    name: str
    text: str
    fault: Callable[[str], str]
    default: str = ""
    required: bool = False
    after: str = ""


def ask(
    questions: tuple[Question, ...], read: Callable[[str], str], write: Callable[[str], None]
) -> dict[str, str]:
    """The answers by name. ``read`` shows a prompt and gives a line, ``write`` shows a line.

    Raises ValueError when a question is answered in vain too often.
    """
    answers: dict[str, str] = {}
    for question in questions:
        if not question.after or answers.get(question.after):
            answers[question.name] = _answer(question, answers, read, write)
    return answers


def initial_config(answers: Mapping[str, str]) -> str:
    """The text of a ``config.toml`` that loads.

    Raises ValueError for an answer that its question does not take.
    """
    sound = {question.name: _checked(question, answers) for question in QUESTIONS}
    parts = [
        _listener(sound["timezone"]),
        _brand(sound),
        _sources(sound),
        _channels(sound),
        _rules([channel for channel in ("slack", "mail") if sound[channel]]),
    ]
    return "\n".join(parts)


def brand_id(name: str) -> str:
    """An id for a brand of this name: small letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64] or "brand"


def _answer(
    question: Question,
    before: dict[str, str],
    read: Callable[[str], str],
    write: Callable[[str], None],
) -> str:
    default = f" [{question.default}]" if question.default else ""
    for _ in range(ATTEMPTS_MAX):
        try:
            return _checked(question, before | {question.name: read(f"{question.text}{default}: ")})
        except ValueError as error:
            write(str(error))
    msg = f"no usable answer to: {question.text}"
    raise ValueError(msg)


def _checked(question: Question, answers: Mapping[str, str]) -> str:
    answer = clean_text(" ".join(answers.get(question.name, "").split())) or question.default
    is_asked = not question.after or answers.get(question.after, "").split()
    if not is_asked or (not answer and not question.required):
        return ""
    fault = "Please answer this one." if not answer else question.fault(answer)
    if len(answer) > ANSWER_CHARS_MAX or fault:
        raise ValueError(fault or f"That is longer than {ANSWER_CHARS_MAX} characters.")
    return answer


def _many(answer: str) -> list[str]:
    parts = (part.strip() for part in answer.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def _brand_fault(answer: str) -> str:
    if is_bare_sign(answer):
        return "A name needs more than one sign."
    return _hidden_fault(answer)


def _hidden_fault(answer: str) -> str:
    hidden = any(unicodedata.category(character) == "Cc" for character in answer)
    return "A name holds no control characters." if hidden else ""


def _handles_fault(answer: str) -> str:
    for word in _many(answer):
        if " " in word:
            return f"'{shown(word, 64)}' holds a space; put commas between handles."
        if is_empty_tag(word):
            return f"Of '{shown(word, 64)}' nothing is left without its sign; write a name too."
    return _hidden_fault(answer)


def _each(is_sound: Callable[[str], object], what: str) -> Callable[[str], str]:
    def fault(answer: str) -> str:
        parts = _many(answer)
        wrong = next((part for part in parts if not is_sound(part)), "")
        many = f"That are more than {_LIST_MAX}." if len(parts) > _LIST_MAX else ""
        return f"'{shown(wrong, 64)}' is no {what}." if wrong else many

    return fault


def _one(is_sound: Callable[[str], object], what: str) -> Callable[[str], str]:
    return lambda answer: "" if is_sound(answer) else f"'{shown(answer, 64)}' is no {what}."


def _places_fault(answer: str) -> str:
    for place in _many(answer.lower()):
        if place in NEEDS_A_KEY:
            return f"'{place}' asks for something first: it stands in the file, as a comment."
        if place not in {*KEYLESS, NOWHERE}:
            known = ", ".join(KEYLESS)
            return f"'{shown(place, 64)}' is no place; known are {known}, or {NOWHERE}."
    return "" if _many(answer) else f"Name a place, or {NOWHERE}."


def _zone_fault(answer: str) -> str:
    try:
        zone_named(answer)
    except ValueError as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}"
    return ""


QUESTIONS: tuple[Question, ...] = (
    Question("brand", "Which brand do you listen for", _brand_fault, required=True),
    Question("handles", "Its handles, with commas between, such as @acme", _handles_fault),
    Question(
        "domains",
        "Its domains, such as acme.example",
        _each(is_domain, "domain; write it bare, such as acme.example"),
    ),
    Question("timezone", "Your time zone", _zone_fault, default="UTC"),
    Question(
        "places",
        "Where to listen; all of these need no key",
        _places_fault,
        default=", ".join(KEYLESS),
    ),
    Question(
        "feeds",
        "Addresses of feeds to read, or of pages that have one",
        _each(is_web_address, "web address; it begins with https://"),
    ),
    Question(
        "slack",
        "For alerts in Slack: the environment variable that holds a webhook's address",
        _one(VARIABLE.fullmatch, "variable's name; write one such as SLACK_WEBHOOK_URL"),
    ),
    Question(
        "mail",
        "For alerts by mail: the addresses to write to",
        _each(_MAIL_ADDRESS.fullmatch, "mail address"),
    ),
    Question(
        "mail_server",
        "Name of your mail server",
        _one(_HOST.fullmatch, "name of a server"),
        required=True,
        after="mail",
    ),
)


def _listener(timezone: str) -> str:
    return f"""\
# What is listened for, and who is told. Written by `listener init`: it is yours to change.
# Every setting stands in docs/configuration.md, and `listener check` tells what is wrong.

[listener]
database = "sqlite:listener.db"
timezone = {toml_value(timezone)}  # days and quiet hours follow it
"""


def _brand(answers: Mapping[str, str]) -> str:
    name = answers["brand"]
    return f"""\
[brands.{brand_id(name)}]
names = {toml_value([name])}
handles = {toml_value(_many(answers["handles"]))}  # a post that tags one is direct
domains = {toml_value(_many(answers["domains"]))}  # a link there is a mention
# products, people, hashtags and own_accounts are lists too. A competitor is a brand of its own
# with competitor = true.
"""


def _sources(answers: Mapping[str, str]) -> str:
    hashtag = "".join(filter(str.isalnum, answers["brand"])).lower() or "brand"
    places = [place for place in _many(answers["places"].lower()) if place in KEYLESS]
    return sources(places, [hashtag], _many(answers["feeds"]))


def _channels(answers: Mapping[str, str]) -> str:
    parts = ['[channels.terminal]\ntype = "log"\n']
    if answers["slack"]:
        variable = toml_value(f"env:{answers['slack']}")
        parts.append(f'[channels.slack]\ntype = "slack"\nwebhook_url = {variable}\n')
    if answers["mail"]:
        parts.append(_mail(_many(answers["mail"]), answers["mail_server"]))
    return "\n".join(parts)


def _mail(addresses: list[str], server: str) -> str:
    return f"""\
[channels.mail]
type = "email"
host = {toml_value(server)}
sender = {toml_value(addresses[0])}
to = {toml_value(addresses)}
# A server in your own network needs allow_private = true, one without encryption
# port = 25 and security = "none". To log in:
# username = "…"
# password = "env:MAIL_PASSWORD"
"""


def _rules(channels: list[str]) -> str:
    urgent_to = channels or ["terminal"]
    everything = """\
[[rules]]  # every mention, in bundles of ten minutes
name = "every mention"
when = { spam = "no" }
send_to = ["terminal"]
group_seconds = 600
"""
    urgent = f"""
[[rules]]  # what can't wait, and by night only the worst of it
name = "urgent"
when = {{ urgency = "high", spam = "no" }}
send_to = {toml_value(urgent_to)}
group_seconds = 60
quiet = "22:00-07:00"
break_through = 90
"""
    watched = f"""
[[rules]]  # far more mentions than at this hour of the week
name = "spike"
send_to = {toml_value(urgent_to)}
spike = {{ mentions_min = 10 }}

[[rules]]  # a source that fails; silent_seconds = 172_800 would tell of silence for two days too
name = "source trouble"
send_to = {toml_value(urgent_to)}
trouble = {{ failures = 3 }}
"""
    return everything + urgent + watched

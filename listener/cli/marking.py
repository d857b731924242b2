"""``listener mark``: a person says whether a post is about a brand."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from listener.cli.lines import opened, tell, values
from listener.cli.shared import BadUse, configured, login, stored, unknown_brand
from listener.clock import utc_now
from listener.config import Config
from listener.store import Store, StoreUnavailable
from listener.store.port import MarkOutcome
from listener.text import clean_text, shown

_ANSWERS = {"yes": True, "no": False}
_FOLLOWED: dict[MarkOutcome, str] = {
    "settled": "the mention is in doubt no longer",
    "withdrawn": "the mention is withdrawn",
    "restored": "the mention that was withdrawn is back, and is judged anew",
    "kept": "the mention stands as it did",
}
_NO_MENTION = {
    True: "it is no mention, and an answer makes none",
    False: "there was no mention to withdraw",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of which post and brand."""

    post_id: str
    brand: str
    about: bool


def mark_one(path: Path, post_id: str, brand: str, answer: str, by: str) -> None:
    """Keep one answer and say what follows from it; BadUse where there is no such post."""
    if answer not in _ANSWERS:
        msg = f"'{shown(answer, 40)}' is no answer; write yes or no"
        raise BadUse(msg)
    config = configured(path)
    one = Answer(clean_text(post_id), brand, _ANSWERS[answer])
    try:
        _check_brand(config, one)
        with closing(stored(config)) as store:
            print(_kept(store, one, by or login()))
    except ValueError as fault:
        raise BadUse(str(fault)) from None
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None


def mark_lines(path: Path, file: Path, by: str) -> None:
    """Keep the answers of a file; a line that can't be kept costs itself and a word on stderr.

    As with ``tag`` and ``preview`` such lines are no failure of the command; the last line
    counts them.
    """
    config = configured(path)
    try:
        with opened(file) as lines, closing(stored(config)) as store:
            kept, passed_over = _keep(config, store, lines, by or login())
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None
    answers = "1 answer kept" if kept == 1 else f"{kept:,} answers kept"
    over = f", {passed_over:,} {'line' if passed_over == 1 else 'lines'} passed over"
    print(f"{answers}{over if passed_over else ''}")


def _keep(config: Config, store: Store, lines: BinaryIO, by: str) -> tuple[int, int]:
    """How many answers were kept, and how many lines passed over."""
    kept = passed_over = 0

    def pass_over(number: int, reason: str) -> None:
        nonlocal passed_over
        passed_over += 1
        tell(number, reason)

    for number, one in values(lines, _answer, pass_over):
        try:
            _check_brand(config, one)
            print(_kept(store, one, by))
            kept += 1
        except ValueError as fault:
            pass_over(number, str(fault))
    return kept, passed_over


def _kept(store: Store, one: Answer, by: str) -> str:
    """What followed from the answer. Raises ValueError for a post that isn't there."""
    post = shown(one.post_id, 200)
    outcome = store.save_mark(one.post_id, one.brand, utc_now(), about=one.about, by=by)
    if outcome == "no post":
        msg = f"there is no stored post '{post}'; its id is SITE:ID, as the listener tells it"
        raise ValueError(msg)
    followed = _FOLLOWED.get(outcome) or _NO_MENTION[one.about]
    return f"kept: {post} is {'' if one.about else 'not '}about {one.brand}; {followed}"


def _answer(value: Any) -> Answer:
    """The answer in a line's JSON. Raises ValueError with what is wrong."""
    if not isinstance(value, dict):
        msg = 'must be an object such as {"post": "x:1", "brand": "acme", "about": true}'
        raise ValueError(msg)
    about = value.get("about")
    if not isinstance(about, bool):
        msg = "'about' must be true or false"
        raise ValueError(msg)
    return Answer(clean_text(_text(value, "post")), _text(value, "brand"), about)


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text:
        msg = f"'{key}' is missing" if text is None else f"'{key}' must be some text"
        raise ValueError(msg)
    return text


def _check_brand(config: Config, one: Answer) -> None:
    if fault := unknown_brand(config, one.brand):
        raise ValueError(fault)

"""``listener mark``: a person says whether a post is about a brand."""

import getpass
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listener.cli.lines import opened, tell, values
from listener.cli.shared import BadUse, configured, stored
from listener.clock import utc_now
from listener.config import Config
from listener.store import Store, StoreUnavailable
from listener.suggest import suggestion
from listener.text import clean_text, shown

_BY_CHARS_MAX = 100
_ANSWERS = {"yes": True, "no": False}


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
            print(_kept(store, one, by or _login()))
    except ValueError as fault:
        raise BadUse(str(fault)) from None
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None


def mark_lines(path: Path, file: Path, by: str) -> None:
    """Keep the answers of a file; a line that can't be kept costs itself and a word on stderr."""
    config = configured(path)
    try:
        with opened(file) as lines, closing(stored(config)) as store:
            kept, passed_over = _keep(config, store, values(lines, _answer), by or _login())
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None
    over = f", {passed_over} passed over" if passed_over else ""
    print(f"{kept} kept{over}")


def _keep(
    config: Config, store: Store, answers: Iterable[tuple[int, Answer]], by: str
) -> tuple[int, int]:
    kept = passed_over = 0
    for number, one in answers:
        try:
            _check_brand(config, one)
            print(_kept(store, one, by))
            kept += 1
        except ValueError as fault:
            tell(number, str(fault))
            passed_over += 1
    return kept, passed_over


def _kept(store: Store, one: Answer, by: str) -> str:
    """What is so from now on. Raises ValueError for a post that isn't there."""
    post = shown(one.post_id, 200)
    if not store.save_mark(one.post_id, one.brand, utc_now(), about=one.about, by=by):
        msg = f"there is no stored post '{post}'; its id is SITE:ID, as the listener tells it"
        raise ValueError(msg)
    if one.about:
        return f"{post} is about {one.brand} from now on: a mention of it is in doubt no longer"
    return f"{post} is not about {one.brand} from now on: a mention of it is withdrawn"


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
    known = [brand.id for brand in config.brands]
    if one.brand not in known:
        msg = f"no brand '{shown(one.brand, 64)}' in {config.path}{suggestion(one.brand, known)}"
        raise ValueError(msg)


def _login() -> str:
    try:
        return getpass.getuser()[:_BY_CHARS_MAX]
    except (OSError, KeyError, ImportError):  # a container may know no user by this number
        return ""

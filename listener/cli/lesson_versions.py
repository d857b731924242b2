"""``listener learn --versions`` and ``--roll-back``: what was learned, and putting it back."""

from collections.abc import Sequence
from pathlib import Path

from listener import logs, wiring
from listener.cli.learning_page import versions
from listener.cli.shared import BadUse, configured, reading
from listener.config import Config
from listener.ports import Reject, Teachable
from listener.store import Store
from listener.store.learning_port import Lesson
from listener.text import shown


def list_versions(path: Path) -> None:
    """Print every lesson there is."""
    config = configured(path)
    logs.set_up("error", config.log_format, config.secrets)
    with reading(config) as store:
        lessons = store.lessons.versions()
        unusable = {one.number for one in lessons if one.active and _fault(config, store, one)}
    print("\n".join(versions(lessons, unusable)) or "nothing was learned yet")


def roll_back(path: Path, words: Sequence[str], brand: str | None) -> None:
    """Put back lesson N (0: none), or without a number the one before the one that is taken up.

    ``words`` are kinds, and the number if there is one; ``brand`` None: of whichever brand.
    """
    config = configured(path)
    logs.set_up("error", config.log_format, config.secrets)
    numbers = [int(word) for word in words if word.isascii() and word.isdigit()]
    kinds = [word for word in words if not (word.isascii() and word.isdigit())]
    if len(numbers) > 1:
        msg = "--roll-back takes one number"
        raise BadUse(msg)
    with reading(config) as store:
        lessons = store.lessons.versions()
        number = numbers[0] if numbers else None
        if number:
            print(_put_back(config, store, lessons, number))
        else:
            for one in _meant(lessons, kinds, brand, is_one=number is None):
                print(_taken_back(config, store, lessons, one, to_none=number == 0))


def _put_back(config: Config, store: Store, lessons: Sequence[Lesson], number: int) -> str:
    """Lesson N, whatever is taken up instead of it."""
    one = next((lesson for lesson in lessons if lesson.number == number), None)
    if one is None:
        msg = f"there is no lesson {number}; listener learn --versions lists them"
        raise BadUse(msg)
    if fault := _fault(config, store, one):
        msg = f"lesson {number} can't be put back: {fault}"
        raise BadUse(msg)
    store.lessons.take_up(one.kind, one.brand, number)
    return f"lesson {number} ({_about(one)}) is taken up"


def _taken_back(
    config: Config, store: Store, lessons: Sequence[Lesson], one: Lesson, *, to_none: bool
) -> str:
    """The one before it instead of it, where there is one that can be used."""
    earlier = (
        lesson
        for lesson in lessons
        if not to_none
        and (lesson.kind, lesson.brand) == (one.kind, one.brand)
        and lesson.number < one.number
        and not _fault(config, store, lesson)
    )
    instead = next(earlier, None)
    store.lessons.take_up(one.kind, one.brand, instead.number if instead else 0)
    now = f"lesson {instead.number} is taken up instead" if instead else "none is instead"
    return f"lesson {one.number} ({_about(one)}) is taken back; {now}"


def _meant(
    lessons: Sequence[Lesson], kinds: Sequence[str], brand: str | None, *, is_one: bool
) -> list[Lesson]:
    """The lessons that are taken up, of these kinds and this brand; BadUse where it isn't clear."""
    meant = [
        one
        for one in lessons
        if one.active and (not kinds or one.kind in kinds) and brand in {None, one.brand}
    ]
    if not meant:
        of = f" of {', '.join(shown(kind, 60) for kind in kinds)}" if kinds else ""
        msg = f"no lesson{of} is taken up; listener learn --versions lists them"
        raise BadUse(msg)
    if is_one and len(meant) > 1:
        told = ", ".join(f"{one.number} ({_about(one)})" for one in meant)
        msg = f"several are taken up: {told}; name the kind, and --brand ('' for all brands)"
        raise BadUse(msg)
    return meant


def _about(one: Lesson) -> str:
    return f"{shown(one.kind, 60)}{f' of {shown(one.brand, 60)}' if one.brand else ''}"


def _fault(config: Config, store: Store, lesson: Lesson) -> str:
    """Why the judge that is configured can't use it; empty where it can."""
    judges = {judge.kind: judge.classifier for judge in wiring.judges(config)}
    if lesson.kind not in judges:
        return "nobody judges its kind here"
    judge = judges[lesson.kind]
    if not isinstance(judge, Teachable):
        return "the judge of its kind can't be taught"
    try:
        judge.taught(store.lessons.layer(lesson.number) or "", lesson.number)
    except Reject as refused:
        return shown(refused.reason, 200)
    except Exception as error:  # noqa: BLE001  a plugin's fault must not cost the others
        return shown(f"{type(error).__name__}: {error}", 200)
    return ""

"""``listener correct``: a person says what a tag should have been."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from listener.cli.lines import opened, tell, values
from listener.cli.shared import (
    NAME_CHARS_MAX,
    BadUse,
    configured,
    login,
    moment_from,
    plain,
    reading,
    unknown_brand,
)
from listener.clock import utc_now
from listener.config import Config
from listener.corrections import Correction, check_label, judged_label
from listener.model import LABELS
from listener.store import Store
from listener.store.learning_port import CorrectionKept, CorrectionOutcome, Standing
from listener.suggest import listed, suggestion
from listener.text import clean_text, shown

WORDS_CHARS_MAX = 100
_REFUSED: dict[CorrectionOutcome, str] = {
    "no mention": "there is no such mention any more",
    "withdrawn": "it is no mention any more",
    "outdated": "its words were changed after that, and it was judged anew",
}
_FOLLOWED: dict[CorrectionOutcome, str] = {
    "confirmed": "as it was judged",
    "known": "as was said before",
    "superseded": "but somebody said something else later, and that counts",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of which mention; ``by`` and ``at`` are empty where the line doesn't tell."""

    name: str
    brand: str
    kind: str
    label: str
    by: str = ""
    at: datetime | None = None


def correct_one(path: Path, said: Said) -> None:
    """Keep it and say what follows; BadUse where there is no such mention, kind or label."""
    config = configured(path)
    with reading(config) as store:
        try:
            print(_kept(config, store, said, login()))
        except ValueError as fault:
            raise BadUse(str(fault)) from None


def correct_lines(path: Path, file: Path, by: str) -> None:
    """Keep those of a file; a line that can't be kept costs itself and a word on stderr."""
    config = configured(path)
    with opened(file) as lines, reading(config) as store:
        kept, passed_over = _keep(config, store, lines, by or login())
    told = "1 correction kept" if kept == 1 else f"{kept:,} corrections kept"
    over = f", {passed_over:,} {'line' if passed_over == 1 else 'lines'} passed over"
    print(f"{told}{over if passed_over else ''}")


def list_corrections(
    path: Path, brand: str, kind: str, since: str, limit: int, *, as_json: bool
) -> None:
    """Print those that count, the newest last; as JSON lines that ``--from`` reads again."""
    config = configured(path)
    start = moment_from(since, utc_now(), config.zone) if since else None
    kinds = {*LABELS, *(judge.kind for judge in config.judges)}
    if brand and (fault := unknown_brand(config, brand)):
        msg = f"--brand: {fault}"
        raise BadUse(msg)
    if kind and kind not in kinds:
        msg = f"--kind: nobody judges '{shown(kind, 60)}' here{suggestion(kind, kinds)}"
        raise BadUse(msg)
    with reading(config) as store:
        standing = store.corrections.standing(
            kinds=[kind] if kind else (), brand=brand, since=start
        )
        if as_json:
            for one in standing:
                print(json.dumps(_as_json(one), ensure_ascii=False))
            return
        count = 0
        last: deque[Standing] = deque(maxlen=limit)
        for one in standing:
            last.append(one)
            count += 1
    print("\n".join(_page(last, count)))


def _keep(config: Config, store: Store, lines: BinaryIO, by: str) -> tuple[int, int]:
    """How many were kept, and how many lines passed over."""
    kept = passed_over = 0

    def pass_over(number: int, reason: str) -> None:
        nonlocal passed_over
        passed_over += 1
        tell(number, reason)

    for number, said in values(lines, _said, pass_over):
        try:
            print(_kept(config, store, said, by))
            kept += 1
        except ValueError as fault:
            pass_over(number, str(fault))
    return kept, passed_over


def _kept(config: Config, store: Store, said: Said, by: str) -> str:
    """What followed from it. Raises ValueError with what is wrong."""
    check_label(said.kind, said.label, [judge.kind for judge in config.judges])
    key = _mention(config, store, said)
    now = utc_now()
    if said.at and said.at > now:
        msg = "'at' is still to come"
        raise ValueError(msg)
    correction = Correction(key, said.kind, said.label, said.by or by, said.at or now)
    return _told(correction, store.corrections.keep(correction))


def _told(said: Correction, kept: CorrectionKept) -> str:
    name = shown(said.mention, 200)
    if kept.outcome in _REFUSED:
        msg = f"{name}: {_REFUSED[kept.outcome]}"
        raise ValueError(msg)
    followed = _FOLLOWED.get(kept.outcome) or f"instead of {shown(kept.was, 60) or 'nothing'}"
    return f"kept: {name} {said.kind} {shown(said.label, 60)}, {followed}"


def _mention(config: Config, store: Store, said: Said) -> str:
    """The key of the one mention that is meant."""
    keys = store.corrections.mentions_called(said.name, said.brand)
    if len(keys) == 1:
        return keys[0]
    name = shown(said.name, 200)
    if keys:
        brands = listed(shown(key.rpartition("#")[2], 60) for key in keys)
        msg = f"{name} is a mention of {brands}: name the brand"
    elif said.brand and (fault := unknown_brand(config, said.brand)):
        msg = fault
    else:
        of = f" of {shown(said.brand, 60)}" if said.brand else ""
        msg = f"there is no stored mention '{name}'{of}; it is called POST#BRAND, or by its post"
    raise ValueError(msg)


def _said(value: Any) -> Said:
    """What a line's JSON says. Raises ValueError with what is wrong."""
    if not isinstance(value, dict):
        msg = 'must be such as {"mention": "x:1#acme", "kind": "sentiment", "label": "negative"}'
        raise ValueError(msg)
    fields = {key: _text(value, key) for key in ("mention", "id", "brand", "kind", "label", "by")}
    name = fields["mention"] or fields["id"]
    for key, stated in (("mention", name), ("kind", fields["kind"]), ("label", fields["label"])):
        if not stated:
            msg = f"'{key}' is missing"
            raise ValueError(msg)
    by = clean_text(fields["by"], NAME_CHARS_MAX)
    return Said(name, fields["brand"], fields["kind"], fields["label"], by, _moment(value))


def _text(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    if text is not None and not isinstance(text, str):
        msg = f"'{key}' must be some text"
        raise ValueError(msg)
    return clean_text(text or "")


def _moment(value: dict[str, Any]) -> datetime | None:
    stated = _text(value, "at")
    if not stated:
        return None
    try:
        moment = datetime.fromisoformat(stated)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        msg = f"'at' must be an ISO 8601 time, not '{shown(stated, 40)}'"
        raise ValueError(msg) from None


def _page(last: Sequence[Standing], count: int) -> Iterator[str]:
    if count > len(last):
        yield f"… and {count - len(last):,} before these: --limit N lists more of them"
    for one in last:
        said = one.correction
        was = judged_label(one.mention, said.kind) or "nothing"
        change = f"{was} → {said.label}" if was != said.label else f"{said.label}, as judged"
        post = one.mention.post
        words = " · ".join(part for part in (post.title, post.text) if part)
        yield (
            f"{said.at:%Y-%m-%d %H:%M}  {shown(said.by, 40) or '(nobody named)'}  "
            f"{shown(said.kind, 40)}: {shown(change, 100)}  {shown(said.mention, 200)}"
        )
        yield f"    {shown(words, WORDS_CHARS_MAX)}"
    yield f"{count:,} {'correction' if count == 1 else 'corrections'}"


def _as_json(one: Standing) -> Any:
    said = one.correction
    return plain(
        {
            "mention": said.mention,
            "kind": said.kind,
            "label": said.label,
            "by": said.by,
            "at": said.at,
            "judged": judged_label(one.mention, said.kind) or None,
        }
    )

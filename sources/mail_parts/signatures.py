"""What mail programs and habits put under a mail: signatures, "Sent from my iPhone".

Cut only at the end, only behind a plain mark, and never longer than signatures are.
"""

import re
from collections.abc import Sequence

_LINES_MAX = 15
_LINE_CHARS_MAX = 120
_PLAIN_MARK = "-- "
_BARE_MARK = "--"
_BARE_LINES_MAX = 8
_SENTENCE = re.compile(r"[.!?…]\s*$")
_AFTERTHOUGHT = re.compile(r"\s*(p\.?\s?s\.?|ps)\b[.:\s]", re.IGNORECASE)

_THINGS = (
    r"(i-?phone|i-?pad|i-?os|apple|galaxy|samsung|android|huawei|xiaomi|redmi|pixel|oneplus|nokia"
    r"|sony|xperia|motorola|blackberry|windows|outlook|hotmail|gmail|yahoo|proton\s?mail|gmx"
    r"|web\.de|aol|mail\b|fairphone|phone|mobile|smartphone|tablet|puhelime|kännyk|älypuhelime"
    r"|telefon|komórk|smartfon|mobil|surfplatt|handy|thunderbird|spark|o2|wp\.pl|onet|interia)"
)
_SENT = (
    r"sent (from|via|with|by)|get (outlook|bluemail)|lähetetty|hanki outlook"
    r"|wysłan[eo] (z|za|w|przy)|pobierz|skicka(t|d) (från|via|med)|hämta outlook"
    r"|gesendet (mit|von|aus|via|über)"
    r"|diese nachricht wurde von|von mein\w+|holen sie sich outlook|outlook für"
)
_SENT_FROM = re.compile(rf"\W{{0,3}}({_SENT})\b.{{0,60}}?\b{_THINGS}.{{0,60}}", re.IGNORECASE)


def without_signature(lines: Sequence[str]) -> list[str]:
    """The lines without a signature at their end, if a plain mark stands before it."""
    kept = _without_sent_from(list(lines))
    mark = _mark(kept)
    return kept if mark is None else _without_sent_from(kept[:mark])


def _mark(lines: Sequence[str]) -> int | None:
    """Where the signature begins: at the last mark, if what follows looks like one."""
    for start in range(len(lines) - 1, max(len(lines) - _LINES_MAX - 2, -1), -1):
        if lines[start].rstrip("\r\n") == _PLAIN_MARK:
            return start if _may_be_cut(lines[start + 1 :]) else None
        if lines[start].strip() == _BARE_MARK:
            return start if _is_card(lines[start + 1 :]) else None
    return None


def _may_be_cut(lines: Sequence[str]) -> bool:
    """Whether nobody's afterthought stands there, and it is as short as signatures are."""
    return len([line for line in lines if line.strip()]) <= _LINES_MAX and not any(
        _AFTERTHOUGHT.match(line) for line in lines
    )


def _is_card(lines: Sequence[str]) -> bool:
    """Whether it reads like a card: few short lines without a sentence."""
    said = [line.strip() for line in lines if line.strip()]
    return (
        0 < len(said) <= _BARE_LINES_MAX
        and all(len(line) <= _LINE_CHARS_MAX // 2 for line in said)
        and not any(_SENTENCE.search(line) for line in said)
        and _may_be_cut(lines)
    )


def _without_sent_from(lines: list[str]) -> list[str]:
    """Without the one line that a telephone or a mail program puts last."""
    last = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].strip()), None)
    if last is None or len(lines[last]) > _LINE_CHARS_MAX:
        return lines
    return lines[:last] if _SENT_FROM.fullmatch(lines[last].strip()) else lines

"""In which line of the file a rule stands, or one of its keys: rules are many and look alike.

``tomllib`` tells no lines, so the text is searched. Where that might name a wrong line (the array
is written in another way, or a text spells out a header), no line is named.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from listener.text import shown

NAME_CHARS_MAX = 100

_RULE = re.compile(r"\s*\[\[\s*rules\s*\]\]\s*(#.*)?")
_OTHER_TABLE = re.compile(r"\s*\[{1,2}\s*(?!rules\s*\.)[\w\"'-]+\s*[.\]]")


@dataclass(frozen=True, slots=True)
class RuleLines:
    """The lines of the file, and which of them, by number from 0, belong to which rule."""

    lines: Sequence[str] = ()
    spans: Mapping[str, range] = field(default_factory=dict)

    def of(self, where: str) -> int | None:
        """The line, counted from 1, of a place as faults name it, ``[[rules]] NAME when.brand``."""
        if not where.startswith("[[rules]] "):
            return None
        places = [place for place in self.spans if f"{where} ".startswith(f"{place} ")]
        if not places:
            return None
        place = max(places, key=len)
        span, line = self.spans[place], self.spans[place].start
        for key in where.removeprefix(place).strip().split("."):
            line = self._line_of(key, range(line, span.stop)) if key else line
        return line + 1

    def _line_of(self, key: str, span: range) -> int:
        stated = re.compile(rf"(^|[\s{{,.\[])[\"']?{re.escape(key.strip(chr(34)))}[\"']?\s*[=.\]]")
        return next((line for line in span if stated.search(self.lines[line])), span.start)


NO_LINES = RuleLines()


def rule_lines(text: str, rules: object) -> RuleLines:
    """Where the rules of the file stand; ``rules`` is what was read of them."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _RULE.fullmatch(line)]
    if not isinstance(rules, list) or len(starts) != len(rules):
        return NO_LINES
    spans: dict[str, range] = {}
    for number, (start, stated) in enumerate(zip(starts, rules, strict=True), 1):
        after = range(start + 1, len(lines))
        end = next((line for line in after if _OTHER_TABLE.match(lines[line])), len(lines))
        spans.setdefault(rule_place(number, stated), range(start, end))
    return RuleLines(lines, spans)


def rule_place(number: int, stated: Any) -> str:
    """How faults name a rule: by its name, or by its number, counted from 1."""
    name = stated.get("name") if isinstance(stated, dict) else None
    shown_name = shown(name, NAME_CHARS_MAX) if isinstance(name, str) else ""
    return f"[[rules]] {shown_name or f'number {number}'}"

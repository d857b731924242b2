"""What Slack refuses of a message: Block Kit by its documented limits, and nothing beside it.

Sources, all under docs.slack.dev/reference/block-kit: blocks/actions-block, …/context-block,
…/divider-block, …/header-block, …/section-block; block-elements/button-element,
…/overflow-menu-element, …/select-menu-element; composition-objects/text-object, …/option-object,
…/option-group-object.
"""

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

BLOCKS_MAX = 50
ELEMENTS_MAX = 25
CONTEXT_ELEMENTS_MAX = 10
OPTIONS_MAX = 100
OVERFLOW_MAX = 5


def broken(blocks: list[Json]) -> list[str]:
    """Every limit that the blocks break; none where Slack takes them."""
    found = [] if 1 <= len(blocks) <= BLOCKS_MAX else [f"{len(blocks)} blocks"]
    names = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(names)) < len(names):
        found.append("two blocks of one block_id")
    for block in blocks:
        check = _BLOCKS.get(block.get("type", ""))
        found += check(block) if check else [f"a block of type {block.get('type')!r}"]
        found += _id(block, "block_id")
    return found


def units(text: str) -> int:
    """How long Slack takes a text to be: it counts as JavaScript does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _header(block: Json) -> Iterator[str]:
    yield from _keys(block, {"type", "text"}, {"block_id", "level"})
    yield from _text(block.get("text"), 150, only="plain_text")


def _section(block: Json) -> Iterator[str]:
    yield from _keys(block, {"type", "text"}, {"block_id", "expand"})
    yield from _text(block.get("text"), 3000)


def _context(block: Json) -> Iterator[str]:
    yield from _keys(block, {"type", "elements"}, {"block_id"})
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= CONTEXT_ELEMENTS_MAX:
        yield f"{len(elements)} elements in a context"
    for element in elements:
        yield from _text(element, 3000)


def _divider(block: Json) -> Iterator[str]:
    yield from _keys(block, {"type"}, {"block_id"})


def _actions(block: Json) -> Iterator[str]:
    yield from _keys(block, {"type", "elements"}, {"block_id"})
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= ELEMENTS_MAX:
        yield f"{len(elements)} elements in a row"
    names = [element.get("action_id") for element in elements]
    if len(set(names)) < len(names):
        yield "two elements of one action_id in a row"
    for element in elements:
        check = _ELEMENTS.get(element.get("type", ""))
        yield from check(element) if check else [f"an element of type {element.get('type')!r}"]
        yield from _id(element, "action_id")


def _button(element: Json) -> Iterator[str]:
    yield from _keys(element, {"type", "text", "action_id"}, {"value", "style", "url", "confirm"})
    yield from _text(element.get("text"), 75, only="plain_text")
    if not 0 < units(element.get("value", "x")) <= 2000:
        yield "a button's value"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"style {element['style']!r}"


def _overflow(element: Json) -> Iterator[str]:
    yield from _keys(element, {"type", "options", "action_id"}, {"confirm"})
    yield from _options(element.get("options", []), OVERFLOW_MAX)


def _select(element: Json) -> Iterator[str]:
    yield from _keys(
        element,
        {"type", "action_id"},
        {"placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load"},
    )
    yield from _text(element.get("placeholder"), 150, only="plain_text")
    groups = element.get("option_groups")
    if (groups is None) == ("options" not in element):
        yield "a select needs options or option_groups, and not both"
    if groups is None:
        yield from _options(element.get("options", []), OPTIONS_MAX)
        return
    if not 1 <= len(groups) <= 100:
        yield f"{len(groups)} groups of options"
    for group in groups:
        yield from _text(group.get("label"), 75, only="plain_text")
        yield from _options(group.get("options", []), OPTIONS_MAX)


def _options(options: list[Json], most: int) -> Iterator[str]:
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    for option in options:
        yield from _keys(option, {"text", "value"}, {"description", "url"})
        yield from _text(option.get("text"), 75, only="plain_text")
        if not 0 < units(option.get("value", "")) <= 150:
            yield f"an option's value: {option.get('value')!r}"


def _text(text: Any, chars_max: int, *, only: str = "") -> Iterator[str]:
    if not isinstance(text, dict):
        yield f"no text object: {text!r}"
        return
    kind = text.get("type")
    allowed = {"plain_text": {"emoji"}, "mrkdwn": {"verbatim"}}
    if kind not in allowed or (only and kind != only):
        yield f"a text of type {kind!r}"
        return
    yield from _keys(text, {"type", "text"}, allowed[kind])
    if not isinstance(text.get("text"), str) or not 0 < units(text["text"]) <= chars_max:
        yield f"a text of {units(str(text.get('text')))} units where {chars_max} fit"


def _keys(thing: Json, needed: set[str], more: set[str]) -> Iterator[str]:
    if missing := needed - thing.keys():
        yield f"{thing.get('type')} lacks {sorted(missing)}"
    if unknown := thing.keys() - needed - more:
        yield f"{thing.get('type')} has {sorted(unknown)}"


def _id(thing: Json, name: str) -> list[str]:
    value = thing.get(name, "x")
    fits = isinstance(value, str) and 0 < units(value) <= 255
    return [] if fits else [f"{name} {value!r}"]


_BLOCKS: dict[str, Callable[[Json], Iterator[str]]] = {
    "actions": _actions,
    "context": _context,
    "divider": _divider,
    "header": _header,
    "section": _section,
}
_ELEMENTS: dict[str, Callable[[Json], Iterator[str]]] = {
    "button": _button,
    "overflow": _overflow,
    "static_select": _select,
}

"""Labelled posts: a JSON object of a line to mentions with the labels that are true of them."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from listener.match import Matcher
from listener.model import LABELS, Brand, Mention, Post
from listener.suggest import suggestion
from listener.text import clean_text, shown
from listener.wire import parent_text_from, post_from

BRANDS_MAX = 20
MATCHERS_KEPT = 256
NAME_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Labelled:
    """A mention and its true labels by kind; ``language`` as the line states it, if it does."""

    mention: Mention
    labels: Mapping[str, str]
    language: str = ""


class LabelledReader:
    """Reads them with the product's own matching, so that judges get what they get in service.

    A brand is one of ``brands`` by its id or name, or, where it is none of these, a brand of
    that name alone.
    """

    def __init__(self, brands: Sequence[Brand], site: str) -> None:
        self._brands = {name: one for one in reversed(brands) for name in (*one.names, one.id)}
        self._site = site
        self._matcher = functools.lru_cache(MATCHERS_KEPT)(self._made_matcher)

    def read(self, value: Any) -> list[Labelled]:
        """A mention per brand that the line labels. Raises ValueError with what is wrong."""
        post = post_from(value, site=self._site)
        stated = dict(_stated(value))
        parent = parent_text_from(value)
        found = self._matched(post, [name for name in stated if name])
        return [
            Labelled(replace(found[name], parent_text=parent), labels, post.language)
            for name, labels in stated.items()
        ]

    def _matched(self, post: Post, names: Sequence[str]) -> dict[str, Mention]:
        """The mention of each brand; without evidence where its name is not in the post."""
        by_id = {one.brand: one for one in self._matcher(tuple(names)).match(post)} if names else {}
        ids = {name: self._brand(name).id for name in names}
        return {"": Mention(post, "")} | {
            name: by_id.get(ids[name], Mention(post, ids[name])) for name in names
        }

    def _made_matcher(self, names: tuple[str, ...]) -> Matcher:
        brands = {self._brand(name).id: self._brand(name) for name in names}
        return Matcher(list(brands.values()))

    def _brand(self, name: str) -> Brand:
        tag = "".join(name.split())
        alone = Brand(id=name, names=(name,), handles=(f"@{tag}",), hashtags=(f"#{tag}",))
        return self._brands.get(name, alone)


def _stated(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The brands of the line with the labels of each."""
    several = value.get("brands")
    if several is None:
        name = _text(value, "brand")
        yield _name(name) if name else "", _labels(value.get("labels"), "'labels'")
        return
    if not isinstance(several, dict) or not 0 < len(several) <= BRANDS_MAX:
        msg = f'\'brands\' must be up to {BRANDS_MAX} such as {{"Acme": {{"spam": "no"}}}}'
        raise ValueError(msg)
    for name, labels in several.items():
        yield _name(name), _labels(labels, f"'brands' '{shown(name, 60)}'")


def _name(name: str) -> str:
    if not name.strip() or len(name) > NAME_CHARS_MAX:
        msg = f"'{shown(name, 60)}' is no brand's name"
        raise ValueError(msg)
    return clean_text(name).strip()


def _labels(value: Any, where: str) -> Mapping[str, str]:
    if not isinstance(value, dict) or not value:
        msg = f'{where} must be labels such as {{"sentiment": "negative"}}'
        raise ValueError(msg)
    for kind, label in value.items():
        known = LABELS.get(kind, ())
        if not isinstance(label, str) or not label or (known and label not in known):
            told = shown(str(label), 60)
            msg = f"{where}: '{told}' is no label of {shown(kind, 60)}{suggestion(told, known)}"
            raise ValueError(msg)
    return {clean_text(kind): clean_text(label) for kind, label in value.items()}


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key)
    if text is not None and not isinstance(text, str):
        msg = f"'{key}' must be some text"
        raise ValueError(msg)
    return clean_text(text or "")

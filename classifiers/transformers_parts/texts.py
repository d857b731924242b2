"""What a model reads of a mention: its text, where the brand stands in it, and the brand's name."""

import re
from dataclasses import dataclass

from listener.model import Evidence, Mention
from listener.text import clean_text

CHARS_MAX = 20_000
"""Of a longer text only so much is read, around the brand."""

NAME_CHARS_MAX = 100
"""Of a longer name of a brand only so much stands beside the text."""

_LINK = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"(?<![\w@.])@\w[\w.-]{0,63}")
_UNPLACED = frozenset({"link", "domain", "thread", "reply"})


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the place of the brand in it (0 where it is nowhere), and what stands beside it."""

    text: str
    place: int = 0
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text is written for the model.

    ``handles_as`` and ``links_as`` replace each handle and each link where they are not empty;
    with ``pair`` the brand's name stands beside the text, for models that were trained so.
    """

    handles_as: str = ""
    links_as: str = ""
    pair: bool = False

    def of(self, mention: Mention) -> Text:
        """The mention as the model reads it."""
        post = mention.post
        found = _first_placed(mention)
        both = f"{post.title}\n{post.text}" if post.title else post.text
        start = found.start + (len(both) - len(post.text) if found.field == "text" else 0)
        text = self._written(_around(both, start))
        place = text.find(found.text) if found.text else 0
        return Text(text, max(0, place), _name(mention) if self.pair else "")

    def _written(self, text: str) -> str:
        if self.links_as:
            text = _LINK.sub(lambda _: self.links_as, text)
        if self.handles_as:
            text = _HANDLE.sub(lambda _: self.handles_as, text)
        return text


def _around(text: str, place: int) -> str:
    """So much of the text as is read at most, with the place in it."""
    start = max(0, min(place - CHARS_MAX // 2, len(text) - CHARS_MAX))
    return clean_text(text[start : start + CHARS_MAX])


def _first_placed(mention: Mention) -> Evidence:
    nowhere = Evidence("", "", 0, 0)
    return next((one for one in mention.evidence if one.kind not in _UNPLACED), nowhere)


def _name(mention: Mention) -> str:
    """The brand as its table writes it, else as the text does, else its id."""
    named = (one.base or one.text for one in mention.evidence if one.kind == "name")
    placed = _first_placed(mention)
    name = next(named, "") or placed.base or placed.text or mention.brand
    return clean_text(name)[:NAME_CHARS_MAX]

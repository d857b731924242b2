"""Plain text as Atlassian Document Format, and back. Nothing in a text node is markup. Pure."""

from typing import Any

from alerts.desks.html import still
from alerts.desks.shapes import rows, word

Node = dict[str, Any]

_DEPTH_MAX = 40


def document(words: str) -> Node:
    """A paragraph for each part; a line that is an address of ours can be clicked."""
    paragraphs = [_paragraph(part) for part in still(words).split("\n\n")]
    return {"type": "doc", "version": 1, "content": paragraphs}


def words_of(node: object, depth: int = 0) -> str:
    """The text of a document as people read it."""
    if not isinstance(node, dict) or depth > _DEPTH_MAX:
        return ""
    if node.get("type") == "hardBreak":
        return "\n"
    inside = [words_of(one, depth + 1) for one in rows(node, "content")]
    return word(node, "text") + ("\n\n" if node.get("type") == "doc" else "").join(inside)


def _paragraph(part: str) -> Node:
    content: list[Node] = []
    for place, line in enumerate(part.split("\n")):
        content += [{"type": "hardBreak"}] if place else []
        content += [_text(line)] if line else []
    return {"type": "paragraph", "content": content}


def _text(line: str) -> Node:
    # Strangers' lines begin with "> ": what begins with a scheme was made by us, and checked.
    if line.startswith(("https://", "http://")):
        return {"type": "text", "text": line, "marks": [{"type": "link", "attrs": {"href": line}}]}
    return {"type": "text", "text": line}

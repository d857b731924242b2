r"""Plain text as Chatwoot's Markdown, with nothing in it that formats, and back. Pure.

Every sign that could mean something is written with a backslash in front, as CommonMark allows for
all of ASCII's punctuation. Templates (Liquid) are filled in before that is read, and so are broken.
"""

import re

from alerts.desks.html import still

_SIGN = re.compile(r"([!-/:-@\[-`{-~])")
_SIGNED = re.compile(r"\\([!-/:-@\[-`{-~])")
_ADDRESS = re.compile(r"https?://[!-;=?-~]+")


def as_markdown(words: str) -> str:
    """The words; a line of a stranger's stays a quotation, an address of ours can be clicked."""
    return "\n".join(_line(line) for line in still(words).split("\n"))


def as_words(markdown: str) -> str:
    """What was made into Markdown here, as it was."""
    return "\n".join(_plain(line) for line in markdown.replace("\r\n", "\n").split("\n"))


def _line(line: str) -> str:
    if _ADDRESS.fullmatch(line):
        return f"<{line}>"
    quoted, rest = ("> ", line[2:]) if line.startswith("> ") else ("", line)
    return quoted + _SIGN.sub(r"\\\1", rest)


def _plain(line: str) -> str:
    if line.startswith("<") and _ADDRESS.fullmatch(line[1:-1]):
        return line[1:-1]
    return _SIGNED.sub(r"\1", line)

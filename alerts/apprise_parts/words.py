"""An alert as plain words that no service takes for more than that.

A hundred services read a hundred dialects, and some of them read marks even in what was sent as
plain text. So strangers' words are not escaped for one dialect but defused for all: an invisible
word joiner (U+2060) follows every character that could begin a name, a link or a command, and the
marks of formatting are shown by their twins. The reader sees the words as they were written. The
only links are the posts' own addresses, checked and written by us, each on a line of its own.

A few services are known to show plain text as it is; there the twins are not needed.
"""

import re
from html import unescape

from alerts import text
from listener.model import Alert, Mention
from listener.text import shown, shown_lines

SHORT_CHARS = 500
"""A service that takes less than this, by SMS say, gets the title and one link."""

_TITLE_CHARS_MAX = 150
_BODY_CHARS_MAX = 1_500
_CHARS_MAX = 3_500  # nobody reads more in a chat
_MENTION_CHARS = 700
_JOINERS_SHARE = 0.7  # what is left for the words themselves where joiners come in between
_TWINS = str.maketrans("*_~`<>＊～｀＜＞﹤﹥", "∗＿∼ˋ‹›∗∼ˋ‹›‹›")
# What begins something somewhere, with the wide and small forms that software folds into it.
_ACTIVE = re.compile(
    r"[<>＜﹤＞﹥&＆﹠@＠﹫#＃﹟:：﹕︓/／|\\\[\](){}!=$%`*_~](?=\S)"
    r"|[.．。｡․﹒](?=\w)"
    r"|[+＋](?=\d)"
    r"|(?<=\d)[-\u2010-\u2015 \u00a0()/]{1,3}(?=[\d(])"
)
_LINE_START = re.compile(r"^(?=[^\w\s]|\d+[.)]|[a-z]{1,2}\d?\. )", re.MULTILINE)


def harmless(words: str, *, marked: bool = True) -> str:
    """The words defused; with ``marked`` for services that read marks in plain text, too."""
    plain = words.translate(_TWINS) if marked else words
    return _LINE_START.sub(text.JOINER, _ACTIVE.sub(rf"\g<0>{text.JOINER}", plain))


def title(alert: Alert, chars_max: int = 10_000, *, marked: bool = True) -> str:
    """The alert in one line, at most a third of what the service takes; joiners come on top."""
    words = shown(alert.title or alert.rule, min(_TITLE_CHARS_MAX, max(chars_max // 3, 20)))
    return harmless(words, marked=marked)


def body(alert: Alert, mentions_max: int, chars_max: int, *, marked: bool = True) -> str:
    """What follows the title, in at most ``chars_max`` characters; never empty."""
    chars_max = min(chars_max, _CHARS_MAX)
    if chars_max < SHORT_CHARS:
        return _short(alert, chars_max, marked=marked)
    told, more = text.told_here(alert, min(mentions_max, max(chars_max // _MENTION_CHARS, 1)))
    room = int(chars_max * _JOINERS_SHARE)
    each = max(room // (2 * max(len(told), 1)), 80)
    parts = [_said("\n".join(text.about_case(alert)), marked=marked)]
    parts += [_said(shown_lines(alert.body, min(_BODY_CHARS_MAX, room // 2)), marked=marked)]
    parts += [_mention(mention, each, marked=marked) for mention in told]
    rest = (text.and_more(more), "\n".join(text.history(alert)), text.footer(alert))
    parts += [_said(words, marked=marked) for words in rest]
    return _fitting([part for part in parts if part], chars_max)


def _address(url: str) -> str:
    """The post's address without anything that reads as an entity: Apprise resolves those."""
    address = text.web_address(url)
    return address if unescape(address) == address else address.replace("&", "%26")


def _mention(mention: Mention, chars_max: int, *, marked: bool) -> str:
    post = mention.post
    words = shown_lines(f"{post.title}\n{post.text}", chars_max)
    grounds = (text.published(mention), text.judged(mention))
    why = (text.evidence(mention), text.reasons(mention))
    lines = [text.headline(mention), words, *grounds, *why]
    kept = shown_lines("\n".join(line for line in lines if line), 2 * chars_max)
    said = _said(kept, marked=marked)
    return "\n".join(part for part in (said, _address(post.url)) if part)


def _short(alert: Alert, chars_max: int, *, marked: bool) -> str:
    told, more = text.told_here(alert, 1)
    address = _address(told[0].post.url) if told else ""
    room = chars_max - len(address) - 25
    words = told[0].post.text if told else alert.body or alert.title or alert.rule
    said = _said(shown(words, max(int(room * _JOINERS_SHARE), 20)), marked=marked)
    parts = [said, address if len(address) < chars_max - 25 else "", text.and_more(more)]
    return _fitting([part for part in parts if part] or [text.footer(alert)], chars_max)


def _said(words: str, *, marked: bool) -> str:
    return harmless(words, marked=marked) if words else ""


def _fitting(parts: list[str], chars_max: int) -> str:
    """As many whole parts as there is room for: a cut could bring what was apart together."""
    kept, left = parts[:1], chars_max - len(parts[0])
    for part in parts[1:]:
        left -= len(part) + 2
        if left < 2:
            return "\n\n".join([*kept, "…"])
        kept.append(part)
    return "\n\n".join(kept)

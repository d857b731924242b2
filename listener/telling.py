"""An alert's title in one line: what somebody reads on a locked phone. Pure."""

from collections import Counter
from collections.abc import Sequence

from listener.model import Mention
from listener.text import shown


def mentions_title(mentions: Sequence[Mention], earlier_count: int = 0) -> str:
    """Who, how grave and where, of one mention or of a burst."""
    if not mentions:
        return ""
    if len(mentions) == 1 and not earlier_count:
        return _one(mentions[0])
    brands = " and ".join(sorted({mention.brand for mention in mentions}))
    count = len(mentions)
    total = f" ({count + earlier_count} in all)" if earlier_count else ""
    more = "more " if earlier_count else ""
    noun = "mention" if count == 1 else "mentions"
    return f"{brands}: {count} {more}{noun}{total}{_gravity(mentions)}"


def _one(mention: Mention) -> str:
    intent = mention.label("intent")
    what = "mention" if intent in {"", "other", "error"} else intent
    urgent = "urgent " if mention.label("urgency") == "high" else ""
    by = shown(mention.post.author.handle or mention.post.author.name, 40)
    who = f" by {by}" if by else ""
    return f"{mention.brand}: {urgent}{what} on {shown(mention.post.site, 40)}{who}"


def _gravity(mentions: Sequence[Mention]) -> str:
    urgent = sum(mention.label("urgency") == "high" for mention in mentions)
    negative = Counter(mention.label("sentiment") for mention in mentions)["negative"]
    told = [f"{urgent} urgent"] * bool(urgent) + [f"{negative} negative"] * bool(negative)
    return f", {', '.join(told)}" if told else ""

"""What an alert says, in words for people: shared by the channels that people read.

Everything here may carry words of strangers. They come out on one line or as plain lines, without
control characters, but not escaped: each channel escapes for its own markup.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from listener import why
from listener.model import Alert, AlertKind, Author, Case, Mention
from listener.text import shown

JOINER = "\u2060"
"""An invisible sign, a word joiner: where it stands between, markup and references end."""

_ADDRESS_CHARS_MAX = 2_000
_KEY_CHARS_MAX = 900
_REASONS_MAX = 8
_SAFE_IN_KEY = "/:#@+=~,;!$*()'"
_SAFE_IN_ADDRESS = "/%:=&?+,;~()$-._@"
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
_HISTORY_TEXT_CHARS_MAX = 160
_LOUD_WORD = re.compile(r"@(?=(?:here|channel|everyone|group|room|all|online)\b)", re.IGNORECASE)

KIND_WORDS: dict[AlertKind, str] = {
    "mentions": "",
    "spike": "spike",
    "source": "source",
    "clear": "all clear",
    "retraction": "taken down",
    "case": "case",
    "escalation": "still waiting",
    "crisis": "crisis",
    "test": "test, nothing happened",
}
"""A few words for what kind of alert it is; none for mentions, which speak for themselves."""


def told_here(alert: Alert, mentions_max: int) -> tuple[list[Mention], int]:
    """The mentions a message shows, and how many more it stands for.

    What is told for the first time comes first, the weightiest and then the newest in front;
    what was told before fills the rest.
    """
    told = [*sorted(alert.mentions, key=_weight), *sorted(alert.earlier, key=_weight)]
    count = len(alert.mentions) + max(alert.earlier_count, len(alert.earlier))
    kept = told[:mentions_max]
    return kept, count - len(kept)


def headline(mention: Mention) -> str:
    """Priority, brand, site and author, on one line."""
    parts = (
        f"priority {mention.priority.score}",
        shown(mention.brand, 60),
        shown(mention.post.site, 60),
        author_line(mention.post.author),
    )
    return _joined(parts)


def author_line(author: Author) -> str:
    """Name, handle and followers of an author, as far as the site tells."""
    name, handle = shown(author.name, 80), shown(author.handle, 80)
    known = f"{name} ({handle})" if name and handle else name or handle or "unknown author"
    return known if author.followers is None else f"{known}, {author.followers} followers"


def judged(mention: Mention) -> str:
    """How the mention was judged, on one line."""
    labels = ((kind, mention.label(kind)) for kind in ("sentiment", "urgency", "intent"))
    language = mention.label("language") or mention.post.language
    parts = [f"{kind} {shown(label, 40)}" for kind, label in labels if label]
    return _joined([*parts, f"language {shown(language, 20)}" if language else ""])


def reasons(mention: Mention) -> str:
    """Why it has its priority and its urgency, on one line; empty where nobody gave a reason."""
    judgements = [tag.reasons for tag in mention.tags if tag.kind == "urgency"]
    given = [*mention.priority.reasons, *(judgements[-1] if judgements else ())]
    told = list(dict.fromkeys(given))[:_REASONS_MAX]
    return _joined((shown(reason, 120) for reason in told), "; ")


def evidence(mention: Mention) -> str:
    """What made it a mention, how that is written, and what is doubtful about it, on one line."""
    found = why.found(mention.evidence[:_REASONS_MAX])
    return _joined((_joined((mention.directness, found), ", "), why.doubt(mention)), "; ")


def published(mention: Mention) -> str:
    """When the post was published, to the minute, in UTC, and what is known beside its words."""
    moment = mention.post.published_at
    when = f"published {minute(moment)}" if moment else "no date given"
    return _joined([when, beside(mention)])


def beside(mention: Mention) -> str:
    """How it was said, what its place tells of it, if it was answered; empty for bare words."""
    post, at = mention.post, mention.answered_at
    medium = "" if post.medium == "post" else post.medium
    facts = [f"{shown(name, 20)} {shown(value, 60)}" for name, value in post.facts]
    return _joined([medium, *facts, f"answered {minute(at)}" if at else ""])


def minute(moment: datetime) -> str:
    """A moment for people, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def about_case(alert: Alert) -> list[str]:
    """The case in up to three lines; none where the alert is about no case."""
    if alert.case is None:
        return []
    case = alert.case
    lines = (_joined((case_name(case), case_state(case))), case_size(case), case_times(case))
    return [line for line in lines if line]


def case_name(case: Case) -> str:
    """What to call the case, and whose it is to handle."""
    return _joined((f"case {shown(case.key, 80)}", f"team {shown(case.team, 60)}"))


def case_state(case: Case) -> str:
    """How the case stands and who has it."""
    owner = shown(case.owner, 80)
    by = f" by {owner}" if owner and case.state != "new" else ""
    return "new, nobody has it" if case.state == "new" and not owner else f"{case.state}{by}"


def case_size(case: Case) -> str:
    """How much was written, how long somebody waits already, and how often that was told."""
    mentions = "1 mention" if case.mentions == 1 else f"{case.mentions} mentions"
    authors = "1 author" if case.authors == 1 else f"{case.authors} authors"
    told = f"escalated {case.step} times" if case.step > 1 else "escalated once"
    return _joined(
        (
            f"{mentions} by {authors}",
            f"first published {minute(case.published_at)}",
            f"waiting since {minute(case.waiting_since)}" if is_waiting(case) else "",
            told if case.step else "",
        )
    )


def case_times(case: Case) -> str:
    """What was promised until when, or when it was done; empty where nothing was."""
    done = "closed" if case.state == "closed" else "answered"
    times = (
        ("claim due", case.claim_due_at if is_waiting(case) else None),
        ("answer due", case.answer_due_at if is_waiting(case) else None),
        ("snoozed until", case.snoozed_until),
        (done, None if is_waiting(case) else case.closed_at or case.answered_at),
    )
    return _joined(f"{what} {minute(moment)}" for what, moment in times if moment)


def is_waiting(case: Case) -> bool:
    """Whether somebody waits for an answer."""
    return case.state in {"new", "claimed"}


def history(alert: Alert, mentions_max: int = 3) -> list[str]:
    """What the author wrote before: how much, and the newest of it, a line each."""
    if not alert.history:
        return []
    count = max(alert.history_count, len(alert.history))
    head = "wrote once before" if count == 1 else f"wrote {count} times before"
    return [f"{head}:", *(history_line(mention) for mention in alert.history[:mentions_max])]


def history_line(mention: Mention) -> str:
    """An earlier mention: when, where, how it was meant, what became of it, its words."""
    post = mention.post
    answered = f"answered {minute(mention.answered_at)}" if mention.answered_at else ""
    labels = _joined((shown(mention.label(kind), 40) for kind in ("sentiment", "intent")), ", ")
    words = shown(f"{post.title}: {post.text}" if post.title else post.text)
    about = _joined((published(mention), shown(post.site, 60), labels, answered))
    return f"{about}: {shown(words, _HISTORY_TEXT_CHARS_MAX)}"


def footer(alert: Alert) -> str:
    """Which rule told it, what kind of alert it is, and when."""
    rule = f"rule {shown(alert.rule, 60)}"
    return _joined((rule, KIND_WORDS.get(alert.kind, ""), minute(alert.created_at)))


def and_more(more: int) -> str:
    """The line for what a message does not show; empty where it shows everything."""
    return f"and {more} more" if more > 0 else ""


def web_address(url: str) -> str:
    """The address in plain ASCII where it is a web page's and safe to link, or an empty string.

    Only http and https; no user name or password in front of the host, because they pass for a
    host; nothing in it that any markup could take for its own. The words that call a whole
    channel are spelled out.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = _ascii_host(parts.hostname or ""), parts.port
        rest = [quote(part, safe=_SAFE_IN_ADDRESS) for part in parts[2:]]
    except ValueError:
        return ""
    named = parts.username is not None or parts.password is not None
    if parts.scheme not in {"http", "https"} or named or not _HOST.fullmatch(host):
        return ""
    place = f"[{host}]" if ":" in host else host
    place = place if port is None else f"{place}:{port}"
    path, query, fragment = rest
    tail = (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    address = _LOUD_WORD.sub("%40", f"{parts.scheme}://{place}{path}{tail}")
    return address if len(address) <= _ADDRESS_CHARS_MAX else ""


def plain_key(key: str) -> str:
    """An alert's key as a header carries it: printable ASCII, the rest percent-encoded.

    ``urllib.parse.unquote`` gives the key back. A key that would be too long for a header is
    named by its SHA-256 instead.
    """
    encoded = quote(key.encode("utf-8", "replace"), safe=_SAFE_IN_KEY)
    if len(encoded) <= _KEY_CHARS_MAX:
        return encoded
    return f"sha256:{key_digest(key)}"


def key_digest(key: str) -> str:
    """A name of fixed length for a key, the same at every telling."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _ascii_host(host: str) -> str:
    """A host name as the network knows it; empty where it would become another name on the way."""
    if host.isascii():
        return host
    encoded = host.encode("idna")
    return encoded.decode() if encoded.decode("idna") == host else ""


def _weight(mention: Mention) -> tuple[int, float]:
    moment = mention.post.published_at
    return -mention.priority.score, -moment.timestamp() if moment else 0.0


def _joined(parts: Iterable[str], separator: str = " · ") -> str:
    return separator.join(part for part in parts if part)

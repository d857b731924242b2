"""Strangers' words that try to ping, link or format in Slack, made from a seed."""

from datetime import timedelta
from random import Random
from typing import get_args

from listener.model import (
    Alert,
    AlertKind,
    Author,
    Case,
    CaseState,
    Evidence,
    Mention,
    Post,
    Priority,
    Tag,
)
from tests.alerts.example import NOON

ATOMS = (
    *("<!here>", "<!channel>", "<!everyone>", "<!group>", "<!subteam^S01>", "<@U012AB3CD>"),
    *("<#C024BE7LR|general>", "<!date^1392734382^{date}|x>", "<https://evil.example|bank>"),
    *("@here", "@channel", "@everyone", "@HERE", "#general", "@matti", "<", ">", "&", "|", "!"),
    *(
        "&lt;!channel&gt;",
        "&amp;lt;!here&amp;gt;",
        "&amp;",
        "&amp;amp;",
        "&#60;!here&#62;",
        "&#x3c;",
    ),
    *("&LT;!here&GT;", "&lt", "&lt;", "&gt;", "amp;", "lt;!here&gt;", "&am", "p;lt;"),
    *(
        "＠here",
        "﹫channel",
        "＜!here＞",
        "﹤!channel﹥",
        "＆lt;!here＆gt;",
        "＃general",
        "﹟random",
    ),
    *(
        "@\u200bhere",
        "@\u2060here",
        "@\ufeffchannel",
        "<\u200b!here>",
        "@\u00adhere",
        "@\u0301here",
    ),
    *(
        "\u202e>ereh!<",
        "\u2066@here\u2069",
        "\u200e@channel",
        "\u2028",
        "\u2029",
        "\x00",
        "\x1b[31m",
    ),
    *("https://evil.example/a?b=c&d", "http://evil.example", "evil.example", "www.evil.example"),
    *(
        "HTTPS://EVIL.EXAMPLE",
        "ftp://evil.example",
        "slack://open",
        "javascript:alert(1)",
        "//x.io",
    ),
    *(
        "mailto:a@evil.example",
        "a@evil.example",
        "evil。example",
        "evil．example",
        "xn--e1afmkfd.com",
    ),
    *("tel:+358401234567", "+358 40 123 4567", "(555) 123-4567", "555.123.4567", "555-123-4567"),
    *("*bold*", "_it_", "~gone~", "`code`", "```", "> quote", "&gt; quote", "• item", "1. item"),
    *(
        ":smile:",
        ":here:",
        "::",
        ":)",
        "：smile：",
        "[x](https://evil.example)",
        "<a href=x>",
        "<svg>",
    ),
    *("🏳️‍🌈", "👩‍👩‍👧", "e\u0301", "ﷺ", "\ud800", "\udfff", "\ufdd0", "א", "ع", "漢", "ż", "ß", "İ"),
    *(" ", "  ", "\n", "\r\n", "\t", "", "a", "here", "channel", "0", "-", "/", "\\", '"', "'"),
)


def words(random: Random, atoms_max: int = 12) -> str:
    """Hostile pieces, plain pieces and any characters at all, run together."""
    return "".join(_piece(random) for _ in range(random.randint(0, atoms_max)))


def hostile_alert(random: Random, mentions_max: int = 8) -> Alert:
    """An alert in which every field that a stranger can fill is hostile."""
    kinds: tuple[AlertKind, ...] = ("mentions", "mentions", *get_args(AlertKind))
    told = tuple(_mention(random) for _ in range(random.randint(1, mentions_max)))
    earlier = tuple(_mention(random) for _ in range(random.randint(0, 1)))
    return Alert(
        key=words(random),
        thread=words(random),
        rule=words(random, 3),
        channel="service",
        kind=random.choice(kinds),
        created_at=NOON,
        title=words(random),
        body=words(random, 20) if random.random() < 0.3 else "",
        mentions=told,
        earlier=earlier,
        earlier_count=random.choice((0, 1, 70)),
        case=_case(random) if random.random() < 0.6 else None,
        history=tuple(_mention(random) for _ in range(random.randint(0, 4))),
        history_count=random.choice((0, 3, 10**9)),
    )


def _case(random: Random) -> Case:
    """A case as strangers would like it to be, were its key, team and owner theirs to name."""
    at = NOON + timedelta(minutes=random.randrange(-(10**6), 10**6))
    return Case(
        key=words(random, 4),
        brand=words(random, 3),
        rule=words(random, 3),
        team=words(random, 3),
        opened_at=NOON,
        published_at=at,
        waiting_since=random.choice((NOON, at)),
        state=random.choice(get_args(CaseState)),
        owner=random.choice(("", words(random, 3), f"slack:{words(random, 2)}", "slack:U012AB3CD")),
        answered_at=random.choice((None, at)),
        snoozed_until=random.choice((None, at)),
        claim_due_at=random.choice((None, at)),
        answer_due_at=random.choice((None, at)),
        step=random.randrange(4),
        version=random.choice((1, 10**9)),
        mentions=random.choice((1, 70)),
        authors=random.choice((1, 70)),
    )


def _piece(random: Random) -> str:
    chance = random.random()
    if chance < 0.8:
        return random.choice(ATOMS)
    if chance < 0.9:
        return chr(random.randrange(0x20, 0x3000))
    if chance < 0.998:
        return chr(random.randrange(0x110000))
    return random.choice(ATOMS) * random.randrange(2000)


def _mention(random: Random) -> Mention:
    post = Post(
        site=words(random, 3),
        native_id=words(random, 3),
        text=words(random, 30),
        title=words(random, 4),
        url=_url(random),
        author=Author(words(random, 3), words(random, 3), random.choice((None, 12))),
        language=words(random, 2),
    )
    reasons = tuple(words(random, 3) for _ in range(random.randint(0, 3)))
    return Mention(
        post=post,
        brand="finnair",
        evidence=(Evidence("name", words(random, 3), 0, 1),),
        tags=(Tag("urgency", "high", 0.9, reasons), Tag("language", words(random, 2), 0.9)),
        priority=Priority(random.randint(0, 100), reasons),
    )


def _url(random: Random) -> str:
    start = random.choice(("https://example.org/", "http://a.example:8080/?q=", "HTTPS://Ä.fi/#"))
    return random.choice(("", start, start, "", words(random, 1))) + words(random, 4)

"""Strangers' words that mean no good: a list written for this product, and as many as are wanted.

Each is aimed at something that reads more into a text than the text: a chat that calls names, a
mail program, a page, a terminal, a spreadsheet, a ticket system. A generated one runs some of them
together with plain and with any characters, so that they meet in ways nobody thought of.
"""

from random import Random

CALLS = (
    *("@here", "@channel", "@everyone", "@all", "@room", "@online", "@group", "@Here", "@EVERYONE"),
    *("<!here>", "<!channel>", "<!everyone|x>", "<!subteam^S01|crew>", "<@U012AB3CD>", "<@W1|a>"),
    *("<@123456789012345678>", "<@!123456789012345678>", "<@&123456789012345678>", "<#12345>"),
    *("<#C024BE7LR|general>", "#general", "@matti", "@matti:example.org", "#alerts:localhost"),
    *("@**all**", "@_**anna|7**", "<at>Anna</at>", "<at id='1'>x</at>", "<users/all>"),
    *("<@personEmail:a@b.example|Anna>", "<@all>", "[~anna]", "[~accountid:5b10]", "@[Anna](u:1)"),
    *("@\u200bhere", "@\u2060here", "@\u00adhere", "＠here", "﹫room", "＜!here＞", "@\u0301all"),
    *("&lt;!channel&gt;", "&#60;!here&#62;", "&amp;lt;!here&amp;gt;", "[CQ:at,qq=all]"),
)
LINKS = (
    *("https://evil.example/a?b=c&d=e", "http://evil.example", "HTTPS://EVIL.EXAMPLE", "//evil.io"),
    *("www.evil.example", "evil.example", "evil。example", "ftp://evil.example/x", "tel:+358401"),
    *("<https://evil.example|bank>", "[bank](https://evil.example)", "[x]: http://evil.example"),
    *("![x](https://evil.example/p.png)", "[[http://evil.example bank]]", "[bank|http://evil.io]"),
    *('"bank":http://evil.example', "<a href='http://evil.example'>bank</a>", "<http://evil.io>"),
    *("javascript:alert(1)", "[x](javascript:alert(1))", "data:text/html,<b>x</b>", "slack://open"),
    *("mailto:a@evil.example?bcc=b@evil.example", "a@evil.example", "tg://resolve?domain=x"),
    *("matrix:u/ada:localhost", "https://matrix.to/#/@ada:localhost", "steam://x", "file:///etc"),
    *("+358 40 123 4567", "+358401234567", "555-123-4567", "https://user:pass@evil.example/"),
)
MARKS = (
    *("*bold*", "**bold**", "_it_", "__under__", "~gone~", "~~gone~~", "`code`", "```\ncode\n```"),
    *(
        "||spoiler||",
        "> quote",
        ">>> quote",
        "# head",
        "-# small",
        "- item",
        "1. item",
        "| a | b |",
    ),
    *(
        "|---|---|",
        "---",
        "===",
        "h1. head",
        "bq. quote",
        "{code}x{code}",
        "{noformat}",
        "{color:red}",
    ),
    *("{panel}x{panel}", "{html}<b>x</b>{html}", "!image.png!", "(!)", "(/)", ":smile:", ":here:"),
    *(
        "<t:1700000000:R>",
        "</ban:12345>",
        "<:x:12345>",
        "<a:x:12345>",
        "/start",
        "/ban@bot",
        "$TSLA",
    ),
    *("!date^1392734382^{date}|x", "<!date^1392734382^{date}|x>", "$$x^2$$", "\\(x\\)", "[ ] task"),
    *("issue123", "msg12", "#123", "ticket:1", "RT #4", "r123", "refs #1", "[svn r1]", "PROJ-12"),
)
PAGES = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<b>x"),
    *("</p></body></html>", "</blockquote><h1>x", "<!--", "-->", "]]>", "<![CDATA[", "<?php 1 ?>"),
    *(
        "'><script>alert(1)</script>",
        '" onmouseover="alert(1)',
        "' style='x:expression(1)",
        "</td>",
    ),
    *(
        "<style>*{display:none}</style>",
        "<iframe src=//evil.io>",
        "<form action=//evil.io>",
        "<base>",
    ),
    *("<meta http-equiv=refresh content=0>", "<link rel=stylesheet href=//evil.io>", "&lt;b&gt;"),
    *(
        "<mx-reply>x</mx-reply>",
        "<font color=red>",
        "<h1>x</h1>",
        "<details open ontoggle=alert(1)>",
    ),
    *(
        "{{7*7}}",
        "{{ticket.id}}",
        "{% if x %}",
        "${7*7}",
        "#{7*7}",
        "<%= 7 %>",
        "{{{x}}}",
        "[[${x}]]",
    ),
    *(
        "{$_GET}",
        "$(id)",
        "`id`",
        "; rm -rf /",
        "| id",
        "&& id",
        "%0aid",
        "../../etc/passwd",
        "%s%n",
    ),
    *(
        "=CMD()",
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(1)",
        '=HYPERLINK("//evil.io")',
        "\t=1",
        "' OR 1=1 --",
    ),
)
WIRES = (
    *(
        "\r\nBcc: all@evil.example",
        "\nSubject: x",
        "\r\n\r\n<b>x</b>",
        "\r\n.\r\nMAIL FROM:<a@b.c>",
    ),
    *("=?utf-8?q?a=0d=0aBcc:_x@y.z?=", "=?utf-8?b?DQpCY2M6IHg=?=", "%0d%0aX-Evil: 1", "\u2028x"),
    *("\r\nX-Title: x", "\n.\n", "\r", "\x0b", "\x0c", "\x85", "\x1c", "--boundary--", "From x\n"),
    *(
        "\x00",
        "\x1b[31mred",
        "\x1b]0;title\x07",
        "\x1b]8;;http://evil.io\x07x\x1b]8;;\x07",
        "\x9b2J",
    ),
    *(
        "\x1bP$q\x1b\\",
        "\x1b[2J\x1b[H",
        "\x7f",
        "\x08\x08",
        "\x07",
        "\x1b[6n",
        "\x1bc",
        "\x1b[?1049h",
    ),
    *(
        "\u202egpj.exe",
        "\u2066@here\u2069",
        "\u200e",
        "\u200f",
        "\u061c",
        "\u202a",
        "\u2029",
        "\ufeff",
    ),
    *("\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\u034f", "\u180e", "\u3164", "\U000e0041"),
    *(
        "\ud800",
        "\udfff",
        "\ufdd0",
        "\uffff",
        "\ufffd",
        "Z͑ͫ̓a͂l̴g̷o",
        "ﷺ",
        "İ",
        "ß",
        "ﬁ",
        "Ω",
        "𝕏",
        "e\u0301",
    ),
)
LISTED = ("jav&#x09;ascript&#60;b&#62;&lt;i&gt;&copy=1", *CALLS, *LINKS, *MARKS, *PAGES, *WIRES)
"""All that is tried one by one."""

_PLAIN = (
    " ",
    "  ",
    "\n",
    "\t",
    "",
    "a",
    "here",
    "x y",
    "0",
    "-",
    "/",
    "\\",
    '"',
    "'",
    "ż",
    "漢",
    "🏳️‍🌈",
)


def words(random: Random, pieces_max: int = 8) -> str:
    """Some of the list, some plain pieces, some characters at all, run together."""
    return "".join(_piece(random) for _ in range(random.randint(1, pieces_max)))


def _piece(random: Random) -> str:
    chance = random.random()
    if chance < 0.6:
        return random.choice(LISTED)
    if chance < 0.8:
        return random.choice(_PLAIN)
    if chance < 0.9:
        return chr(random.randrange(0x20, 0x3000))
    if chance < 0.998:
        return chr(random.randrange(0x110000))
    return random.choice(LISTED) * random.randrange(300)

"""Mails as they really come, mislabelled, broken, nested, forged: each is a post of sense."""

import base64
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from listener.text import clean_text
from sources.mail_parts.heads import ID_CHARS_MAX, native_id
from tests.sources.mail_letters import NOW, OWN, read_raw

HEAD = (
    "From: Anna <anna@example.org>\r\nMessage-ID: <1@x>\r\nDate: Tue, 3 Mar 2026 11:00:00 +0000\r\n"
)
POLISH, CYRILLIC, EURO = (
    "Zgubiono bagaż, żółw i łódź",
    "Норвия потеряла багаж",
    "Laukku maksoi 90 €",
)


def text_of(raw: bytes | str) -> str:
    return read_raw(raw).post.text


def with_body(body: bytes, charset: str, encoding: str = "8bit") -> bytes:
    label = f"; charset={charset}" if charset else ""
    head = f"{HEAD}Content-Type: text/plain{label}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("words", "written", "label"),
    [
        (POLISH, "utf-8", "utf-8"),
        (POLISH, "utf-8", "iso-8859-1"),
        (POLISH, "utf-8", "us-ascii"),
        (POLISH, "utf-8", ""),
        (POLISH, "utf-8", "x-unknown"),
        (POLISH, "utf-8", "utf\0-8"),
        (POLISH, "utf-8", "no-such-charset"),
        (POLISH, "iso-8859-2", "ISO-8859-2"),
        (POLISH, "cp1250", "windows-1250"),
        (CYRILLIC, "koi8-r", "koi8-r"),
        (CYRILLIC, "cp1251", '"windows-1251"'),
        (EURO, "iso-8859-15", "iso-8859-15"),
        (EURO, "cp1252", "windows-1252"),
        (EURO, "cp1252", "iso-8859-1"),
        (EURO, "cp1252", "utf-8"),
        (EURO, "cp1252", ""),
        ("日本語のノルビア", "iso-2022-jp", "iso-2022-jp"),
        ("日本語のノルビア", "shift_jis", "shift_jis"),
        ("诺维亚航空", "gbk", "gb2312"),
        (POLISH, "utf-7", "utf-7"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_charsets(words: str, written: str, label: str, encoding: str) -> None:
    body = words.encode(written)
    if encoding == "base64":
        body = base64.encodebytes(body)
    assert text_of(with_body(body, label, encoding)) == words


@pytest.mark.parametrize(
    "label", ["punycode", "idna", "unicode_escape", "raw-unicode-escape", "rot13", "zlib", "hex"]
)
def test_a_codec_that_is_no_charset_is_not_used(label: str) -> None:
    began = process_time()
    assert "\\u0041" in text_of(with_body(b"Norvia \\u0041 " + b"a-" * 100_000, label))
    assert process_time() - began < 2


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("=?utf-8?B?TGF1a2t1IGh1a2Fzc2EsIMOkbMOk?=", "Laukku hukassa, älä"),
        ("=?iso-8859-2?Q?Zgubiony_baga=BF?=", "Zgubiony bagaż"),
        ("=?utf-8?Q?V=C3=A4ska?= =?utf-8?Q?n?= borta", "Väskan borta"),
        ("=?utf-8?B?w6Q=?=\r\n =?utf-8?B?w6Q=?=", "ää"),
        ("Käse\u20ac".encode().decode("latin-1"), "Käse€"),
        ("=?no-such?Q?abc?=", "abc"),
        ("=?utf-8?B?not base64!?= x", "=?utf-8?B?not base64!?= x"),
        ("a\r\n\tb", "a b"),
        ("", ""),
    ],
)
def test_subjects(line: str, title: str) -> None:
    raw = f"{HEAD}Subject: {line}\r\n\r\nwords\r\n".encode("latin-1")
    assert read_raw(raw).post.title == title


@pytest.mark.parametrize(
    ("line", "handle", "name"),
    [
        ("Anna Aalto <Anna.Aalto@Example.ORG>", "anna.aalto@example.org", "Anna Aalto"),
        ('"Aalto, Anna" <a@example.org>', "a@example.org", "Aalto, Anna"),
        (
            "=?utf-8?Q?=C5=81ucja_=C5=BB=C3=B3=C5=82w?= <l@example.org>",
            "l@example.org",
            "Łucja Żółw",
        ),
        ("a@example.org", "a@example.org", ""),
        ("a@example.org (Anna)", "a@example.org", "Anna"),
        ('"a@example.org" <a@example.org>', "a@example.org", ""),
        ("Anna <a@example.org>, Ben <b@example.org>", "a@example.org", "Anna"),
        ("Anna a@example.org", "a@example.org", "Anna"),
        ("Anna <>", "", "Anna"),
        ("undisclosed", "", "undisclosed"),
        ('"help@norvia.example" <evil@example.org>', "evil@example.org", "help@norvia.example"),
        ("", "", ""),
    ],
)
def test_authors(line: str, handle: str, name: str) -> None:
    author = read_raw(f"From: {line}\r\nMessage-ID: <1@x>\r\n\r\nwords").post.author
    assert (author.handle, author.name) == (handle, name)


def test_a_form_on_ones_own_site_names_the_customer() -> None:
    head = f"From: Site <{OWN}>\r\nReply-To: Anna <anna@example.org>\r\nMessage-ID: <1@x>\r\n"
    own = frozenset({OWN})
    assert read_raw(head + "\r\nwords", own).post.author.handle == "anna@example.org"
    answer = f"{head}In-Reply-To: <0@x>\r\n\r\nwords"
    assert read_raw(answer, own).post.author.handle == OWN


def test_threads() -> None:
    raw = f"{HEAD}In-Reply-To: <b@x>\r\nReferences: <root@x>\r\n <b@x>\r\n\r\nwords"
    post = read_raw(raw).post
    assert (post.in_reply_to, post.conversation) == ("b@x", "root@x")
    alone = read_raw(f"{HEAD}In-Reply-To: my mail of Monday <b@x>\r\n\r\nwords").post
    assert (alone.in_reply_to, alone.conversation) == ("b@x", "b@x")
    referring = read_raw(f"{HEAD}References: <root@x> <b@x>\r\n\r\nwords").post
    assert (referring.in_reply_to, referring.conversation) == ("b@x", "root@x")


def test_names_that_are_long_odd_or_missing() -> None:
    long = "x" * 5_000
    first = read_raw(f"From: a@b.example\r\nMessage-ID: <{long[:990]}@x>\r\n\r\nwords").post
    assert first.native_id.startswith("sha256-")
    assert len(first.native_id) <= ID_CHARS_MAX
    assert native_id(long) == native_id(long)
    assert native_id(long) != native_id(long + "y")
    none = read_raw("From: a@b.example\r\nDate: Tue, 3 Mar 2026 11:00:00 +0000\r\n\r\nwords").post
    again = read_raw("From: a@b.example\r\nDate: Tue, 3 Mar 2026 11:00:00 +0000\r\n\r\nwords").post
    other = read_raw("From: a@b.example\r\nDate: Tue, 3 Mar 2026 11:00:00 +0000\r\n\r\nmore").post
    assert none.native_id == again.native_id != other.native_id
    assert read_raw("Message-ID: bare@x\r\n\r\nwords").post.native_id == "bare@x"


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("Tue, 3 Mar 2026 11:00:00 +0000", NOW - timedelta(hours=1)),
        ("Tue, 3 Mar 2026 13:30:00 +0200", NOW - timedelta(minutes=30)),
        ("3 Mar 2026 11:00 GMT", NOW - timedelta(hours=1)),
        ("Mon, 23 Feb 2026 11:00:00 +0000", datetime(2026, 2, 23, 11, tzinfo=UTC)),
        ("Tue, 3 Mar 2027 11:00:00 +0000", NOW),
        ("Tue, 3 Mar 2026 18:00:00 +0000", NOW),
        ("Thu, 1 Jan 1970 00:00:00 +0000", NOW),
        ("Tue, 99 Mar 2026 99:00:00 +9999", NOW),
        ("yesterday", NOW),
        ("", NOW),
    ],
)
def test_dates(line: str, at: datetime) -> None:
    assert read_raw(f"From: a@b.example\r\nDate: {line}\r\n\r\nwords").post.published_at == at


def multipart(kind: str, *parts: str) -> str:
    inner = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f'{HEAD}Content-Type: multipart/{kind}; boundary="b"\r\n\r\n{inner}--b--\r\n'


PLAIN = "Content-Type: text/plain\r\n\r\nplain words"
RICH = "Content-Type: text/html\r\n\r\n<p>rich <b>words</b></p>"
FILE = (
    "Content-Type: application/pdf; name=t.pdf\r\n"
    "Content-Disposition: attachment; filename=t.pdf\r\n\r\nJVBERi0="
)
IMAGE = "Content-Type: image/png\r\nContent-ID: <logo>\r\n\r\nxx"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (multipart("alternative", PLAIN, RICH), "plain words"),
        (multipart("alternative", RICH), "rich words"),
        (multipart("alternative", "Content-Type: text/plain\r\n\r\n \r\n", RICH), "rich words"),
        (multipart("mixed", PLAIN, FILE), "plain words\n\n[t.pdf]"),
        (multipart("mixed", FILE, PLAIN), "plain words\n\n[t.pdf]"),
        (multipart("mixed", FILE), "[t.pdf]"),
        (multipart("mixed", PLAIN, PLAIN), "plain words\n\nplain words"),
        (multipart("related", RICH, IMAGE), "rich words"),
        (multipart("mixed", PLAIN, "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ninner"),
         "plain words"),
        (multipart("mixed", PLAIN, "Content-Type: text/plain\r\nContent-Disposition: attachment;"
                   " filename*=utf-8''%C5%82.txt\r\n\r\nsecret"), "plain words\n\n[ł.txt]"),
        (multipart("no-such-kind", PLAIN), "plain words"),
        (f"{HEAD}Content-Type: multipart/mixed\r\n\r\n{PLAIN}", PLAIN.replace("\r\n", "\n")),
        (f"{HEAD}Content-Type: text/html\r\n\r\n<title>x</title><p>only<br>rich", "only\nrich"),
        (f"{HEAD}Content-Type: nonsense\r\n\r\nwords", "words"),
        (f"{HEAD}Content-Transfer-Encoding: base64\r\n\r\n!!!!", ""),
        (HEAD, ""),
        ("", ""),
        ("no head at all", "no head at all"),
    ],
)  # fmt: skip
def test_parts(raw: str, text: str) -> None:
    assert text_of(raw) == text


def test_the_quotes_of_html_are_cut() -> None:
    markup = (
        "<html><head><title>t</title><style>p{}</style></head><body><div>The bag came.</div>"
        '<div class="gmail_quote"><div class="gmail_attr">On Tue, Mar 3, 2026 at 12:04 PM Norvia '
        '&lt;<a href="mailto:help@norvia.example">help@norvia.example</a>&gt; wrote:<br></div>'
        '<blockquote class="gmail_quote"><div>Where is it?</div><blockquote>Lost.</blockquote>'
        "</blockquote></div><p>Bye</p></body></html>"
    )
    raw = f"{HEAD}In-Reply-To: <0@x>\r\nContent-Type: text/html\r\n\r\n{markup}"
    assert text_of(raw) == "The bag came.\n\nBye"
    alone = f"{HEAD}Content-Type: text/html\r\n\r\n{markup}"
    assert "Where is it?" in text_of(alone)


def test_links_come_along() -> None:
    raw = f"{HEAD}Content-Type: text/html\r\n\r\n<a href='https://norvia.example/a'>here</a>"
    assert read_raw(raw).post.links == ("https://norvia.example/a",)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Auto-Submitted: auto-replied\r\n", "noise"),
        ("Auto-Submitted: auto-replied (vacation)\r\n", "noise"),
        ("X-Autoreply: yes\r\n", "noise"),
        ("X-Autorespond: x\r\n", "noise"),
        ("Precedence: auto_reply\r\n", "noise"),
        ("X-Listener-Key: k\r\n", "noise"),
        ("Return-Path: <>\r\n", "noise"),
        ("X-Failed-Recipients: a@b.example\r\n", "noise"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", "noise"),
        ("X-Auto-Response-Suppress: All\r\nSubject: Automatic reply: bag\r\n", "noise"),
        ("X-Auto-Response-Suppress: All\r\nSubject: Automaattinen vastaus: laukku\r\n", "noise"),
        ("X-Auto-Response-Suppress: OOF\r\nSubject: Where is my bag?\r\n", "person"),
        ("Subject: Out of office: your promise!\r\n", "person"),
        ("Auto-Submitted: auto-generated\r\n", "program"),
        ("Precedence: bulk\r\n", "program"),
        ("List-Id: <news.example.org>\r\n", "program"),
        ("Auto-Submitted: no\r\n", "person"),
        ("Return-Path: <anna@example.org>\r\n", "person"),
        ("", "person"),
    ],
)
def test_kinds(head: str, kind: str) -> None:
    assert read_raw(f"{HEAD}{head}\r\nwords").kind == kind


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.example", "postmaster@x.example"])
def test_a_postmaster_is_no_customer(sender: str) -> None:
    assert read_raw(f"From: {sender}\r\n\r\nUndelivered").kind == "noise"


NESTED = "".join(
    f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1_500)
)
HOSTILE = {
    "nested": f"{HEAD}{NESTED}\r\nwords",
    "boundaries": f'{HEAD}Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + "--b\r\n" * 25_000,
    "heads": "X: y\r\n" * 50_000 + "\r\nwords",
    "one head": "From: " + "a@b.example, " * 20_000 + "\r\n\r\nwords",
    "brackets": "From: " + "(" * 125_000 + "\r\n\r\nwords",
    "quotes": 'From: "' + '\\"' * 75_000 + "\r\n\r\nwords",
    "references": HEAD + "References: " + "<a@b> " * 37_500 + "\r\n\r\nwords",
    "encoded": HEAD + "Subject: " + "=?utf-8?Q?a?= " * 15_000 + "\r\n\r\nwords",
    "parameters": HEAD + "Content-Type: text/plain" + "; a*0*=x" * 25_000 + "\r\n\r\nwords",
    "date": "Date: " + "1 " * 75_000 + "\r\n\r\nwords",
    "smaller": f"{HEAD}Content-Type: text/html\r\n\r\n" + "<" * 225_000 + ">",
    "comments": f"{HEAD}Content-Type: text/html\r\n\r\n" + "<!--" * 62_500,
    "tags": f"{HEAD}Content-Type: text/html\r\n\r\n" + "<a " * 75_000,
    "ends": f"{HEAD}Content-Type: text/html\r\n\r\n" + "</" * 100_000,
    "blockquotes": f"{HEAD}Content-Type: text/html\r\n\r\n" + "<blockquote>" * 20_000,
    "scripts": f"{HEAD}Content-Type: text/html\r\n\r\n" + "<script>" * 30_000,
    "titles": f"{HEAD}Content-Type: text/html\r\n\r\n" + "<title>" * 35_000,
    "nul": f"{HEAD}\r\nwords\0\x00",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_mails_cost_little(kind: str) -> None:
    began = process_time()
    found = read_raw(HOSTILE[kind])
    assert process_time() - began < 2
    post = found.post
    assert post.native_id
    assert clean_text(post.text) == post.text
    assert clean_text(post.title) == post.title
    assert len(post.text) < 300_000

import unicodedata

import pytest

from listener.match import EVIDENCE_CHARS_MAX, EVIDENCE_MAX, Matcher
from listener.match.examples import run_examples
from listener.match.forms import account, hosts
from listener.model import Author, Brand, Evidence, Mention, Post

FINNAIR = Brand(
    "finnair",
    names=("Finnair",),
    handles=("@Finnair", "u/finnair", "finnair@mastodon.social"),
    hashtags=("#FlyFinnair", "Finnair"),
    domains=("finnair.com",),
    products=("Finnair Plus",),
    people=("Turkka Kuusisto",),
    own_accounts=("@FinnairSuomi",),
)
MATCHER = Matcher([FINNAIR])


def found(text: str, brand: Brand = FINNAIR) -> list[tuple[str, str]]:
    """Kind and text of the evidence for the brand in a text, offsets checked on the way."""
    matcher = MATCHER if brand is FINNAIR else Matcher([brand])
    mentions = matcher.match(Post("test", "1", text))
    assert len(mentions) <= 1
    evidence = [one for mention in mentions for one in mention.evidence]
    for one in evidence:
        assert one.field == "text"
        assert text[one.start : one.end] == one.text
    return [(one.kind, one.text) for one in evidence]


def is_named(name: str, text: str) -> bool:
    return bool(found(text, Brand("b", names=(name,))))


def mention(**fields) -> Mention | None:
    post = Post(**({"site": "test", "native_id": "1", "text": "nothing here"} | fields))
    return next(iter(MATCHER.match(post)), None)


@pytest.mark.parametrize(
    ("text", "kind", "evidence"),
    [
        ("I flew Finnair today", "name", "Finnair"),
        ("FINNAIR!", "name", "FINNAIR"),
        ("#Finnair", "hashtag", "#Finnair"),
        ("so #flyfinnair", "hashtag", "#flyfinnair"),
        ("hei @finnair, missä", "handle", "@finnair"),
        ("＠Ｆｉｎｎａｉｒ", "handle", "＠Ｆｉｎｎａｉｒ"),
        ("ask u/Finnair", "handle", "u/Finnair"),
        ("ask /u/finnair", "handle", "u/finnair"),
        ("thanks @finnair@mastodon.social", "handle", "@finnair@mastodon.social"),
        ("see finnair.com", "domain", "finnair.com"),
        ("https://WWW.Finnair.com/fi?x=1", "domain", "Finnair.com"),
        ("book at shop.finnair.com:443", "domain", "finnair.com"),
        ("finnair.com-sivusto kaatui", "domain", "finnair.com"),
        ("write to service@finnair.com.", "domain", "finnair.com"),
        ("my Finnair Plus points", "product", "Finnair Plus"),
        ("says turkka\nkuusisto", "person", "turkka\nkuusisto"),
    ],
)
def test_each_kind_of_evidence(text: str, kind: str, evidence: str) -> None:
    assert found(text) == [(kind, evidence)]


@pytest.mark.parametrize(
    "text",
    [
        "Finnair's",
        "Finnair’s",
        "Finnairʼs",
        "Finnair´s",
        "Finnair-lento",
        "pre-Finnair",
        "(Finnair)",
        "“Finnair”",
        "Finnair™",
        "Finnair✈️",
        "Finnairの便",
        "昨日Finnairで",
        "Finnair이",
        "Finnairは",
        "Finnairดีมาก",
        "ນັ່ງFinnair",
        "https://example.org/finnair/late",
        "\u202eFinnair\u202c",
        "Fin\u00adnair",
        "F\u200dinn\u200bair",
    ],
)
def test_where_a_word_ends(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["name"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Finnairtä",
        "notFinnair",
        "Finnair_",
        "_Finnair",
        "Finnair2",
        "Finnairä",
        "Finnairж",
        "जFinnair",
        "किFinnair",
        "#FinnairFail",
        "@finnair_fi",
        "Fin nair",
    ],
)
def test_where_a_word_goes_on(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Żabka", "Z\u0307ABKA"),
        ("Z\u0307abka", "Żabka"),
        ("Straßenbahn", "STRASSENBAHN"),
        ("İş Bankası", "iş bankasi"),
        ("Ίκαρος", "ΊΚΑΡΟΣ"),
        ("Яндекс", "«ЯНДЕКС»"),
        ("トヨタ", "昨日ﾄﾖﾀを見た"),
        ("華為", "我买了華為手机"),
        ("핀에어", "핀에어가 늦었다"),
        ("핀에어", unicodedata.normalize("NFD", "핀에어ㅠㅠ")),
        ("การบินไทย", "รักการบินไทยมาก"),
        ("इंडिगो", "मेरी इंडिगो उड़ान"),
        ("العربية", "طيران العربية."),
        ("אל על", "טסתי אל על היום"),
        ("Coca-Cola", "coca cola"),
        ("Coca Cola", "Coca‑Cola"),
        ("Coca Cola", "coca \u00a0\r\n\t cola"),
        ("SAS - Scandinavian", "SAS - Scandinavian"),
        ("L'Oréal", "l’ore\u0301al"),
        ("H&M", "at h&m today"),
        ("C++", "C++11"),
        ("Yahoo!", "Yahoo! and"),
        ("Yahoo! Mail", "yahoo!\nmail"),
        ("!!!", "the band !!! played"),
        ("🍏", "an🍏a day"),
        ("7-Eleven", "7‑eleven"),
        ("LINE証券", "LINE証券で"),
        ("Dr. Oetker", "dr.  oetker"),
    ],
)
def test_names_in_any_script(name: str, text: str) -> None:
    assert is_named(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Zabka", "Żabka"),
        ("か", "が"),
        ("가", "각"),
        ("कल", "कला"),
        ("น", "น้ำ"),
        ("Яндекс", "Яндексовый"),
        ("Coca Cola", "CocaCola"),
        ("Coca Cola", "Coca--Cola"),
        ("Coca Cola", "Coca, Cola"),
        ("H&M", "H and M"),
        ("C++", "C"),
        ("Play", "display"),
        (" ", " "),
        ("\u200d", "a\u200db"),
    ],
)
def test_names_that_do_not_stand_there(name: str, text: str) -> None:
    assert not is_named(name, text)


@pytest.mark.parametrize("text", ["me@finnair", "me@finnair now", "éa@Finnair"])
def test_a_handle_within_an_address_tags_nobody(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["name"]


@pytest.mark.parametrize("handle", ["Acme", "@Acme", "@ACME", " @acme "])
def test_a_handle_is_the_same_with_and_without_its_sign(handle: str) -> None:
    brand = Brand("b", handles=(handle,))
    assert found("hi @acme!", brand) == [("handle", "@acme")]
    assert found("hi acme!", brand) == []
    assert found("@acme_fi @acmes x@acme", brand) == []


@pytest.mark.parametrize(
    "text",
    [
        "notfinnair.com",
        "not-finnair.com",
        "finnair.com.evil.org",
        "finnair.com-evil.org",
        "finnair.community",
        "finnair.com@evil.org",
        "finnairxcom",
        "finnair.co",
    ],
)
def test_a_domain_within_another_is_another(text: str) -> None:
    assert found(text, Brand("b", domains=("https://www.finnair.com/fi",))) == []


def test_a_domain_in_its_own_script_is_also_found_as_dns_has_it() -> None:
    brand = Brand("b", domains=("żabka.pl",))
    assert hosts("żabka.pl") == ("żabka.pl", "żabka.pl".encode("idna").decode())
    assert found(f"www.ŻABKA.pl and {hosts('żabka.pl')[1]}/x", brand) == [
        ("domain", "ŻABKA.pl"),
        ("domain", hosts("żabka.pl")[1]),
    ]


@pytest.mark.parametrize("text", ["a#Finnair", "example.org/#finnair", "&#finnair;"])
def test_not_every_sharp_sign_makes_a_hashtag(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["name"]


def test_a_hashtag_that_is_not_listed_counts_as_the_name() -> None:
    assert found("#Finnair", Brand("b", names=("Finnair",))) == [("name", "Finnair")]
    assert found("Finnair", Brand("b", hashtags=("Finnair",))) == []
    assert found("#フィンエアー大好き", Brand("b", hashtags=("フィンエアー",))) == []
    assert found("#フィンエアー 大好き", Brand("b", hashtags=("フィンエアー",))) != []


def test_title_and_text_both_count() -> None:
    both = mention(title="Ⓧ Finnair strike", text="@finnair why")
    assert both is not None
    assert both.evidence == (
        Evidence("name", "Finnair", 2, 9, "title", base="Finnair"),
        Evidence("handle", "@finnair", 0, 8, "text", base="@Finnair"),
    )
    assert mention(title="Finn", text="air") is None


@pytest.mark.parametrize(
    ("link", "links_there"),
    [
        ("https://www.finnair.com/fi", True),
        ("finnair.com", True),
        ("HTTPS://FINNAIR.COM:443/a?b", True),
        ("//book.finnair.com./", True),
        ("https://finnair.com.evil.org/", False),
        ("https://finnair.com@evil.org/", False),
        ("https://notfinnair.com/", False),
        ("https://evil.org/finnair.com", False),
        ("http://[finnair.com", False),
        ("mailto:x", False),
        ("", False),
    ],
)
def test_links_count_by_their_host(link: str, links_there: bool) -> None:
    linking = mention(links=("https://example.org", link))
    expected = (Evidence("domain", link, 0, 0, "link"),)
    assert (linking.evidence if linking else ()) == (expected if links_there else ())
    assert linking is None or linking.directness == "indirect"


@pytest.mark.parametrize("parent", ["@finnair", "FINNAIR", "finnairsuomi", "u/finnair"])
def test_a_reply_to_the_brand_is_direct(parent: str) -> None:
    reply = mention(in_reply_to=parent)
    assert reply is not None
    assert reply.directness == "direct"
    assert reply.evidence == (Evidence("reply", parent, 0, 0, "in_reply_to"),)
    assert mention(in_reply_to="test:123") is None


def test_only_a_tag_or_a_reply_is_direct() -> None:
    tagging, naming = mention(text="@finnair Finnair"), mention(text="Finnair finnair.com #finnair")
    assert tagging is not None
    assert tagging.directness == "direct"
    assert naming is not None
    assert naming.directness == "indirect"
    assert naming.source == ""


@pytest.mark.parametrize("handle", ["Finnair", "@FINNAIR", "finnairsuomi", "u/finnair"])
def test_the_brands_own_posts_are_no_mentions_of_it(handle: str) -> None:
    other = Brand("sas", names=("SAS",))
    post = Post("test", "1", "Finnair and SAS", author=Author(handle))
    assert [found.brand for found in Matcher([FINNAIR, other]).match(post)] == ["sas"]


def test_nobody_is_no_account() -> None:
    brand = Brand("b", names=("Acme",), handles=("@", ""), own_accounts=("",))
    assert found("Acme", brand) == [("name", "Acme")]
    assert account(" @Acme ") == account("/u/acme") == "acme"


def test_the_longest_wins_within_a_brand_and_brands_may_overlap() -> None:
    plus = Brand("plus", names=("Plus", "Finnair Plus Gold"))
    air = Brand("air", names=("Finnair",), products=("Finnair",))
    post = Post("test", "1", "Finnair Plus Gold, Finnair Plus, plus")
    assert [
        (one.brand, evidence.kind, evidence.text)
        for one in Matcher([air, plus, FINNAIR]).match(post)
        for evidence in one.evidence
    ] == [
        ("air", "name", "Finnair"),
        ("air", "name", "Finnair"),
        ("plus", "name", "Finnair Plus Gold"),
        ("plus", "name", "Plus"),
        ("plus", "name", "plus"),
        ("finnair", "product", "Finnair Plus"),
        ("finnair", "product", "Finnair Plus"),
    ]


def test_a_source_may_listen_for_some_brands_only() -> None:
    matcher = Matcher([FINNAIR, Brand("sas", names=("SAS",))])
    post = Post("test", "1", "SAS, Finnair")
    assert [one.brand for one in matcher.match(post)] == ["finnair", "sas"]
    assert [one.brand for one in matcher.match(post, {"sas"})] == ["sas"]
    assert matcher.match(post, ()) == ()


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("Apple", False),
        ("Apple phone", True),
        ("APPLE i\u0307PHONE 17", True),
        ("my phones by Apple", True),
        ("a phonebook by Apple", False),
        ("Apple phone, apple pie", False),
        ("Apple phone, applepie, pies", True),
        ("phone", False),
    ],
)
def test_required_and_forbidden_words(text: str, matches: bool) -> None:
    brand = Brand("b", names=("Apple",), require=("phone", "iPhone"), forbid=("apple pie",))
    assert bool(found(text, brand)) is matches
    assert ("require", "phone") not in found(text, brand)


def test_required_words_may_stand_in_the_title_and_forbidden_ones_too() -> None:
    matcher = Matcher([Brand("b", names=("Play",), require=("telefon",), forbid=("PlayStation",))])
    assert matcher.match(Post("test", "1", "Play!", title="Telefon"))
    assert not matcher.match(Post("test", "1", "Play! telefon", title="playstation"))


def test_a_forbidden_word_counts_however_late_it_comes() -> None:
    brand = Brand("b", names=("Apple",), forbid=("pie",))
    assert found("Apple " * 10_000, brand)
    assert not found("Apple " * 10_000 + "pie", brand)


def test_evidence_is_bounded_and_what_makes_it_direct_is_kept() -> None:
    evidence = found("Finnair " * 100 + "@finnair")
    assert len(evidence) == EVIDENCE_MAX
    assert evidence[0] == ("handle", "@finnair")
    assert evidence[1:] == [("name", "Finnair")] * (EVIDENCE_MAX - 1)
    (stuffed,) = found("F" + "\u200d" * 5_000 + "innair")
    assert len(stuffed[1]) == EVIDENCE_CHARS_MAX


def test_no_brands_match_nothing() -> None:
    assert Matcher([]).match(Post("test", "1", "Finnair")) == ()
    assert Matcher([Brand("empty")]).match(Post("test", "1", "Finnair", links=("x",))) == ()


def test_examples_that_hold_say_nothing() -> None:
    brand = Brand(
        "play",
        names=("Play",),
        require=("sieć",),
        must_match=("Play to dobra sieć",),
        must_not_match=("Play music", "I play"),
    )
    assert run_examples([brand, FINNAIR]) == []


def test_examples_that_fail_say_why() -> None:
    brand = Brand(
        "apple",
        names=("Apple",),
        require=("phone",),
        forbid=("pie",),
        must_match=("pear", "Apple", "Apple\x1b pie phone"),
        must_not_match=("an apple phone", "pear"),
    )
    assert run_examples([FINNAIR, brand]) == [
        'brands.apple.must_match: "pear" does not match: nothing of the brand stands in it.',
        'brands.apple.must_match: "Apple" does not match: it holds none of the required “phone”.',
        (
            'brands.apple.must_match: "Apple pie phone" does not match: '
            "it holds the forbidden “pie” in its text."
        ),
        'brands.apple.must_not_match: "an apple phone" matches by the name "apple" at 3 to 8.',
    ]

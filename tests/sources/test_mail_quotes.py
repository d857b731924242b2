"""A customer's own words: quotes and signatures cut in five languages, and no word too many."""

from dataclasses import dataclass
from time import process_time

import pytest

from sources.mail_parts.quotes import own_words
from sources.mail_parts.signatures import without_signature

OWN = "The bag came.\nThank you, Norvia!"
OTHERS = ["Dear customer,", "where is your bag now?", "Norvia Support"]

HEADS = {
    "en gmail": "On Tue, Mar 3, 2026 at 12:04 PM Norvia Support <help@norvia.example> wrote:",
    "en gmail in two lines": (
        "On Tue, Mar 3, 2026 at 12:04 PM Norvia Support\n<help@norvia.example> wrote:"
    ),
    "en apple": "On 3 Mar 2026, at 12:04, Norvia Support <help@norvia.example> wrote:",
    "en thunderbird": "On 03/03/2026 12:04, Norvia Support wrote:",
    "en outlook web": "On 3/3/2026 12:04 PM, Norvia Support wrote:",
    "en bare": "Norvia Support <help@norvia.example> wrote:",
    "fi gmail": "ti 3. maalisk. 2026 klo 12.04 Norvia Support (help@norvia.example) kirjoitti:",
    "fi apple": "Norvia Support <help@norvia.example> kirjoitti 3.3.2026 kello 12.04:",
    "fi thunderbird": "3.3.2026 12.04, Norvia Support kirjoitti:",
    "fi weekday": "ke 4.3.2026 klo 9.15 Norvia Support kirjoitti:",
    "pl gmail": "wt., 3 mar 2026 o 12:04 Norvia Support <help@norvia.example> napisał(a):",
    "pl thunderbird": "W dniu 3.03.2026 o 12:04, Norvia Support pisze:",
    "pl apple": "W dniu 3 mar 2026, o godz. 12:04, Norvia <help@norvia.example> napisał(a):",
    "pl portal": "Dnia 3 marca 2026 12:04 Norvia Support <help@norvia.example> napisał(a):",
    "sv gmail": "Den tis 3 mars 2026 kl 12:04 skrev Norvia Support <help@norvia.example>:",
    "sv apple": "3 mars 2026 kl. 12:04 skrev Norvia Support <help@norvia.example>:",
    "sv thunderbird": "Den 2026-03-03 kl. 12:04, skrev Norvia Support:",
    "de gmail": "Am Di., 3. März 2026 um 12:04 Uhr schrieb Norvia <help@norvia.example>:",
    "de apple": "Am 03.03.2026 um 12:04 schrieb Norvia Support <help@norvia.example>:",
    "de thunderbird": "Am 03.03.26 um 12:04 schrieb Norvia Support:",
}

BLOCKS = {
    "en": "From: Norvia Support <help@norvia.example>\nSent: Tuesday, March 3, 2026 12:04 PM\n"
    "To: Anna Aalto <anna@example.org>\nSubject: Your bag",
    "en mac": "From: Norvia <help@norvia.example>\nDate: Tuesday, 3 March 2026 at 12:04\n"
    "To: Anna Aalto <anna@example.org>\nSubject: Your bag",
    "en bold": "*From:* Norvia <help@norvia.example>\n*Sent:* Tuesday, March 3, 2026 12:04 PM\n"
    "*To:* Anna Aalto\n*Subject:* Your bag",
    "fi": "Lähettäjä: Norvia <help@norvia.example>\nLähetetty: tiistai 3. maaliskuuta 2026 12.04\n"
    "Vastaanottaja: Anna Aalto\nAihe: Laukkusi",
    "pl": "Od: Norvia <help@norvia.example>\nWysłano: wtorek, 3 marca 2026 12:04\n"
    "Do: Anna Aalto\nTemat: Bagaż",
    "pl portal": "Od: Norvia <help@norvia.example>\nData: wtorek, 3 marca 2026 12:04\n"
    "Do: Anna Aalto\nTemat: Bagaż",
    "sv": "Från: Norvia <help@norvia.example>\nSkickat: den 3 mars 2026 12:04\n"
    "Till: Anna Aalto\nÄmne: Din väska",
    "de": "Von: Norvia <help@norvia.example>\nGesendet: Dienstag, 3. März 2026 12:04\n"
    "An: Anna Aalto\nBetreff: Ihr Koffer",
}
RULES = ("", "________________________________\n", "-----Original Message-----\n",
         "-----Alkuperäinen viesti-----\n", "-----Oryginalna wiadomość-----\n",
         "-----Ursprungligt meddelande-----\n", "-----Ursprüngliche Nachricht-----\n")  # fmt: skip

SENT_FROM = [
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from Outlook for Android",
    "Sent from Yahoo Mail on Android",
    "Get Outlook for iOS",
    "Lähetetty iPhonesta",
    "Lähetetty iPhonestani",
    "Lähetetty Samsung-puhelimestani",
    "Lähetetty Outlook for Androidista",
    "Hanki Outlook for iOS",
    "Wysłane z iPhone'a",
    "Wysłane z telefonu Samsung",
    "Wysłano z Outlook dla systemu Android",
    "Pobierz program Outlook dla systemu iOS",
    "Skickat från min iPhone",
    "Skickat från Outlook för iOS",
    "Hämta Outlook för Android",
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für Android",
    "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Mobiltelefon mit WEB.DE Mail gesendet.",
]


def answer(text: str, title: str = "Re: Your bag") -> str:
    return own_words(text, title=title, is_answer=True)


def marked(lines: list[str]) -> str:
    return "\n".join(f"> {line}" for line in lines)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
class TestHeads:
    def test_a_marked_quote_below(self, head: str) -> None:
        assert answer(f"{OWN}\n\n{head}\n\n{marked(OTHERS)}\n") == OWN

    def test_an_unmarked_quote_below(self, head: str) -> None:
        assert answer(f"{OWN}\n\n{head}\n\n" + "\n".join(OTHERS)) == OWN

    def test_words_below_a_marked_quote(self, head: str) -> None:
        assert answer(f"{head}\n{marked(OTHERS)}\n\n{OWN}\n") == OWN

    def test_words_between_marked_quotes(self, head: str) -> None:
        text = f"Hello,\n\n{head}\n{marked(OTHERS[:1])}\nYes.\n{marked(OTHERS[1:])}\nNo!\n"
        assert answer(text) == "Hello,\n\nYes.\n\nNo!"

    def test_a_mail_that_answers_nothing_keeps_it(self, head: str) -> None:
        text = f"{OWN}\n\n{head}\n{marked(OTHERS)}"
        assert own_words(text, title="A complaint", is_answer=False) == text


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
class TestBlocks:
    @pytest.mark.parametrize("rule", RULES)
    def test_all_below_is_anothers(self, block: str, rule: str) -> None:
        text = f"{OWN}\n\n{rule}{block}\n\n" + "\n".join(OTHERS)
        assert answer(text) == OWN

    @pytest.mark.parametrize("title", ["FW: Your bag", "VL: Laukku", "PD: Bagaż", "WG: Koffer"])
    def test_a_forwarded_mail_is_kept(self, block: str, title: str) -> None:
        text = f"{OWN}\n\n{block}\n\n" + "\n".join(OTHERS)
        assert answer(text, title) == text

    def test_nothing_above_it_keeps_all(self, block: str) -> None:
        text = f"{block}\n\n" + "\n".join(OTHERS)
        assert answer(text) == text


@pytest.mark.parametrize(
    "hint",
    [
        "Please see my answers below.",
        "My comments are inline.",
        "Vastaukset alla punaisella.",
        "Odpowiedzi poniżej.",
        "Se mina svar nedan.",
        "Meine Antworten stehen unten.",
    ],
)
def test_who_answers_within_the_quote_is_read_whole(hint: str) -> None:
    text = f"{hint}\n\n{BLOCKS['en']}\n\nwhere is your bag?\nIt is still lost!"
    assert answer(text) == text


@pytest.mark.parametrize(
    "marker",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "---------- Välitetty viesti ---------",
        "-------- Przekazana wiadomość --------",
        "---------- Vidarebefordrat meddelande ---------",
        "-------- Weitergeleitete Nachricht --------",
    ],
)
def test_what_is_forwarded_in_an_answer_is_kept(marker: str) -> None:
    text = f"Look at this:\n\n{marker}\n{BLOCKS['en']}\n\nNorvia lost my bag."
    assert answer(text) == text


KEPT = {
    "a sentence with wrote": "Your agent wrote:\nwe are sorry\nThat is not enough.",
    "a sentence with a year": "In 2025 your agent wrote to me: nothing.\nI still wait.",
    "a list after a colon": "On Monday 3 March I wrote a list:\n- a bag\n- a coat\nWhere are they?",
    "from and to": "From: Helsinki\nTo: Tampere\nThe train was late.",
    "a day and from": "From: Helsinki, platform 3\nOn: Monday\nand nobody cared.",
    "a rule": "First part\n----------\nSecond part",
    "underscores": "Name: ______________\nI could not fill in your form.",
    "finnish label": "Lähettäjä oli Norvia\nAihe: laukku\nEi vastausta.",
    "german verb": "Ich schrieb Ihnen: keine Antwort.\nBitte melden!",
    "swedish verb": "Jag skrev redan: väskan är borta.\nHjälp mig!",
    "polish verb": "Konsultant pisze, że: bagaż zaginął.\nCzekam.",
    "two dashes": "Terms:\n--\nI never agreed to them. They came later.",
    "sent from a seat": "My bag was\nsent from my seat to the hold and is lost.",
    "sent from an airport": "Lost.\nSent from Helsinki airport, gate 12.",
    "sent by mail": "I want a refund.\nSent by registered post to your office already.",
    "lähetetty": "Laukku oli\nlähetetty väärään osoitteeseen.",
    "wysłane": "Formularz został\nwysłany wczoraj.",
    "only a dash list": "- one\n-- two\n-- three",
    "best regards": "Bring it back.\n\nBest regards,\nAnna Aalto\nLawyer",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("is_answer", [True, False])
def test_a_customers_own_words_are_kept(text: str, is_answer: bool) -> None:
    assert own_words(text, title="Your bag", is_answer=is_answer) == text


@pytest.mark.parametrize("line", SENT_FROM)
@pytest.mark.parametrize("quote", ["", f"\n\n{HEADS['en gmail']}\n{marked(OTHERS)}"])
def test_a_telephone_is_no_word(line: str, quote: str) -> None:
    assert answer(f"{OWN}\n\n{line}{quote}") == OWN


@pytest.mark.parametrize("line", SENT_FROM[:3])
def test_a_telephone_in_the_middle_is(line: str) -> None:
    text = f"{OWN}\n{line}\nand more words"
    assert answer(text) == text


SIGNATURES = {
    "rfc": "-- \nAnna Aalto\nAalto & Co\n+358 40 123",
    "sentence": "-- \nAnna Aalto\nPlease think of the trees before you print this.",
    "bare": "--\nAnna Aalto\n+358 40 123",
    "with a phone": "-- \nAnna Aalto\n\nSent from my iPhone",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
@pytest.mark.parametrize("is_answer", [True, False])
def test_a_signature_is_cut(signature: str, is_answer: bool) -> None:
    assert own_words(f"{OWN}\n\n{signature}\n", title="Bag", is_answer=is_answer) == OWN
    quoted = (
        f"{OWN}\n\n{signature}\n\n{HEADS['en apple']}\n{marked(OTHERS)}\n\nP.S. Also lost: a hat."
    )
    if is_answer:
        assert answer(quoted) == f"{OWN}\n\nP.S. Also lost: a hat."


UNSIGNED = {
    "afterthought": "-- \nAnna\nPS: the hat is lost, too",
    "long": "-- \n" + "\n".join(f"line {n}" for n in range(30)),
    "bare with sentences": "--\nThe second bag is lost, too.",
    "nothing else": "-- \nAnna",
}


@pytest.mark.parametrize("rest", UNSIGNED.values(), ids=UNSIGNED)
def test_what_may_be_words_is_kept(rest: str) -> None:
    text = rest if rest == UNSIGNED["nothing else"] else f"{OWN}\n{rest}"
    kept = own_words(text, title="Bag", is_answer=False)
    assert kept.split() == text.split()


def test_an_answer_of_nothing_but_quotes_is_kept() -> None:
    text = f"{HEADS['en gmail']}\n{marked(OTHERS)}"
    assert answer(text) == text


@pytest.mark.parametrize(
    "title", ["Re: bag", "SV: väska", "VS: laukku", "AW: Koffer", "Odp: bagaż"]
)
def test_a_title_tells_an_answer(title: str) -> None:
    text = f"{OWN}\n\n{marked(OTHERS)}"
    assert own_words(text, title=title, is_answer=False) == OWN


@dataclass(frozen=True)
class Long:
    name: str
    text: str


@pytest.mark.parametrize(
    "long",
    [
        Long("dashes", "-" * 100_000 + "x"),
        Long("rules", "------\n" * 15_000),
        Long("heads", (HEADS["en gmail"] + "\n") * 1_250),
        Long("head starts", "On 1.1.2026 " * 8_000),
        Long("labels", "From: a\nSent: b\n" * 6_000),
        Long("quotes", "> a\nb\n" * 15_000),
        Long("spaces", " " * 100_000 + "wrote:"),
        Long("see", "see " * 25_000),
        Long("marks", "-- \n" * 25_000),
    ],
    ids=lambda long: long.name,
)
def test_any_text_is_read_in_time(long: Long) -> None:
    began = process_time()
    own_words(long.text, title="Re: x", is_answer=True)
    assert process_time() - began < 3


def test_a_signature_needs_words_above_or_not() -> None:
    assert without_signature(["-- ", "Anna"]) == []

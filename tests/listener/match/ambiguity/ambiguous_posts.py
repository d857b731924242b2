"""Posts of our own about ambiguous names: which are about the company, which are not.

The name stands in brackets, as the matcher would have found it.
"""

import re

from listener.match.ambiguity import Context, Profile
from listener.model import Brand

BRANDS = {
    "elisa": Brand(
        "elisa",
        ("Elisa",),
        handles=("@ElisaOyj",),
        languages=("fi", "sv", "en"),
        products=("Elisa Viihde", "Saunalahti"),
    ),
    "play": Brand("play", ("Play",), handles=("@Play_Polska",), products=("Play Now",)),
    "orange": Brand("orange", ("Orange",), handles=("@Orange_Polska",), products=("Livebox",)),
    "apple": Brand(
        "apple", ("Apple",), handles=("@Apple",), products=("iPhone", "MacBook", "iPad")
    ),
    "sonera": Brand("sonera", ("Sonera",), products=("Sonera Yhteys",)),
    "delta": Brand("delta", ("Delta",), handles=("@Delta",), products=("SkyMiles",)),
    "zabka": Brand("zabka", ("Żabka",), products=("Żappka",)),
    "biedronka": Brand("biedronka", ("Biedronka",), products=("Moja Biedronka",)),
    "amazon": Brand("amazon", ("Amazon",), products=("Kindle", "Prime Video")),
    "nokia": Brand("nokia", ("Nokia",), products=("Lumia",)),
}

ABOUT = """
elisa | [Elisan] asiakaspalvelu ei vastaa, olen jonottanut tunnin.
elisa | Vaihdoin liittymän [Elisalle] ja netti toimii viimein.
elisa | onko muillakin [elisan] netti poikki tampereella
elisa | Sain taas väärän laskun, [Elisa] kiltti korjatkaa tämä.
elisa | [Elisa] julkaisi tuloksensa, liikevaihto kasvoi kolme prosenttia.
elisa | Tilasin [Elisa]-liittymän ja puhelin tuli seuraavana päivänä
elisa | Maksan [Elisalla] kolmekymppiä kuussa, Telialla oli kalliimpi.
elisa | Katsottiin peli Elisa Viihteestä, [Elisalta] hyvä palvelu.
elisa | Operator [Elisa] raises its dividend again, shares up two percent
play | W [Play] znowu nie ma zasięgu, trzeci dzień z rzędu.
play | Przeniosłem numer do [Play] i jestem zadowolony
play | Umowa z [Play] kończy się w maju, jaka oferta jest teraz najlepsza?
play | Czy komuś jeszcze nie działa internet w [Play]?
play | infolinia [play] to jakiś żart, czekam pół godziny
play | Faktura z [Play] przyszła wyższa niż powinna
play | My phone has no signal on [Play] in Kraków since morning
orange | [Orange] Polska podnosi ceny abonamentów od stycznia.
orange | Światłowód od [Orange] działa bez zarzutu
orange | kurier z [orange] nie dotarł z livebox
orange | Is anyone else having an outage with [Orange] broadband today?
orange | [Orange] customer service kept me waiting for an hour
orange | Zasięg [Orange] w górach jest słaby
orange | I left [Orange] because roaming was too expensive.
apple | [Apple] just announced the new iPhone and I want one
apple | The [Apple] store in Helsinki opens at ten.
apple | Why does my [apple] laptop need an update every week
apple | I have worked at [Apple] for six years.
apple | [Apple]'s earnings beat what analysts had expected
apple | Uusi päivitys rikkoi puhelimen, kiitos [Apple]!
apple | Czekam na zwrot pieniędzy od [Apple] już miesiąc
apple | dear [apple] please fix the battery
apple | An [Apple] device should not break after a year
apple | $AAPL up 3%, [Apple] is back
sonera | [Soneran] netti on ollut poikki koko viikonlopun
sonera | Soitin [Soneralle] laskusta, ja vastaus tuli heti.
sonera | Vaihtaisitko sinä [Sonerasta] Elisaan hinnan takia?
delta | [Delta] lost my baggage again and nobody at the gate cares
delta | Flying with [Delta] to Atlanta tomorrow, wish me luck.
delta | my flight on [delta] got cancelled and no refund
delta | Two hours on the phone with [Delta] customer care.
zabka | Kupiłem hot-doga w [Żabce] i był zimny.
zabka | Otwarta [Żabka] w niedzielę, jak zawsze kolejka do kasy
zabka | w [żabce] nie przyjęli mi zwrotu paczki
zabka | [Żabka] zwiększa przychody, a akcje spółki rosną
zabka | Aplikacja [Żabki] znowu nie działa
biedronka | W [Biedronce] promocja na masło, ceny spadły o połowę
biedronka | Byłam dziś w [Biedronce], puste półki i dwie kasy czynne.
biedronka | idę do [biedronki] po zakupy
biedronka | [Biedronka] zatrudni tysiąc nowych pracowników
amazon | [Amazon] delivered the parcel to the wrong house
amazon | Ordered it from [Amazon] on Monday, still nothing.
amazon | Pakiet z [Amazona] przyszedł uszkodzony
amazon | [amazon] refund took three weeks
nokia | [Nokian] osake laski viisi prosenttia tuloksen jälkeen.
nokia | [Nokia] wins a 5G contract in India
nokia | Ostin uuden [Nokia]-puhelimen, akku kestää kaksi päivää.
"""

NOT_ABOUT = """
elisa | Siskoni [Elisa] täyttää tänään kymmenen vuotta, onnea!
elisa | [Elisa] Virtanen voitti naisten kilpailun Lahdessa
elisa | Tyttömme sai nimen [Elisa], äiti ja vauva voivat hyvin.
elisa | [Elisa] and her mother came to our wedding in June
elisa | Äitini ja tätini [Elisa] lähtivät mummon luo
elisa | La mia amica [Elisa] non è venuta perché era con il suo ragazzo
play | The kids want to [play] with the dog in the park.
play | let's [play] a game of chess tonight
play | We will [play] the piano at her wedding
play | He wrote a [play] about his father for the theatre
play | She can [play] guitar and I can't
play | I never [play] with my food, said my daughter
orange | I squeezed an [orange] for breakfast and drank the juice.
orange | She wore an [orange] dress to the wedding
orange | two [oranges] and a banana, please
orange | The sky turned [orange] at sunset over the river
orange | Peel the [orange] and slice it for the cake.
orange | moja siostra kupiła sukienkę w kolorze [orange]
apple | I ate an [apple] on the train this morning
apple | My grandmother bakes the best [apple] pie with cinnamon.
apple | Those [apples] from our orchard are ripe
apple | an [apple] a day, they say
apple | The tree in our garden gave us only one [apple] this year.
apple | fresh [apple] juice and a salad for lunch
sonera | Kadun nimi on [Sonera] ja se on Kuopiossa, kylän laidalla.
sonera | Asumme [Sonera]-kadulla, puiston vieressä
delta | The [delta] variant spreads faster than the first one did.
delta | The river forms a wide [delta] before the sea
delta | alpha, beta, gamma, [delta], epsilon
delta | In the [delta] of the Nile there are frogs and insects
zabka | W stawie kumkała mała [żabka].
zabka | Zielona [żabka] skacze po liściach w ogrodzie
zabka | Dzieci znalazły dwie [żabki] nad jeziorem
zabka | ta [żabka] siedziała na kamieniu w lesie
biedronka | Na liściu siedziała [biedronka] z siedmioma kropkami
biedronka | Mała [biedronka] odleciała z mojej ręki.
biedronka | [biedronki] zjadają mszyce w ogrodzie
amazon | The [Amazon] rainforest is burning and the tribes lose their forest.
amazon | We went down the [Amazon] river by boat, past indigenous villages
amazon | deforestation in the [Amazon] basin
nokia | [Nokia] on kaunis joki, ja sen rannalla on kylän puisto
"""


# Written after the cues were set, and never tuned on: how well do these hold for new posts?
LATER_ABOUT = """
elisa | Miksi [Elisan] mobiililiittymä kallistui taas kahdella eurolla?
elisa | [Elisa] ostaa norjalaisen yhtiön
elisa | kuuluvuus [elisalla] surkea mökillä
play | Ktoś wie, ile [Play] daje gigabajtów w nowej taryfie?
play | rozwiązałem umowę z [play] po pięciu latach
orange | [Orange] znów podnosi ceny, szukam innego operatora
orange | my [Orange] router died this morning
apple | [Apple] sued over battery slowdown
apple | waiting in line at the [apple] store
sonera | [Soneran] myyjä soitti taas kesken ruoan
delta | [Delta] cancelled our connection and the crew was rude
delta | Grateful to [Delta] for finding my suitcase
zabka | Nowa [Żabka] pod blokiem, czynna do północy
zabka | kawa z [żabki] najlepsza
biedronka | Masło w [Biedronce] po cztery złote
amazon | [Amazon] driver threw my box over the fence
nokia | [Nokia] nimitti uuden johtajan
"""

LATER_NOT_ABOUT = """
elisa | Serkkuni [Elisa] pääsi yliopistoon
elisa | [Elisa] ja Matti menivät naimisiin kesällä
play | Do you want to [play] outside after lunch?
play | The [play] ends with a long monologue
orange | He painted the fence [orange] last summer
orange | this [orange] is sour
apple | The [apple] fell far from the tree
apple | grandma's [apple] cake recipe
sonera | Asuin lapsena [Sonera]-nimisellä kujalla
delta | mosquitoes everywhere in the river [delta]
zabka | [Żabka] schowała się pod kamieniem nad strumykiem
biedronka | [Biedronka] usiadła mi na palcu w ogrodzie
amazon | piranhas live in the [Amazon] and its rivers
nokia | Kesämökkimme on joen rannalla, [Nokia] virtaa vieressä
"""


def bracketed(text: str, **known: object) -> Context:
    """The context of a text in which brackets stand around the name."""
    spans, plain = [], ""
    for part in re.split(r"(\[[^\]]*\])", text):
        if part.startswith("["):
            spans.append((len(plain), len(plain) + len(part) - 2))
        plain += part.strip("[]") if part.startswith("[") else part
    return Context(plain, spans=tuple(spans), kinds=("name",) * len(spans), **known)  # type: ignore[arg-type]


def profile(brand: str) -> Profile:
    """The profile of one of our brands, beside all the others."""
    return Profile.of(BRANDS[brand], [one for key, one in BRANDS.items() if key != brand])


def posts(block: str) -> list[tuple[str, str]]:
    """Brand and text of each line."""
    pairs = (line.split(" | ", 1) for line in block.strip().splitlines())
    return [(brand, text) for brand, text in pairs if "[" in text]

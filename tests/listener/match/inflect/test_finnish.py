"""Finnish forms: whole paradigms, brands of every shape, and the words beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.fold import fold
from listener.match.inflect import finnish

WORDS = st.text(alphabet="aeiouyäöåéhjklmnprstvdgbfcwxz", min_size=1, max_size=40)

WEAK_CASES = ("n", "t", "ssa", "sta", "lla", "lta", "lle", "ksi", "tta")
WEAK_PLURAL_CASES = ("n", "ssa", "sta", "lla", "lta", "lle", "ksi", "tta")


def says(word: str, token: str) -> bool:
    """Whether the token is the word: a form, or a body with a possessive, and maybe a clitic."""
    forms, owned = finnish.forms(word), finnish.owned(word)
    bare = [token, *(token.removesuffix(end) for end in finnish.CLITICS if token.endswith(end))]
    return any(
        one in forms
        or any(one.removesuffix(end) in owned for end in finnish.POSSESSIVES if one.endswith(end))
        for one in bare
    )


def paradigm(strong: str, weak: str, strong_plural: str, weak_plural: str) -> set[str]:
    """What follows from four stems, in the harmony of the word."""
    back = bool(set(strong) & set("aou"))
    forms = {
        *(weak + case for case in WEAK_CASES),
        *(weak_plural + case for case in WEAK_PLURAL_CASES),
        strong + "na",
        strong_plural + "na",
        strong_plural + "neen",
    }
    if back:
        return forms
    stems = (strong, weak, strong_plural, weak_plural)
    longest = {form: max((s for s in stems if form.startswith(s)), key=len) for form in forms}
    return {stem + form.removeprefix(stem).replace("a", "ä") for form, stem in longest.items()}


@pytest.mark.parametrize(
    ("word", "stems", "rest"),
    [
        ("talo", "talo talo taloi taloi", "taloa taloon talojen taloja taloihin"),
        ("kala", "kala kala kaloi kaloi", "kalaa kalaan kalojen kaloja kaloihin"),
        ("koira", "koira koira koiri koiri", "koiraa koiraan koirien koiria koiriin"),
        ("kukka", "kukka kuka kukki kuki", "kukkaa kukkaan kukkien kukkia kukkiin"),
        ("kauppa", "kauppa kaupa kauppoi kaupoi", "kauppaa kauppaan kauppojen kauppoja"),
        ("katu", "katu kadu katui kadui", "katua katuun katujen katuja katuihin"),
        ("puku", "puku puvu pukui puvui", "pukua pukuun pukujen pukuja pukuihin"),
        ("aika", "aika aja aikoi ajoi", "aikaa aikaan aikojen aikoja aikoihin"),
        ("ranta", "ranta ranna rantoi rannoi", "rantaa rantaan rantojen rantoja"),
        ("hinta", "hinta hinna hintoi hinnoi", "hintaa hintaan hintojen hintoja"),
        ("risti", "risti risti ristei ristei", "ristiä ristiin ristien ristejä risteihin"),
        ("pankki", "pankki panki pankkei pankei", "pankkia pankkiin pankkien pankkeja"),
        ("kivi", "kive kive kivi kivi", "kiveä kiveen kivien kiviä kiviin"),
        ("joki", "joke joe joki joi", "jokea jokeen jokien jokia jokiin"),
        ("vesi", "vete vede vesi vesi", "vettä veteen vesien vetten vesiä vesiin"),
        ("länsi", "länte länne länsi länsi", "länttä länteen länsien länsiä länsiin"),
        ("nuori", "nuore nuore nuori nuori", "nuorta nuoreen nuorten nuorien nuoria nuoriin"),
        ("lapsi", "lapse lapse lapsi lapsi", "lasta lapseen lasten lapsien lapsia lapsiin"),
        ("huone", "huonee huonee huonei huonei", "huonetta huoneeseen huoneiden huoneita"),
        ("liike", "liikkee liikkee liikkei liikkei", "liikettä liikkeeseen liikkeitä liikkeisiin"),
        ("sade", "satee satee satei satei", "sadetta sateeseen sateiden sateita sateisiin"),
        ("nukke", "nukke nuke nukkei nukei", "nukkea nukkeen nukkejen nukkeja nukkeihin"),
        ("nainen", "naise naise naisi naisi", "naista naiseen naisten naisien naisia naisiin"),
        ("teos", "teokse teokse teoksi teoksi", "teosta teokseen teosten teosten teoksia teoksiin"),
        ("vapaus", "vapaute vapaude vapauksi vapauksi", "vapautta vapauteen vapauksien vapauksia"),
        ("vieras", "vieraa vieraa vierai vierai", "vierasta vieraaseen vieraiden vieraita"),
        ("kuningas", "kuninkaa kuninkaa kuninkai kuninkai", "kuningasta kuninkaaseen kuninkaita"),
        ("kaunis", "kaunii kaunii kaunii kaunii", "kaunista kauniiseen kauniiden kauniita"),
        ("olut", "olue olue olui olui", "olutta olueen oluiden oluita"),
        ("kuollut", "kuollee kuollee kuollei kuollei", "kuollutta kuolleeseen kuolleita"),
        ("puhelin", "puhelime puhelime puhelimi puhelimi", "puhelinta puhelimeen puhelimia"),
        ("onneton", "onnettoma onnettoma onnettomi onnettomi", "onnetonta onnettomia"),
        ("suurin", "suurimpa suurimma suurimpi suurimmi", "suurinta suurimpaan suurimpia"),
        ("vanhempi", "vanhempa vanhemma vanhempi vanhemmi", "vanhempaa vanhempaan vanhempia"),
        ("sisar", "sisare sisare sisari sisari", "sisarta sisareen sisarten sisarien sisaria"),
        ("tytär", "tyttäre tyttäre tyttäri tyttäri", "tytärtä tyttäreen tyttärien tyttäriä"),
        ("maa", "maa maa mai mai", "maata maahan maiden maitten maita maihin"),
        ("tie", "tie tie tei tei", "tietä tiehen teiden teitten teitä teihin"),
        ("suo", "suo suo soi soi", "suota suohon soiden soitten soita soihin"),
        ("vapaa", "vapaa vapaa vapai vapai", "vapaata vapaaseen vapaiden vapaita vapaisiin"),
        ("radio", "radio radio radioi radioi", "radiota radioon radioiden radioita radioihin"),
        ("opiskelija", "opiskelija opiskelija opiskelijoi opiskelijoi", "opiskelijoita"),
        ("palvelu", "palvelu palvelu palvelui palvelui", "palveluja palveluita palveluiden"),
        ("hotelli", "hotelli hotelli hotellei hotellei", "hotelleja hotelleita hotellien"),
        ("ravintola", "ravintola ravintola ravintoloi ravintoloi", "ravintoloita ravintoloiden"),
        ("mies", "miehe miehe miehi miehi", "miestä mieheen miesten miehien miehiä miehiin"),
    ],
)
def test_whole_paradigms(word: str, stems: str, rest: str) -> None:
    strong, weak, strong_plural, weak_plural = stems.split()
    expected = paradigm(strong, weak, strong_plural, weak_plural) | set(rest.split())
    assert expected - finnish.forms(word) == set()


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("finnair", "finnairin finnairilla finnairiin finnairia finnaireja finnairkin"),
        ("finnair", "finnairillako finnairimme finnairistakaan finnairhan finnairillekohan"),
        ("nokia", "nokian nokialle nokiasta nokiaa nokiaan nokioita nokialtakin nokiani"),
        ("elisa", "elisan elisaan elisalla elisaltako elisakin elisani"),
        ("ikea", "ikean ikeasta ikeassakin ikeaan ikeaa ikeoita ikeoiden ikeahan"),
        ("aurinkomatkat", "aurinkomatkojen aurinkomatkoilta aurinkomatkoille aurinkomatkoihin"),
        ("farkut", "farkkujen farkkuja farkuissa farkkuihin"),
        ("vaatteet", "vaatteiden vaatteita vaatteissa vaatteisiin"),
        ("sampo", "sammon sampon sampoa sampoon sammolta"),
        ("alko", "alkon alkossa alkosta alkoon alkoa"),
        ("marimekko", "marimekon marimekolla marimekkoa marimekkoon marimekkoni"),
        ("neste", "nesteen nesteellä nestettä nesteeseen"),
        ("yle", "ylen yleltä yleä yleen yleltäkin"),
        ("nike", "niken nikeä nikeen nikejä nikellä nikella niket"),
        ("porsche", "porschen porschea porscheen porscheja"),
        ("google", "googlen googlea googleen googlella"),
        ("lidl", "lidlin lidlissä lidliin lidlistä lidlissäkin"),
        ("wolt", "woltin woltilla woltia woltiin"),
        ("netflix", "netflixin netflixissä netflixissa netflixiin netflixiä"),
        ("spotify", "spotifyn spotifyssa spotifyssä spotifyta spotifyhin spotifyyn"),
        ("sony", "sonyn sonyä sonya sonyllä sonylla sonyyn"),
        ("nestlé", "nestlén nestlétä nestlélle nestléhen"),
        ("hyundai", "hyundain hyundaita hyundaihin hyundailla"),
        ("huawei", "huawein huaweita huaweihin"),
        ("renault", "renaultin renaulttia renaultia renaulttiin"),
        ("tiktok", "tiktokin tiktokissa tiktokkiin tiktokiin tiktokkia"),
        ("adidas", "adidaksen adidasta adidakselta adidaksia"),
        ("veikkaus", "veikkauksen veikkausta veikkaukselle veikkaukseen"),
        ("valio", "valion valiota valiolle valioon"),
        ("wärtsilä", "wärtsilän wärtsilää wärtsilään wärtsilällä"),
        ("outokumpu", "outokummun outokumpua outokumpuun"),
        ("virtanen", "virtasen virtaselle virtasta virtaseen"),
        ("verkkokauppa", "verkkokaupan verkkokauppaa verkkokauppojen verkkokaupassaan"),
        ("volkswagen", "volkswagenin volkswageneita volkswageneja"),
        ("s-ryhmä", "s-ryhmän s-ryhmältä s-ryhmään"),
        ("hsl", "hsln hslää hslllä hslssäkin"),
        ("rautatie", "rautateillä rautatiellä rautatiehen"),
        ("luolamies", "luolamiehellä luolamiehet"),
        ("lumi", "lumen lumin lunta lumia"),
    ],
)
def test_brands_of_every_shape(word: str, written: str) -> None:
    assert [token for token in written.split() if not says(word, token)] == []


@pytest.mark.parametrize("spoken", ["ikeas", "ikeast", "ikeal", "ikealt", "ikeaskin"])
def test_endings_as_they_are_spoken(spoken: str) -> None:
    assert says("ikea", spoken)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("talo", "taloni talosi talonsa talomme talonne talossani talokseni talooni taloaan"),
        ("talo", "talossaan talokseen talolleen taloonsa talojensa taloineen taloihimme"),
        ("kauppa", "kauppani kauppansa kaupassani kauppaamme kauppojemme kaupoistaan"),
        ("puhelin", "puhelimeni puhelimessaan puhelimiaan puhelintani"),
        ("huone", "huoneeni huoneeseensa huonettaan huoneissaan"),
        ("vesi", "veteni vedessäni vesiensä vettämme"),
        ("kello", "kellonikin kellossaankaan kelloasiko"),
    ],
)
def test_possessives(word: str, written: str) -> None:
    assert [token for token in written.split() if not says(word, token)] == []


def test_the_shortest_words_take_no_possessive() -> None:
    assert finnish.owned("yle") == frozenset()  # yleensä is "usually"
    assert says("kela", "kelani")


def test_a_possessive_takes_the_strong_grade() -> None:
    assert not says("kauppa", "kaupani")
    assert not says("kukka", "kukani")


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("nokia", "nokka nokan noki noen nokinen nokittelee nokialainen nokkia nokialaisen"),
        ("elisa", "elina eliitti elisabet elisenvaara elää eliksiiri"),
        ("kesko", "keskus keskellä keski kesken keskiviikko keskustelu"),
        ("alko", "alkaa alkoholi alkoi alku alun alkaen alussa"),
        ("kone", "konna konnan konteksti koneisto koneellinen konekivääri"),
        ("ikea", "ikä ikään iän ikeessä jean ikuinen"),
        ("posti", "postaus postata posteljooni posliini postimerkki"),
        ("finnair", "finnan finni finnish finnairlainen fintairen finland"),
        ("nike", "nikkari nien niellä niistä nikkeli nikotiini"),
        ("yle", "ylä yli ylin ylös yleensä yleisö"),
        ("kauppa", "kaupunki kaupungin kaupata kaupallinen kauppias"),
        ("tori", "torni torstai torua torven tosi"),
    ],
)
def test_the_words_beside_it_are_not_its_forms(word: str, others: str) -> None:
    assert [token for token in others.split() if says(word, token)] == []


@pytest.mark.parametrize("vowel_harmony", ["talossä", "talollä", "kauppää", "nokiastä"])
def test_harmony_holds_where_the_vowels_are_plain(vowel_harmony: str) -> None:
    assert not any(says(word, vowel_harmony) for word in ("talo", "kauppa", "nokia"))


@pytest.mark.parametrize(
    "word", ["", "a" * 41, "5", "tv4", "a b", "ab'", "-ab", "a--b", "c++", "🙂"]
)
def test_what_is_no_word_stands_alone(word: str) -> None:
    assert finnish.forms(word) == {word}
    assert finnish.owned(word) == frozenset()


@given(WORDS)
def test_any_word_is_bounded_and_its_own_form(word: str) -> None:
    forms, owned = finnish.forms(word), finnish.owned(word)
    assert word in forms
    assert len(forms) <= finnish.FORMS_MAX
    assert len(owned) <= finnish.FORMS_MAX
    assert all(form == fold(form) for form in forms | owned)


@given(st.text(max_size=50))
def test_any_text_is_answered(text: str) -> None:
    assert text in finnish.forms(text)
    assert len(finnish.owned(text)) <= finnish.FORMS_MAX


@given(WORDS.filter(lambda word: len(word) > 2))
def test_forms_keep_the_beginning(word: str) -> None:
    kept = word[0]
    assert all(form.startswith(kept) for form in finnish.forms(word) | finnish.owned(word))


@pytest.mark.parametrize("endings", [finnish.CLITICS, finnish.POSSESSIVES, finnish.ENDINGS])
def test_endings_are_longest_first_and_each_once(endings: tuple[str, ...]) -> None:
    assert list(map(len, endings)) == sorted(map(len, endings), reverse=True)
    assert len(set(endings)) == len(endings)
    assert "" not in endings


def test_endings_after_a_colon() -> None:
    written = "n ssa sta lle ään aan seen iin issä oissa iden t ta stakin llekö"
    assert set(written.split()) <= set(finnish.ENDINGS)

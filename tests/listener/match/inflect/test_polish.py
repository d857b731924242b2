"""Polish forms: every one that people write of a brand, and not the words beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.fold import fold
from listener.match.inflect import polish

WORDS = st.text(alphabet="aąbcćdeęfghijklłmnńoóprsśtuwxyzźż", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("allegro", "allegra allegru allegrze allegrem allegrowi"),
        ("apple", "appla applu applem applowi"),
        ("auchan", "auchana auchanie auchanem"),
        ("biedronka", "biedronki biedronce biedronkę biedronką biedronko biedronek"),
        ("decathlon", "decathlonu decathlonie decathlonem decathlonów"),
        ("empik", "empiku empikiem empiki empików empikowi empikach"),
        ("fiat", "fiata fiacie fiatem fiaty fiatów"),
        ("finnair", "finnaira finnairze finnairem finnairowi"),
        ("google", "googla googlu googlem googlowi"),
        ("ikea", "ikei ikeę ikeą ikeo"),
        ("inpost", "inpostu inpoście inpostem inpostowi"),
        ("kaufland", "kauflandu kauflandzie kauflandem"),
        ("lech", "lecha lechu lechem lechowi lechy lechów"),
        ("lidl", "lidla lidlu lidlem lidlowi lidle lidlach"),
        ("mbank", "mbanku mbankiem mbankowi"),
        ("netflix", "netflixa netfliksa netflixie netfliksie netflixem netfliksem"),
        ("orlen", "orlenu orlenem orlenie orlenowi"),
        ("play", "playa playu playem playowi"),
        ("renault", "renaulta renaulcie renaultem"),
        ("reserved", "reserveda reservedzie reservedem"),
        ("rossmann", "rossmanna rossmannie rossmannem rossmannów"),
        ("santander", "santandera santanderze santanderem"),
        ("skype", "skypa skypie skypem"),
        ("solidarność", "solidarności solidarnością"),
        ("tesco", "tesca tescu teskiem tescem"),
        ("volkswagen", "volkswagena volkswagenie volkswageny volkswagenów"),
        ("zalando", "zalanda zalandzie zalandem"),
        ("żabka", "żabki żabce żabkę żabką żabko żabek żabkom żabkami żabkach"),
        ("żubr", "żubra żubrze żubrem żubry żubrów"),
        ("kościuszko", "kościuszki kościuszce kościuszkę kościuszką"),
        ("lewandowski", "lewandowskiego lewandowskiemu lewandowskim lewandowscy"),
        ("ziobro", "ziobry ziobrze ziobrę ziobrą"),
        ("żywiec", "żywca żywcu żywcem żywcowi"),
    ],
)
def test_brands_of_every_shape(word: str, written: str) -> None:
    assert set(written.split()) <= polish.forms(word)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("pies", "psa psu psem psie psy psów psami psach"),
        ("orzeł", "orła orłu orłowi orłem orle orły orłów"),
        ("ogień", "ognia ogniu ogniem ognie ogni"),
        ("kozioł", "kozła kozłem koźle kozły kozłów"),
        ("kwiecień", "kwietnia kwietniu kwietniem"),
        ("goniec", "gońca gońcem gońcy gońców gończe"),
        ("dąb", "dębu dębem dębie dęby dębów"),
        ("kościół", "kościoła kościele kościołem kościoły"),
        ("świat", "świata świecie światem światy światów"),
        ("koń", "konia koniowi koniem koniu konie koni końmi koniach"),
        ("gołąb", "gołębia gołębiem gołębie gołębi gołębiami"),
        ("złodziej", "złodzieja złodzieje złodziei złodziejem"),
        ("polak", "polaka polacy polaków polakiem"),
        ("student", "studenta studencie studenci studentów"),
        ("rosjanin", "rosjanina rosjaninem rosjanie rosjan rosjanom"),
        ("noga", "nogi nodze nogę nogą nóg nogom"),
        ("matka", "matki matce matkę matek matkami"),
        ("książka", "książce książek książką"),
        ("gwiazda", "gwieździe gwiazdy gwiazdę gwiazd"),
        ("szkoła", "szkole szkoły szkół szkołami"),
        ("mucha", "musze muchy much"),
        ("ziemia", "ziemi ziemię ziemią ziem ziemie"),
        ("stacja", "stacji stację stacją stacje stacjom"),
        ("szyja", "szyi szyję szyją szyje"),
        ("historia", "historii historię historie historiami"),
        ("idea", "idei ideę ideą idee ideom"),
        ("gospodyni", "gospodynię gospodynią gospodynie gospodyń gospodyniom"),
        ("kierowca", "kierowcy kierowcę kierowcą kierowców"),
        ("poeta", "poecie poetę poeci poetów"),
        ("noc", "nocy nocą noce nocom nocami"),
        ("krew", "krwi krwią"),
        ("cerkiew", "cerkwi cerkwią cerkwie cerkwiami"),
        ("wieś", "wsi wsią wsie wsiami"),
        ("miasto", "miasta miastu miastem mieście miast miastami"),
        ("okno", "okna oknie okien oknami"),
        ("jabłko", "jabłka jabłkiem jabłek jabłkach"),
        ("pole", "pola polu polem pól polami"),
        ("zadanie", "zadania zadaniu zadaniem zadań zadaniami"),
        ("imię", "imienia imieniem imiona imion imionach"),
        ("kurczę", "kurczęcia kurczęta kurcząt kurczętami"),
        ("muzeum", "muzea muzeów muzeom muzeach"),
        ("katowice", "katowic katowicach katowicom"),
        ("tychy", "tychów tychach tychami"),
    ],
)
def test_native_nouns_of_every_declension(word: str, written: str) -> None:
    assert set(written.split()) <= polish.forms(word)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("nowy", "nowa nowe nowego nowemu nowym nową nowej nowych nowymi nowi"),
        ("dobry", "dobrzy dobrego dobrych"),
        ("polski", "polska polskie polskiego polskiej polską polskich polscy"),
        ("drogi", "droga drogiego drodzy drogą"),
        ("tani", "tania tanie taniego taniej tanią tanich"),
        ("ośli", "ośla ośle oślego oślej oślich"),
        ("tyskie", "tyskiego tyskiemu tyskim"),
        ("pyszne", "pysznego pysznemu pysznym pysznych"),
        ("pocztowa", "pocztowej pocztową pocztowe pocztowych"),
        ("jagiellońska", "jagiellońskiej jagiellońską"),
        ("średnia", "średniej średnią średnich"),
    ],
)
def test_adjectives_and_names_that_look_like_them(word: str, written: str) -> None:
    assert set(written.split()) <= polish.forms(word)


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("biedronka", "biedron biedronkowy biedronkarz"),
        ("dochód", "dochodzi dochodowy"),
        ("kraków", "krakówa krakowianin"),
        ("lidl", "lidka lidlowy"),
        ("nike", "nik"),
        ("one", "on"),
        ("orlen", "orle orlik orlenowski"),
        ("play", "plac plan"),
        ("sklep", "sklepi sklepowy"),
        ("solidarność", "solidarny solidarnościa solidarnościowy"),
        ("żabka", "żaba żabi żabkowie"),
        ("zdjęcie", "zdjąć"),
    ],
)
def test_words_beside_it_are_not_its_forms(word: str, others: str) -> None:
    assert polish.forms(word).isdisjoint(others.split())


@pytest.mark.parametrize("word", ["", "x", "a" * 41, "tele2", "mcdonald's", "x-kom", "два", "a b"])
def test_what_is_no_polish_word_stays_as_it_is(word: str) -> None:
    assert polish.forms(word) == {word}


def test_endings_after_a_mark() -> None:
    assert {"u", "owi", "em", "ie", "ecie", "i", "ą", "ów"} <= set(polish.ENDINGS)
    assert list(polish.ENDINGS) == sorted(set(polish.ENDINGS), key=lambda end: (-len(end), end))


def test_nothing_is_attached_to_a_form() -> None:
    assert polish.CLITICS == polish.POSSESSIVES == ()
    assert polish.owned("biedronka") == frozenset()


@given(WORDS)
def test_any_word_has_few_folded_forms_and_itself(word: str) -> None:
    forms = polish.forms(word)
    assert word in forms
    assert len(forms) <= 400
    assert all(form and form == fold(form) for form in forms)


@given(WORDS.filter(lambda word: len(word) > 4))
def test_a_form_keeps_the_beginning(word: str) -> None:
    """What changes in a word is among its last five letters (kwiecień, kwietnia)."""
    assert all(form.startswith(word[:-5]) for form in polish.forms(word))

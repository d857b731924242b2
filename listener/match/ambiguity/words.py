"""Words that speak for a company, or for another sense of its name, in four languages.

A star stands for any ending, which is how these cover inflection: ``osakk*`` meets osakkeet and
osakkeiden. Everything is folded. The lists name fields of life, not brands, so they hold for a
name that nobody has thought of; they are weak signs by themselves (see ``prior``).
"""

from collections.abc import Iterable
from functools import lru_cache

ENDING_CHARS_MAX = 8

_BUSINESS = """
compan* corporat* corp inc ltd plc llc firm* business* ceo cfo cto exec* founder* sharehold* stock*
invest* earnings revenue* profit* quarter* analyst* nasdaq nyse ipo merger* acqui* antitrust
lawsuit* sues sued patent* regulat* ftc employee* employer* staff layoff* workers hiring hires hq
headquarter* campaign* sponsor* advert* brand* market* competitor* monopol* boycott*
store* shop* app apps website* site online order* deliver* shipping shipped parcel* package*
refund* return* warrant* discount* voucher* coupon* sale sales price* pricing cheap* expensive
product* purchas* bought buy buying sell* membership* subscri* customer* client* service* support*
helpdesk helpline complain* invoice* bill bills billing billed fee fees contract* account* login
password* outage* network* signal coverage roaming broadband fiber fibre wifi 4g 5g lte sim prepaid
data update* upgrade* version* launch* release* announc* device* phone* tablet* laptop* software
hardware download* streaming premium flight* airline* airport* boarding baggage luggage gate pilot*
loyalty branch* cashier* checkout queue hotline tariff* plan offer* promo* giveaway* gift
battery batteries charger* fix fixed fixing broken

yhtio* yhtiö* yritys yrity* yrityks* toimitusjohtaj* johtaja* osake* osakk* pörss* porssi*
sijoit* tulos* liikevaihto* liikevoitto* osinko* osing* kvartaal* kauppa* kaupan kaupas* myymälä*
myymala* verkkokaup* sovellu* nettisivu* sivusto* tilau* tilas* toimitu* paketti paketin palautu*
hyvity* takuu* alennu* tarjou* hinta hinna* hinno* halpa halva* kallis kallii* osti* ostan ostaa
asiaka* asiakaspalvel* palvelu* valitu* reklamaat* lasku* laskutu* maksu* sopimu* liittym*
operaattor* verkko verkon verkos* yhteys yhteyd* kuuluvuu* laajakaist* netti netin netis* puhelin*
puhelim* päivity* paivity* katko* vikatilann* julkais* kilpailija* irtisano* työnantaj* lento
lenno* lentoyhti* lähtöportt* konttor* henkilökun* kampanj* mainos* mainokse* liike liikke*
toimi toimii toimiva* huijar*

firma* firmy firmie firmę firmą spółk* spolk* prezes* akcj* akcje giełd* gield* inwest* zysk*
przych* udział* dywidend* sklep* aplikacj* apka apki apce apkę stron* zamówi* zamowi* dostaw*
paczk* przesyłk* zwrot* gwaranc* reklamac* promocj* rabat* kupon* cena ceny cenę cenie cen tani*
drogo drogi* kupi* kupuj* zakup* klient* obsług* obslug* serwis* infolini* skarg* faktur* rachun*
opłat* umow* abonament* operator* sieć sieci zasięg* zasieg* internet* światłow* telefon* roaming*
numer* taryf* oferta oferty ofertę aktualizac* awari* konkurenc* pracown* zatrudn* kasa kasie kasy
kasjer* kolejk* gazetk* paragon* hot-dog* hotdog* otwart* lotnis* samolot* bank* kredyt* konto konta
kasę działa działaj* złodziej* oszust*

bolag* företag* foretag* aktie* aktier* börs* bors vd vd:n kvartal* rapport* omsättning* vinst*
butik* affär* webbutik* appen webbplats* hemsid* beställ* bestall* leverans* paket* retur*
återbetal* garanti* rabatt* erbjud* pris priser* priset billig* dyr dyrt kund kunder* kundtjänst*
kundtjanst* tjänst* klag* faktura* fakturor* räkning* avgift* avtal* abonnemang* operatör* nät*
täckning* bredband* fiber telefon* uppdater* avbrott* lanser* konkurrent* anställ* köpt* köpa flyg*
fungera*
"""

_PEOPLE = """
sister* brother* mother* father* mom mum mommy mummy dad daddy daughter* aunt* uncle* cousin*
grandma* grandpa* grandmother* grandfather* niece* nephew* girlfriend* boyfriend* wife husband
fiance* toddler* birthday* wedding* married hugs kisses singer actress actor classmate* bestie
sisko* sisaru* veli veljen veljel* äiti* äidin* äidil* isäni isän isänsä isoäi* tytär* tyttäre*
tyttö* tytön* tytöl* poikani poikam* poikaystäv* tyttöystäv* vaimo* miehens* mummo* mummi* kummi*
täti* tädi* serkku* serkun serkkun* vauva* synttär* syntymäpäiv* nimipäiv* häät häissä ristiäi*
kaverin* luokkakaver* ystäväni naisystäv* opettajani pikkuinen
siostr* brata bratem matk* mama mamy mamie mamę mamą taty tatą córk* cork* ciocia ciotk*
wujek wujk* kuzyn* żona żony żoną żonę mąż męż* dziewczyn* chłopak* babcia babci* dziade* imienin*
urodzin* narodzin* ślub* ślubie koleżank* kolega kolegą przyjaciółk* niemowl*
syster* bror brodern mamma* pappa* dotter* mormor farmor moster kusin* flickvän* pojkvän*
hustru bebis* födelsedag* bröllop* grattis
"""

_NATURE = """
fruit* juice* pie pies peel* orchard* ripe tree trees leaf leaves salad* cake banana* lemon* mango*
pear pears crisp cinnamon slice* vitamin* smoothie* marmalade* squeezed zest rainforest* jungle*
forest* river* rivers tribe* tribal indigenous deforestation basin wetland* pond* frog* ladybug*
ladybird* beetle* insect* garden* planet variant* covid epsilon omega sigma alpha
hedelmä* hedelma* mehu* omena* appelsiini* puu puun puut puutarha* sademet* joki joen jokea
joella joelle joelta järvi järve* metsä* metsa* lampi sammak* leppäkert* hyönte*
owoc* sok soku drzew* lesie lasu rzek* staw* jezior* żaba żaby zaba kumka* rechot*
skacz* skacze skakał* kropk* owad* chrząszcz* skrzydeł* skrzydł* ogrod* ogród* ogrodz* liść liści*
liściu mszyc* łąk* kijank* odlec* leci
frukt* juice* saft* träd* skog* flod* floden groda* grodan nyckelpig* insekt* äpple* trädgård*
"""

_STAGE_AND_COLOUR = """
theatre* theater* drama* broadway shakespeare actors piano guitar* violin chess hide-and-seek
playground* recess dress* shirt* hair lipstick scarf sunset* sunrise* sky paint* colour* color*
näytelm* teatter* leikki* leikk* kitara* pianoa hame hamee* mekko* tukka* hiukse* väri väris*
teatr* sztuce pianin* gitar* sukienk* sukni* włosy włosów kolor kolorze koloru
teater* pjäs* gitarr* klänning* hår färg färgen
"""

_PLACES = """
street* avenue neighbourhood* neighborhood* village* suburb* valley* mountain* island* lake lakes
katu katua kadun kadul* kadus* kuja kujal* kortteli* kylä kyläs* kylän kaupunginosa* saari saare*
puisto* maisem* mökki* mökil* ranta ranna* rannal*
ulica ulicy ulicę ulicą wieś wsi wioska wioski dzielnic* osiedl* gór górach wyspa wyspie
gata gatan gatuadress* byn stadsdel* ön stranden
"""

_ARTICLES = "a an one two three four five some many few several every each another this that these"
_ARTICLES += " those my your his their our fresh rotten yksi kaksi pieni iso jokainen jedna jedną"
_ARTICLES += " dwie mała małą mały duża ta taka tę tą każda en ett två liten lilla någon"

_PLACE_WORDS = "at from with via by @ w we z ze do od u przez hos på från till via av"
_VERB_BEFORE = "will can can't cannot could would should must might may let's gonna wanna gotta"
_VERB_BEFORE += " don't doesn't didn't won't i you we they who please never always just"
_VERB_AFTER = "with the a an it him her them my your me us some this that around along"
_NOUNS_AFTER = "test tests testing tester kit kits sample samples strand strands sequence result"
_NOUNS_AFTER += " results sequencing analysis match profile evidence testi testin näyte"

ARTICLES = frozenset(_ARTICLES.split())
PLACE_WORDS = frozenset(_PLACE_WORDS.split())
VERB_BEFORE = frozenset(_VERB_BEFORE.split())
VERB_AFTER = frozenset(_VERB_AFTER.split())
VERB_ALONE_AFTER = {"let's": 1.0, "lets": 1.0, "to": 0.5}
"""Words after which alone a small name is a verb → how surely."""
NOUNS_AFTER = frozenset(_NOUNS_AFTER.split())
"""What stands after an abbreviation that means the thing itself."""


class Stems:
    """A list of words, some of which stand for all that begins with them."""

    def __init__(self, listed: Iterable[str]) -> None:
        listed = tuple(listed)
        self._whole = frozenset(word for word in listed if not word.endswith("*"))
        self._starts = frozenset(word.rstrip("*") for word in listed if word.endswith("*"))
        self._lengths = sorted({len(start) for start in self._starts})

    def __contains__(self, word: str) -> bool:
        return word in self._whole or any(
            word[:length] in self._starts
            for length in self._lengths
            if len(word) - ENDING_CHARS_MAX <= length <= len(word)
        )


_FIELDS = {
    "business": Stems(_BUSINESS.split()),
    "people": Stems(_PEOPLE.split()),
    "food and nature": Stems(_NATURE.split()),
    "stage and colours": Stems(_STAGE_AND_COLOUR.split()),
    "places": Stems(_PLACES.split()),
}


@lru_cache(maxsize=20_000)
def fields_of(word: str) -> tuple[str, ...]:
    """The fields of life that a folded word belongs to: business, and other senses of a name."""
    return tuple(field for field, listed in _FIELDS.items() if word in listed)

"""Sentences for the labelled set of stories, in three languages, line by line of one meaning."""


def _list(text: str) -> list[str]:
    return text.split(";" if ";" in text else ",")


SENTENCES = {
    "en": (
        "I have been waiting for {thing} from {brand} since {day} and nobody tells me anything",
        "{brand} just told us that the service to {city} stops in {month}",
        "The queue at the {brand} desk in {city} was {n} people long this morning",
        "Has anybody else lost {thing} with {brand} lately",
        "A kind person from {brand} in {city} found {thing} and called me the same evening",
        "{brand} raises its prices by {n} percent, writes the paper in {city}",
        "On {day} I paid {n} euros too much and the machine kept the card",
        "The new shop of {brand} in {city} opens in {month} with music and cake",
        "My mother ordered {thing} and got somebody else's parcel instead",
        "They promised an answer within {n} hours, which was a week ago",
        "The staff of {brand} walk out on {day}, says the union in {city}",
        "Two thumbs up for the driver who waited for us in {city} in the rain",
        "{brand} will hire {n} people for its office in {city}, the company says",
        "The application crashes whenever I open {thing} on my old telephone",
        "Nothing works here since {day}, not even the lights in the toilet",
        "Why does {brand} never say sorry when {thing} is late again",
    ),
    "fi": (
        "Olen odottanut tuotetta {thing} yhtiöltä {brand} lähtien {day} eikä kukaan kerro mitään",
        "{brand} kertoi juuri meille, että palvelu kohteessa {city} loppuu, kun on {month}",
        "Jono tiskillä {brand} paikassa {city} oli aamulla {n} ihmisen mittainen",
        "Onko joltain muulta kadonnut viime aikoina {thing}, kun asialla on {brand}",
        "Ystävällinen ihminen, {brand} {city}, löysi mitä kaipasin eli {thing} ja soitti illalla",
        "{brand} nostaa hintojaan {n} prosenttia, kirjoittaa lehti, {city}",
        "Maksoin {day} liikaa {n} euroa, ja kone piti vielä korttini",
        "Uusi myymälä {brand} {city} avataan musiikin ja kakun kera, {month}",
        "Äitini tilasi, piti tulla {thing}, mutta sai jonkun toisen paketin",
        "Vastaus luvattiin viimeistään {n} tunnissa, ja siitä on jo viikko",
        "Henkilöstö marssii ulos {day}, {brand}, sanoo liitto, {city}",
        "Kaksi peukkua kuljettajalle, joka odotti meitä sateessa, {city}",
        "{brand} palkkaa toimistoonsa {n} uutta ihmistä, {city}, yhtiö sanoo",
        "Sovellus kaatuu aina kun avaan kohdan {thing} vanhalla puhelimellani",
        "Mikään ei toimi täällä, alkoi {day}, ei edes vessan valo",
        "Miksi {brand} ei koskaan pyydä anteeksi, vaikka {thing} myöhästyy taas",
    ),
    "pl": (
        "Czekam na {thing} od firmy {brand}, zaczęło się {day}, i nikt mi nic nie mówi",
        "{brand} właśnie nas zawiadomił, że połączenie {city} znika, ostatni miesiąc to {month}",
        "Kolejka do okienka {brand}, {city}, miała dziś rano {n} osób",
        "Czy komuś jeszcze {brand} zgubił ostatnio {thing}",
        "Miły człowiek z {brand}, {city}, znalazł {thing} i zadzwonił tego samego wieczoru",
        "{brand} podnosi ceny o {n} procent, pisze gazeta, {city}",
        "Zapłaciłam {day} o {n} euro za dużo, a automat połknął kartę",
        "Nowy sklep {brand}, {city}, otwiera się z muzyką i tortem, {month}",
        "Moja mama zamówiła {thing}, a dostała cudzą paczkę",
        "Odpowiedź obiecali w ciągu {n} godzin, minął już tydzień",
        "Załoga {brand} przerywa pracę {day}, mówi związek, {city}",
        "Brawa dla kierowcy, który czekał na nas w deszczu, {city}",
        "{brand} zatrudni w biurze {n} osób, {city}, podaje spółka",
        "Aplikacja pada za każdym razem, gdy otwieram {thing} na starym telefonie",
        "Nic tu nie działa, zaczęło się {day}, nawet światło w toalecie",
        "Dlaczego {brand} nigdy nie przeprasza, kiedy {thing} znów się spóźnia",
    ),
}

ENDINGS = {
    "en": _list(
        "and that is all I know so far;even though I pay every month for better;"
        "which nobody at the counter could explain to me;as my neighbour told me yesterday evening;"
        "so I am going home by bus now;and the children are laughing about it already;"
        "while the television talks about the weather;and I wonder who decided that;"
        "just when we had packed everything for the summer;but at least the coffee was good;"
        "and my sister has a photograph of it all;without a word in the newspapers;"
        "for the third time since we moved here;and it took them less than an hour"
    ),
    "fi": _list(
        "ja muuta en vielä tiedä;vaikka maksan joka kuukausi paremmasta;"
        "mitä kukaan tiskin takana ei osannut selittää;kuten naapurini kertoi eilen illalla;"
        "joten lähden nyt bussilla kotiin;ja lapset nauravat sille jo;"
        "samalla kun televisio puhuu säästä;ja mietin kuka siitä oikein päätti;"
        "juuri kun olimme pakanneet kaiken kesää varten;mutta kahvi oli sentään hyvää;"
        "ja siskollani on koko jutusta valokuva;eikä sanomalehdissä ollut sanaakaan;"
        "kolmannen kerran sen jälkeen kun muutimme tänne;ja siihen meni alle tunti"
    ),
    "pl": _list(
        "i na razie nic więcej nie wiem;chociaż co miesiąc płacę za coś lepszego;"
        "czego nikt za ladą nie umiał mi wyjaśnić;jak opowiadał wczoraj wieczorem mój sąsiad;"
        "więc wracam teraz do domu autobusem;a dzieci już się z tego śmieją;"
        "podczas gdy telewizja mówi o pogodzie;i zastanawiam się kto to wymyślił;"
        "akurat kiedy spakowaliśmy wszystko na lato;ale przynajmniej kawa była dobra;"
        "a moja siostra ma z tego zdjęcie;bez słowa w gazetach;"
        "trzeci raz odkąd tu mieszkamy;a zajęło im to niecałą godzinę"
    ),
}

SLOTS = {
    "en": {
        "thing": _list(
            "my refund,a blue suitcase,the winter tyres,a birthday cake,the season ticket,"
            "my mended shoes,the router,a box of books,the dog food,our tickets"
        ),
        "day": _list("Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"),
        "month": _list("January,March,May,June,August,October,December"),
    },
    "fi": {
        "thing": _list(
            "palautus,sininen laukku,talvirenkaat,syntymäpäiväkakku,kausilippu,"
            "korjatut kengät,reititin,laatikollinen kirjoja,koiranruoka,liput"
        ),
        "day": _list(
            "maanantaina,tiistaina,keskiviikkona,torstaina,perjantaina,lauantaina,sunnuntaina"
        ),
        "month": _list("tammikuu,maaliskuu,toukokuu,kesäkuu,elokuu,lokakuu,joulukuu"),
    },
    "pl": {
        "thing": _list(
            "zwrot pieniędzy,niebieską walizkę,zimowe opony,tort urodzinowy,bilet okresowy,"
            "naprawione buty,ruter,karton książek,karmę dla psa,nasze bilety"
        ),
        "day": _list("w poniedziałek,we wtorek,w środę,w czwartek,w piątek,w sobotę,w niedzielę"),
        "month": _list("styczeń,marzec,maj,czerwiec,sierpień,październik,grudzień"),
    },
}
BRANDS = _list("Norvia,Tuulikki,Zefirka,Kelmo,Brunet & Co,Palvero,Ostroma,Vihta,Lumi Bank")
CITIES = _list("Oslo,Rome,Turku,Gdynia,Porto,Vaasa,Lublin,Tartu,Bergen,Malmö,Oulu,Radom")

COMMENTS = {
    "en": _list(
        "unbelievable,so this is how they treat us,read this,well well,my words exactly,"
        "I told you this would happen sooner or later,who would have thought,good news for once,"
        "not the first time and surely not the last one either,what do you think about this"
    ),
    "fi": _list(
        "uskomatonta,näin meitä kohdellaan,lukekaa tämä,no niin,juuri näin,"
        "sanoinhan että tässä käy vielä näin ennemmin tai myöhemmin,kukapa olisi arvannut,"
        "hyviä uutisia vaihteeksi,ei ensimmäinen kerta eikä taatusti viimeinenkään"
    ),
    "pl": _list(
        "nie do wiary,tak nas traktują,przeczytajcie,no proszę,dokładnie tak,"
        "mówiłem że prędzej czy później tak się to skończy,kto by pomyślał,"
        "wreszcie dobra wiadomość,nie pierwszy raz i na pewno nie ostatni,co o tym sądzicie"
    ),
}
COUNTS = {
    "en": ("{} likes", "{} likes, {} comments", "❤ {} 🔁 {}", "{} shares · {} replies"),
    "fi": ("{} tykkäystä", "{} tykkäystä {} kommenttia", "👍 {} 💬 {}", "{} jakoa"),
    "pl": ("{} polubień", "{} polubień, {} komentarzy", "❤ {}", "{} udostępnień"),
}
SHORT = _list(
    "thanks!,+1,kiitos,dzięki,😡,this,thank you so much,no comment,same here,"
    "kiitos paljon,dziękuję bardzo,lol,first!,good morning,hyvää huomenta"
)

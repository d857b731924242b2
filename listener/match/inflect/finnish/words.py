"""Finnish words whose type cannot be read off their ending: the closed classes.

New words and names never join these classes, so the lists are whole enough when they hold what
compounds end in: *Kotilahti* bends as *lahti* does.
"""

_KIVI = """
    kivi nimi tuli uni suoni hiiri kieli mieli niemi pieni suuri nuori juuri ääni saari meri veri
    järvi talvi hirvi sarvi polvi pilvi ovi savi sormi lumi suomi tammi salmi särki kurki järki
    arki kärki hanki onki henki sänki honki joki mäki väki noki reki hiki hauki suksi lapsi hapsi
    ripsi veitsi peitsi lahti tähti lehti hanhi vuohi riihi tuohi lohi moni kusi uksi onni hetki
    retki nuoli puoli vuori tuomi luomi huoli suoli tyvi lovi povi suvi siipi läpi lampi sampi
    kampi sompi kaikki leski koski kaski poski helmi tiili huuli kuori sääri ääri jälki kylki
    parvi torvi korpi virpi arpi sieni tyyni ruuhi sääski vuoksi hiili tuoni tuppi sappi happi
    typpi umpi kanki viiksi suitsi tuuli kiiski varsi nurmi jouhi teeri toimi loimi liemi seimi
    niini saarni sormi jousi kuusi vyyhti
    kaari koipi rupi laki taimi solki närhi appi piki juoni vieri kilpi käki kaihi pälvi soppi
"""
E_STEMS = frozenset(_KIVI.split())
"""Old words in -i whose stem ends in -e: kivi, kiven."""

_VESI = """
    vesi käsi susi uusi kuusi viisi tosi kausi köysi täysi hirsi orsi varsi virsi parsi länsi kansi
    kynsi jälsi hiisi liesi niisi reisi vuosi paasi ponsi korsi mesi sysi torsi pursi kesi karsi
"""
TE_STEMS = frozenset(_VESI.split())
"""Old words in -si whose stem ends in -te: vesi, veden, vettä."""

EE_STEMS = {
    "askel": "askelee",
    "kyynel": "kyynelee",
    "kyynär": "kyynärä",
    "sammal": "sammalee",
    "sävel": "sävelee",
    "kannel": "kantelee",
    "ommel": "ompelee",
    "vemmel": "vempelee",
    "taival": "taipalee",
    "manner": "manteree",
    "penger": "penkeree",
    "tanner": "tanteree",
    "huhmar": "huhmaree",
    "auer": "auteree",
    "kinner": "kinteree",
    "petkel": "petkelee",
    "seppel": "seppelee",
}
"""Words in a consonant whose stem ends in -ee: manner, mantereen, mannerta."""

ODD_STEMS = {
    "ien": ("ikene", "ikene", "ien"),
    "mies": ("miehe", "miehe", "mies"),
    "veli": ("velje", "velje", "velje"),
    "ruis": ("rukii", "rukii", "ruis"),
    "lämmin": ("lämpimä", "lämpimä", "lämmin"),
    "vasen": ("vasempa", "vasemma", "vasen"),
    "sydän": ("sydäme", "sydäme", "sydän"),
    "morsian": ("morsiame", "morsiame", "morsian"),
    "hapan": ("happama", "happama", "hapan"),
    "tuhat": ("tuhante", "tuhanne", "tuhat"),
    "kaksi": ("kahte", "kahde", "kaht"),
    "yksi": ("yhte", "yhde", "yht"),
    "haaksi": ("haahte", "haahde", "haaht"),
}
"""Words of their own: the strong stem, the weak one, and what stands before -ta."""

EITHER = frozenset({"helmi", "kuusi", "lumi", "mesi", "onni", "suvi", "talvi", "tosi", "tuuli"})
"""Words in -i that are names too, and then keep it: Lumi, Lumin."""

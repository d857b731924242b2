"""Estonian words whose type cannot be read off their ending: the closed classes.

New words and names never join them, and compounds bend as their last part does.
"""

E_STEMS = frozenset(
    {
        "jõgi",
        "mägi",
        "vägi",
        "süli",
        "suvi",
        "lumi",
        "meri",
        "nimi",
        "tuli",
        "veri",
        "keri",
        "tüvi",
        "lävi",
        "uni",
        "tuni",
        "tugi",
    }
)
"""Old words in -i whose stem ends in -e: jõgi, jõe, jõgede."""

TE_STEMS = frozenset({"vesi", "mesi", "käsi", "susi", "tõsi", "kesi", "süsi"})
"""Old words in -si whose stem ends in -te: vesi, vee, vett."""

SE_STEMS = frozenset({"äike", "päike"})
"""Words in -e with a genitive in -se: päike, päikese."""

ME_STEMS = frozenset(
    {
        "ase",
        "habe",
        "aste",
        "liige",
        "võti",
        "süda",
        "ige",
        "ese",
        "jäse",
        "ranne",
        "juhe",
        "nääre",
        "poole",
        "tõuse",
        "haare",
        "köide",
    }
)
"""Words with a genitive in -me: aste, astme."""

ODD_GENITIVES = {
    "aeg": "aja", "poeg": "poja", "kiri": "kirja", "mari": "marja", "hari": "harja",
    "kari": "karja", "vari": "varju", "asi": "asja", "ahi": "ahju", "vili": "vilja",
    "kuri": "kurja", "tühi": "tühja", "väli": "välja", "sari": "sarja", "rohi": "rohtu",
    "sõda": "sõja", "koda": "koja",
    "soe": "sooja", "hõbe": "hõbeda", "sõber": "sõbra", "vaher": "vahtra",
}  # fmt: skip
"""Words of their own, and their genitive."""

CONSONANT_STEMS = {
    "uus": ("uue", "uu"), "kuus": ("kuue", "kuu"), "viis": ("viie", "vii"),
    "mees": ("mehe", "mees"), "kaas": ("kaane", "kaan"), "küüs": ("küüne", "küün"),
    "õis": ("õie", "õi"), "täis": ("täie", "täi"), "vars": ("varre", "var"),
    "kärbes": ("kärbse", "kärbes"), "poiss": ("poisi", "pois"),
}  # fmt: skip
"""Words of their own: the genitive, and what stands before the -t of the partitive."""

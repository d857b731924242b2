"""Bytes to text where the label on them may be wrong.

Mail programs mislabel in a few well-known ways: UTF-8 that is called Latin-1 or ASCII, Windows'
code page called Latin-1, no label at all. A label that can't be true is not believed; one that
can is.
"""

import codecs

_ALIASES = {
    "iso-8859-8-i": "iso-8859-8",
    "ansi_x3.110-1983": "cp1252",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "",
    "unknown-8bit": "",
    "8bit": "",
    "binary": "",
    "default": "",
    "x-gbk": "gbk",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
}
_NO_CHARSETS = {
    "unicode-escape",
    "raw-unicode-escape",
    "unicode_escape",
    "raw_unicode_escape",
    "idna",
    "punycode",
    "undefined",
    "charmap",
}
"""Codecs of the language for other ends; some of them can be made to work for hours."""

_SINGLE_BYTE = ("iso8859", "cp125", "koi8", "latin", "ascii", "mac", "cp8", "cp4")
_LATIN = {"iso8859-1", "ascii", "latin_1"}


def decoded(raw: bytes, label: str) -> str:
    """The text, as well as it can be known. Never raises."""
    name = _codec(label)
    is_single_byte = not name or name.startswith(_SINGLE_BYTE)
    tries = ["utf-8", name] if is_single_byte else [name, "utf-8"]
    if not raw.isascii() and name == "utf-7":
        tries = ["utf-8"]
    for one in tries:
        if not one or one in _LATIN:
            continue
        try:
            return raw.decode(one).removeprefix("\ufeff")
        except (UnicodeError, LookupError, ValueError):
            continue
    return raw.decode(name if name not in _LATIN | {"", "utf-8"} else "cp1252", "replace")


def _codec(label: str) -> str:
    """The name of the codec that a label means, or nothing where it means none."""
    label = label.strip().strip("\"'").lower()[:60]
    label = _ALIASES.get(label, label)
    try:
        name = codecs.lookup(label).name if label and label.isascii() else ""
    except (LookupError, ValueError):
        return ""
    return "" if name in _NO_CHARSETS else name

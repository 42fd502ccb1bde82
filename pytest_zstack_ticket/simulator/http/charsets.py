"""Charsets as Java knows them, and the Content-Type that names one. Source: Tomcat's MediaType, JDK 17's Charset."""

from __future__ import annotations

import re

_NAMES: dict[str, str] = {
    "utf-8": "unicode-1-1-utf-8 utf-8 utf8",
    "utf-16": "unicode unicodebig utf-16 utf16 utf_16",
    "utf-16-be": "iso-10646-ucs-2 unicodebigunmarked utf-16be utf_16be x-utf-16be",
    "utf-16-le": "unicodelittleunmarked utf-16le utf_16le x-utf-16le",
    "utf-32": "utf-32 utf32 utf_32",
    "utf-32-be": "utf-32be utf_32be x-utf-32be",
    "utf-32-le": "utf-32le utf_32le x-utf-32le",
    "ascii": "646 ansi_x3.4-1968 ansi_x3.4-1986 ascii ascii7 cp367 default ibm367 iso646-us iso_646.irv:1983 "
    "iso_646.irv:1991 us us-ascii",
    "latin-1": "819 8859_1 cp819 ibm-819 ibm819 iso-8859-1 iso8859-1 iso8859_1 iso_8859-1 iso_8859-1:1987 "
    "iso_8859_1 l1 latin1",
    "iso8859-2": "8859_2 912 cp912 ibm-912 ibm912 iso-8859-2 iso8859-2 iso8859_2 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859-5": "8859_5 915 cp915 cyrillic ibm-915 ibm915 iso-8859-5 iso8859-5 iso8859_5 iso_8859-5 iso_8859-5:1988",
    "iso8859-7": "813 8859_7 cp813 ecma-118 elot_928 greek greek8 ibm-813 ibm813 iso-8859-7 iso8859-7 iso8859_7 "
    "iso_8859-7 iso_8859-7:1987 sun_eu_greek",
    "iso8859-9": "8859_9 920 cp920 ibm-920 ibm920 iso-8859-9 iso8859-9 iso8859_9 iso_8859-9 iso_8859-9:1989 l5 latin5",
    "iso8859-15": "8859_15 923 cp923 ibm-923 ibm923 iso-8859-15 iso8859-15 iso8859_15 iso8859_15_fdis iso_8859-15 l9 "
    "latin-9 latin0 latin9",
    "cp1250": "cp1250 cp5346 windows-1250",
    "cp1251": "ansi-1251 cp1251 cp5347 windows-1251",
    "cp1252": "cp1252 cp5348 ibm-1252 ibm1252 windows-1252",
    "cp1253": "cp1253 cp5349 windows-1253",
    "cp1254": "cp1254 cp5350 windows-1254",
    "koi8-r": "koi8 koi8-r koi8_r",
    "koi8-u": "koi8-u koi8_u",
    "gbk": "cp936 gbk windows-936",
    "gb2312": "euc-cn euc_cn euccn gb2312 gb2312-1980 gb2312-80 x-euc-cn",
    "gb18030": "gb18030 gb18030-2022",
    "big5": "big5",
    "big5hkscs": "big5-hkscs big5_hkscs big5hk big5hkscs",
    "shift_jis": "ms_kanji shift-jis shift_jis sjis x-sjis",
    "cp932": "ms932 windows-31j windows-932",
    "euc_jp": "euc-jp euc_jp eucjis eucjp extended_unix_code_packed_format_for_japanese x-euc-jp x-eucjp",
    "euc_kr": "5601 euc-kr euc_kr euckr ks_c_5601-1987 ksc5601 ksc5601-1987 ksc5601_1987 ksc_5601",
    "cp037": "037 cp037 cpibm37 ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt ibm-037 ibm-37 ibm037",
}
"""Java's names and aliases of each codec, in lower case: the common ones of its 173 charsets."""
_CODECS = {name: codec for codec, names in _NAMES.items() for name in names.split()}
_MALFORMED = frozenset({"utf-8", "ascii"})
_DOUBLE = frozenset({"gbk", "gb2312", "gb18030", "big5", "big5hkscs", "shift_jis", "cp932", "euc_jp", "euc_kr"})
_UNITS = {"utf-16": 2, "utf-16-be": 2, "utf-16-le": 2, "utf-32": 4, "utf-32-be": 4, "utf-32-le": 4}
_MARKS = {"utf-16": (b"\xff\xfe", b"\xfe\xff"), "utf-32": (b"\xff\xfe\0\0", b"\0\0\xfe\xff")}
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]*"
_TYPE = re.compile(rf"[ \t]*{_WORD}[ \t]*/[ \t]*{_WORD}[ \t]*", re.ASCII)
_PARAMETER = re.compile(
    rf";[ \t]*(?P<name>{_WORD})[ \t]*(?:=[ \t]*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<value>{_WORD}))[ \t]*)?",
    re.ASCII,
)
LEGAL_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9.:_+-]*\\Z", re.ASCII)
"""What may be the name of a charset at all."""


def charset_parameter(content_type: str) -> str | None:
    """Charset that a Content-Type names, the last one if several; None for one that names none or is no media type."""
    start = _TYPE.match(content_type)
    at = start.end() if start else 0
    found: str | None = None
    while start and at < len(content_type):
        match = _PARAMETER.match(content_type, at)
        if match is None:
            return None
        at = match.end()
        if match["name"].lower() == "charset":
            quoted = match["quoted"]
            found = match["value"] or "" if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return found


def java_codec(name: str) -> str | None:
    """Codec of a charset that Java knows by this name; None for any other."""
    return _CODECS.get(name.lower())


def java_decoded(data: bytes, codec: str) -> tuple[str, str]:
    """Decode bytes as Java does: the text, and the exception of its decoder, or an empty text.

    What is left of a wide character at the end is not looked at; without a mark, the high byte comes first.
    """
    if codec in _UNITS:
        data = data[: len(data) - len(data) % _UNITS[codec]]
    if codec in _MARKS and not data.startswith(_MARKS[codec]):
        codec += "-be"
    try:
        return data.decode(codec), ""
    except UnicodeDecodeError as error:
        return "", f"{_complaint(codec, error)}"


def _complaint(codec: str, error: UnicodeDecodeError) -> str:
    length = max(1, error.end - error.start)
    if codec in _DOUBLE:
        never = error.object[error.start] in (0x80, 0xFF)
        kind, length = ("Malformed", 1) if never else ("Unmappable", 2)
    elif codec in _UNITS:
        kind, length = "Malformed", _UNITS[codec]
    else:
        kind = "Malformed" if codec in _MALFORMED else "Unmappable"
    return f"{kind}{'Input' if kind == 'Malformed' else 'Character'}Exception: Input length = {length}"

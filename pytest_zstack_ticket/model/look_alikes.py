"""Names that read alike: what all spellings of one have in common, so that no look-alike passes for another."""

from __future__ import annotations

import re
import unicodedata

LOOK_ALIKES = str.maketrans(
    "абԁеіјкӏмнорԛѕтсухѵԝԍһгп" + "αεικνορτυχω" + "օոսհցզյ" + "ɑɡıɩøłđħŧ" + "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ" + "01",
    "abdeijklmhopqstcyxvwghrn" + "aeiknoptyxw" + "onuhgqj" + "agiioldht" + "abcdefghijklmnoprstuvwyz" + "ol",
)
"""Cyrillic, Greek, Armenian and other letters, and digits, that read like Latin letters."""
FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that show nothing. All other characters that do not are marks or controls."""
SYMBOL = "\ua66e"
"""A letter that looks like none, for a symbol that may look like one."""
ANY = "?"
"""Stands for a letter of which we do not know what it reads like."""
_WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LOOK_ALIKES)
    return _WORD.findall(
        "".join(one for one in plain if unicodedata.category(one)[0] not in "MC" and one not in FILLERS)
    )


def skeleton(text: str) -> str:
    """Return what all spellings of a name have in common: no case, accents, punctuation, blanks or look-alikes."""
    # a capital i reads like an l, and two letters can read like one
    return "".join(_words(text)).replace("i", "l").replace("rn", "m").replace("vv", "w")


def reads_like(text: str, name: str) -> bool:
    """Tell whether a text may pass for a name in Latin letters: letters of other scripts may look like any of them.

    So may symbols, and they may look like nothing. Chinese, Japanese and Korean characters look like no Latin letter.
    """
    plain = unicodedata.normalize("NFKD", text)
    with_symbols = "".join(SYMBOL if unicodedata.category(one)[0] == "S" else one for one in plain)
    wanted = skeleton(name)
    return any(
        len(found) == len(wanted)
        and all(one in (other, ANY) for one, other in zip(map(_readable, found), wanted, strict=True))
        for found in (skeleton(text), skeleton(with_symbols))
    )


def _readable(letter: str) -> str:
    """Return a letter, or ANY for one of a script of which some letters look like Latin ones."""
    named = unicodedata.name(letter, "")
    known = letter.isascii() or named.startswith(("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ", "BOPOMOFO "))
    return letter if known else ANY


def one_person(one: str, other: str) -> bool:
    """Tell whether two names or mail addresses may be those of one person, however spelt and in whatever order."""
    if one.strip() == other.strip():
        return True
    first, second = (_words(name.split("@")[0].split("+")[0]) for name in (one, other))
    spelt = {"".join(first), "".join(sorted(first))} - {""}
    return bool(spelt & {"".join(second), "".join(sorted(second))})

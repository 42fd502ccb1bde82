"""Names that read alike: what all spellings of one have in common, so that no look-alike passes for another."""

from __future__ import annotations

import re
import unicodedata

LOOK_ALIKES = str.maketrans(
    "абԁеіјкӏмнорԛѕтсухѵԝԍһгп" + "αεικνορτυχω" + "օոսհցզյ" + "ɑɡıɩøłđħŧ" + "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ" + "01",
    "abdeijklmhopqstcyxvwghrn" + "aeiknoptyxw" + "onuhgqj" + "agiioldht" + "abcdefghijklmnoprstuvwyz" + "ol",
)
"""Cyrillic, Greek, Armenian and other letters, and digits, that read like Latin letters."""
_WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LOOK_ALIKES)
    return _WORD.findall("".join(one for one in plain if unicodedata.category(one)[0] not in "MC"))


def skeleton(text: str) -> str:
    """Return what all spellings of a name have in common: no case, accents, punctuation, blanks or look-alikes."""
    return "".join(_words(text)).replace("i", "l")  # a capital i reads like an l


def one_person(one: str, other: str) -> bool:
    """Tell whether two names or mail addresses may be those of one person, however spelt and in whatever order."""
    if one.strip() == other.strip():
        return True
    first, second = (_words(name.split("@")[0].split("+")[0]) for name in (one, other))
    spelt = {"".join(first), "".join(sorted(first))} - {""}
    return bool(spelt & {"".join(second), "".join(sorted(second))})

"""Translations: the catalogues of both languages, and phrases rendered with them."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.model.outcome import Phrase

LANGUAGES = ("en", "zh")
TRANSLATED_PARAMETERS = frozenset({"what", "before", "need", "kind"})
"""Parameters of phrases that hold a word of the catalogue, not a text of the target."""


class _Filled(string.Formatter):
    """Fills texts in: `{count:ticket|tickets}` is the first word for one, the second for any other number."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Choose between two words by a number, which a phrase has as text; other formats are those of Python."""
        one, many, others = format_spec.partition("|")
        if not many:
            return str(super().format_field(value, format_spec))
        return one if str(value) == "1" else others


_FILLED = _Filled()


class Line(str):
    """A text of a catalogue, which has the right words for one and for many."""

    __slots__ = ()

    def format(self, *args: object, **kwargs: object) -> str:
        """Fill the text in."""
        return _FILLED.vformat(self, args, kwargs)

    def format_map(self, mapping: Mapping[str, object], /) -> str:  # type: ignore[override] # the base takes less
        """Fill the text in from a mapping, of which it may use a part."""
        return _FILLED.vformat(self, (), mapping)


@dataclass(frozen=True, slots=True)
class Translations:
    """The catalogues by language: `phrase` has what checks report, `word` words, `terminal` the run's own lines."""

    catalogues: Mapping[str, Mapping[str, Mapping[str, str]]]

    def __post_init__(self) -> None:
        """Make every text one that can be filled in."""
        lines = {
            lang: {table: {key: Line(text) for key, text in rows.items()} for table, rows in tables.items()}
            for lang, tables in self.catalogues.items()
        }
        object.__setattr__(self, "catalogues", lines)

    def render(self, phrase: Phrase, lang: str) -> str:
        """Render a phrase in a language. Raises KeyError for a phrase that no catalogue has."""
        words = self.catalogues[lang]["word"]
        parameters = {
            name: words.get(value, value) if name in TRANSLATED_PARAMETERS else value
            for name, value in phrase.parameters
        }
        return self.catalogues[lang]["phrase"][phrase.key].format(**parameters)

    def render_json(self, phrase: Mapping[str, Any], lang: str) -> str:
        """Render a phrase that is in JSON form."""
        return self.render(Phrase.of(phrase["key"], **phrase["parameters"]), lang)

    def both(self, phrase: Phrase) -> dict[str, str]:
        """Render a phrase in every language."""
        return {lang: self.render(phrase, lang) for lang in LANGUAGES}

    def say(self, key: str, lang: str, **parameters: object) -> str:
        """Render one of the run's own lines."""
        return self.catalogues[lang]["terminal"][key].format(**parameters)

    def load(self, key: str, lang: str, **parameters: object) -> str:
        """Render a line of a load or of its report."""
        return self.catalogues[lang]["load"][key].format(**parameters)

    def command(self, key: str, lang: str, **parameters: object) -> str:
        """Render a line of a command of `zstack-ticket` that has no report of its own."""
        return self.catalogues[lang]["command"][key].format(**parameters)

    def page(self, key: str, lang: str) -> str:
        """Look up a line of the page that has no parameters."""
        return self.catalogues[lang]["page"][key]

    def doctor(self, key: str, lang: str) -> str:
        """Look up a step, a state or a fix of the doctor."""
        return self.catalogues[lang]["doctor"][key]

    def explain(self, key: str, lang: str) -> str:
        """Look up a label of the explanation of a requirement."""
        return self.catalogues[lang]["explain"][key]

    def word(self, key: str, lang: str) -> str:
        """Look up a word such as a verdict or a level; one that no catalogue has stays as it is."""
        return self.catalogues[lang]["word"].get(key, key)


FOLDER = Path(__file__).parents[1] / "locale"


@lru_cache(maxsize=1)
def translations() -> Translations:
    """Load the catalogues of every language, once."""
    return Translations({lang: tomllib.loads((FOLDER / f"{lang}.toml").read_text("utf-8")) for lang in LANGUAGES})

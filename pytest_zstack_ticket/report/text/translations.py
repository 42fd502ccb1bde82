"""Translations: the catalogues of both languages, and phrases rendered with them."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Translations:
    """The catalogues by language: `phrase` has what checks report, `word` words, `terminal` the run's own lines."""

    catalogues: Mapping[str, Mapping[str, Mapping[str, str]]]

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

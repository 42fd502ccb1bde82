"""Say phrases to people in their language, from catalogues that were read elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.model.outcome import Phrase

LANGUAGES = ("en", "zh")
TRANSLATED = frozenset({"what", "before", "need", "kind"})
"""Parameters of phrases that hold a word of ours, not a text of the target."""


@dataclass(frozen=True, slots=True)
class Translations:
    """The catalogues by language: `phrase` is what checks say, `word` single words, `terminal` the run's own lines."""

    catalogues: Mapping[str, Mapping[str, Mapping[str, str]]]

    def render(self, phrase: Phrase, lang: str) -> str:
        """Return a phrase in a language. Raises KeyError for a phrase that no catalogue has."""
        words = self.catalogues[lang]["word"]
        told = {name: words.get(value, value) if name in TRANSLATED else value for name, value in phrase.parameters}
        return self.catalogues[lang]["phrase"][phrase.key].format(**told)

    def render_json(self, told: Mapping[str, Any], lang: str) -> str:
        """Return a phrase that is in JSON form."""
        return self.render(Phrase.of(told["key"], **told["parameters"]), lang)

    def both(self, phrase: Phrase) -> dict[str, str]:
        """Return a phrase in every language."""
        return {lang: self.render(phrase, lang) for lang in LANGUAGES}

    def say(self, key: str, lang: str, **parameters: object) -> str:
        """Return one of the run's own lines."""
        return self.catalogues[lang]["terminal"][key].format(**parameters)

    def doctor(self, key: str, lang: str) -> str:
        """Return a step, a state or a mending of the doctor."""
        return self.catalogues[lang]["doctor"][key]

    def explain(self, key: str, lang: str) -> str:
        """Return a label of what is told about a requirement."""
        return self.catalogues[lang]["explain"][key]

    def word(self, key: str, lang: str) -> str:
        """Return a word such as a verdict or a level."""
        return self.catalogues[lang]["word"].get(key, key)


FOLDER = Path(__file__).parents[1] / "locale"


@lru_cache(maxsize=1)
def wording() -> Translations:
    """Return the words of every language."""
    return Translations({lang: tomllib.loads((FOLDER / f"{lang}.toml").read_text("utf-8")) for lang in LANGUAGES})

"""The catalogues of what people read."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.report.text.translations import LANGUAGES, Translations

PACKAGE = Path(__file__).parents[4] / "pytest_zstack_ticket"
CATALOGUES = {
    lang: tomllib.loads((PACKAGE / "report" / "locale" / f"{lang}.toml").read_text("utf-8")) for lang in LANGUAGES
}
WORDING = Translations(CATALOGUES)


def trees() -> Iterator[ast.AST]:
    for file in PACKAGE.rglob("*.py"):
        yield ast.parse(file.read_text("utf-8"))


def phrase_keys() -> set[str]:
    """Return the key of every `Phrase.of("...")` in the package."""
    calls = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    named = (call.args[0] for call in calls if ast.unparse(call.func) == "Phrase.of")
    return {one.value for one in named if isinstance(one, ast.Constant)}


def written_strings() -> tuple[set[str], set[str]]:
    """Return every string constant of the package, and what every f-string begins with."""
    nodes = [node for tree in trees() for node in ast.walk(tree)]
    plain = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    first = (node.values[0] for node in nodes if isinstance(node, ast.JoinedStr) and node.values)
    return plain, {one.value for one in first if isinstance(one, ast.Constant) and len(str(one.value)) > 3}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_table_has_the_same_keys_in_every_language():
    shapes = [{table: set(rows) for table, rows in CATALOGUES[lang].items()} for lang in LANGUAGES]
    assert all(one == other for one, other in pairwise(shapes))


def test_every_text_has_the_same_placeholders_in_every_language():
    for table, rows in CATALOGUES["en"].items():
        for key, text in rows.items():
            assert placeholders(text) == placeholders(CATALOGUES["zh"][table][key]), key


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "after the run: 1 ticket left, 0 deleted at the end, 1 request sent"), (2, "2 tickets left")],
)
def test_one_thing_is_not_said_to_be_many(count: int, said: str):
    assert said in WORDING.say("left", "en", count=count, deleted=0, used=count)
    assert f"{count} 个" in WORDING.say("left", "zh", count=count, deleted=0, used=count)


def test_a_count_of_a_phrase_is_text_and_has_its_plural_too():
    rows = {n: WORDING.render(Phrase.of("expect-page-size", count=n), "en") for n in ("1", "2")}
    assert rows == {"1": "a page of 1 row", "2": "a page of 2 rows"}


def test_no_english_text_has_a_plural_beside_a_number_whatever_the_number_is():
    texts = {(table, key): text for table, rows in CATALOGUES["en"].items() for key, text in rows.items()}
    nouns = {word for text in texts.values() for word in re.findall(r"\{\w+:[^|}]*\|(\w+s)\b", text)}
    careless = re.compile(rf"\{{(?!fields|id|seconds)\w+\}} (?:[a-z]+ )?(?:{'|'.join(nouns)})\b|\(s\)")
    in_a_script = {("fleet", "shown")}
    assert {key for key, text in texts.items() if careless.search(text)} == in_a_script


@pytest.mark.parametrize(
    "flaw",
    [
        "[\u4e00-\u9fff][A-Za-z0-9{$`-]|[A-Za-z0-9}`][\u4e00-\u9fff]",
        "[\u4e00-\u9fff] ?[,;:!?(]|[,;:?!)] ?[\u4e00-\u9fff]",
        "目标|作业|草稿|力度|机密|秘密|内嵌|内置端点|需求|配置档",
    ],
    ids=["no space between Chinese and Latin", "half-width punctuation", "not the word of the glossary"],
)
def test_chinese_texts_keep_to_the_typography_and_the_glossary(flaw: str):
    texts = [text for rows in CATALOGUES["zh"].values() for text in rows.values()]
    assert [text for text in texts if re.search(flaw, text)] == []


def test_every_phrase_that_the_code_says_can_be_said():
    assert phrase_keys() - set(CATALOGUES["en"]["phrase"]) == set()


def test_no_phrase_is_said_by_nobody():
    plain, beginnings = written_strings()
    unsaid = [
        key
        for key in CATALOGUES["en"]["phrase"]
        if key not in plain and not any(key.startswith(one) for one in beginnings)
    ]
    assert unsaid == []


def test_a_phrase_is_filled_in():
    phrase = Phrase.of("status-is", status=204)
    assert WORDING.render(phrase, "en") == "status 204"
    assert WORDING.both(phrase)["zh"] == "状态码 204"


def test_a_word_of_ours_in_a_phrase_is_translated():
    phrase = Phrase.of("sibling-not-accepted", what="was-refused")
    assert "refused" in WORDING.render(phrase, "en")
    assert "被拒绝" in WORDING.render(phrase, "zh")


def test_a_text_of_the_target_is_never_translated():
    assert "passed" in WORDING.render(Phrase.of("shows", value="passed"), "zh")


def test_braces_in_a_text_of_the_target_are_text():
    assert "{name}" in WORDING.render(Phrase.of("shows", value="{name}"), "en")


def test_an_unknown_phrase_is_an_error():
    with pytest.raises(KeyError):
        WORDING.render(Phrase.of("nobody-says-this"), "en")

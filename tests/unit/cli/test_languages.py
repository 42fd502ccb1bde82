"""What commands say beside their reports: in the language that was asked for, none of it written into the code."""

import ast
import json
import re
from pathlib import Path

import pytest

from pytest_zstack_ticket import cli
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations
from tests.support.sample_report import sample_report

SAID = frozenset({"print_message", "write_line"})
TWO_WORDS = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")
COMMANDS_TO_COPY = ("  zstack-ticket doctor ", "pytest --zstack-url=")
"""Literals that are no language."""


def sentences(source: str) -> list[str]:
    """Return the literals with two words in a row that are written out as they are."""
    calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
    written = [one for call in calls if getattr(call.func, "id", "") in SAID for one in call.args]
    parts = [part for one in written for part in (one.values if isinstance(one, ast.JoinedStr) else [one])]
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    known = [text for text in texts if not any(copied in text for copied in COMMANDS_TO_COPY)]
    return [text for text in known if TWO_WORDS.search(text)]


def test_a_sentence_in_the_code_is_seen():
    assert sentences('print_message(f"{output}: {count} files, it says.")\nwrite_line(name)') == [" files, it says."]


@pytest.mark.parametrize("path", sorted(Path(cli.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_no_command_has_a_sentence_in_its_code(path: Path):
    assert sentences(path.read_text("utf-8")) == []


def test_every_section_has_the_same_lines_with_the_same_parameters_in_both_languages():
    one, other = (translations().catalogues[lang] for lang in LANGUAGES)
    assert one.keys() == other.keys()
    for section in one:
        assert one[section].keys() == other[section].keys(), section


def test_bundle_speaks_the_language_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "report.json").write_text(json.dumps(sample_report()))
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    for words, said in (([], "1 个文件。"), (["--lang", "zh"], "1 个文件。"), (["--lang", "en"], "1 file.")):
        assert main(["bundle", str(tmp_path / "run"), "--output", str(tmp_path / "out.zip"), *words]) == 0
        assert said in capsys.readouterr().err

"""Every help: within the width of a terminal, and whole in Chinese."""

import argparse

import pytest
from wcwidth import wcswidth

from pytest_zstack_ticket.cli.help_text import chinese
from pytest_zstack_ticket.cli.main import COMMANDS, GROUPS, make_parser

LOCALES = {"en": "en_US.UTF-8", "zh": "zh_CN.UTF-8"}


def parser_of(name: str) -> argparse.ArgumentParser:
    commands = next(one for one in make_parser(name)._actions if isinstance(one, argparse._SubParsersAction))
    found: argparse.ArgumentParser = commands.choices[name]
    return found


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("columns", [80, 120])
def test_no_help_has_a_line_wider_than_the_terminal(lang: str, columns: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", LOCALES[lang])
    monkeypatch.setenv("COLUMNS", str(columns))
    wide = [
        (name, line)
        for name in COMMANDS
        for line in (parser_of(name).format_help() + make_parser("").format_help()).splitlines()
        if wcswidth(line) > columns
    ]
    assert wide == []


def test_every_text_of_every_help_is_chinese_and_no_translation_is_left_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", LOCALES["zh"])
    parsers = [make_parser(""), *map(parser_of, COMMANDS)]
    texts = {one.help for parser in parsers for one in parser._actions if one.help not in (None, argparse.SUPPRESS)}
    assert texts == set(chinese()["options"])
    assert set(chinese()["commands"]) == set(chinese()["descriptions"]) == set(COMMANDS)
    assert set(chinese()["groups"]) == set(GROUPS)


def test_defaults_and_choices_are_filled_into_a_chinese_help(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", LOCALES["zh"])
    monkeypatch.setenv("COLUMNS", "80")
    shown = parser_of("simulate").format_help()
    assert "监听的地址（默认：127.0.0.1）" in shown
    assert shown.startswith("用法: zstack-ticket simulate")
    assert "\n选项:\n" in shown
    assert "\n示例：\n  zstack-ticket simulate --port 8080" in shown
    assert not {"usage:", "options:", "example:"} & set(shown.split())


def test_an_example_keeps_its_lines_and_a_paragraph_is_wrapped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", LOCALES["en"])
    monkeypatch.setenv("COLUMNS", "60")
    shown = parser_of("waive").format_help()
    assert "\n    --reason 'fixed in 5.3' --owner li --approver wang --expires 2027-01-31" in shown
    paragraph = shown[shown.index("Add a waiver") : shown.index("positional")]
    assert max(map(len, paragraph.splitlines())) <= 60
    assert "\nExit status: 0 written" in paragraph

"""How a help is laid out: within the width of the terminal, and in Chinese where that is the language."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

TRANSLATED = Path(__file__).with_name("help_zh.toml")


@lru_cache(maxsize=1)
def chinese() -> dict[str, Any]:
    """Read the Chinese of every help."""
    import tomllib  # noqa: PLC0415 - only the Chinese help pays for it

    return tomllib.loads(TRANSLATED.read_text("utf-8"))


class Help(argparse.RawDescriptionHelpFormatter):
    """Lays out a help: paragraphs are wrapped by columns; indented lines, which are lists and examples, stay."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = (line for paragraph in _paragraphs(text) for line in _wrapped(paragraph, width))
        return "\n".join(f"{indent}{line}" for line in lines)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return _wrapped(" ".join(text.split()), width)


class ChineseHelp(Help):
    """The same in Chinese; what has no translation stays English."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Add the usage, with its heading."""
        super().add_usage(usage, actions, groups, chinese()["headings"]["usage"] if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """Start a section, with its heading."""
        super().start_section(chinese()["headings"].get(heading, heading))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return str(chinese()["options"].get(action.help, action.help)) if action.help else action.help


def _wrapped(text: str, width: int) -> list[str]:
    if text.startswith(" ") or (text.isascii() and len(text) <= width):
        return [text]
    from pytest_zstack_ticket.report.text.columns import wrapped  # noqa: PLC0415 - the list of commands needs none

    return wrapped(text, width)


def _paragraphs(text: str) -> list[str]:
    """Join the lines of each paragraph; the exit status begins one."""
    found: list[str] = []
    for line in re.sub(r"\. (?=(The e|E)xit status)", ".\n", text).splitlines():
        alone = (
            not line
            or line.startswith((" ", "Exit status", "The exit status", "退出状态"))
            or line.endswith((":", "："))
        )
        if alone or not found or not found[-1] or found[-1].startswith(" ") or found[-1].endswith((":", "：")):
            found.append(line)
        else:
            found[-1] += f" {line}"
    return found

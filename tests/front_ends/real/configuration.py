"""Read the configurations of real front ends: one TOML file a program beside this module.

A file names the program, the package that has it, the commands that start it in the foreground, and the files that it
reads. `@word@` stands for a port, an address or a folder, or for what a configuration puts there; nothing, if it does
not. So a configuration says only what it does differently.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_HOLE = re.compile(r"@([a-z][a-z0-9_]*)@")
SEARCHED = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where servers lie that no user has on the path."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One way in which a program stands before a cloud.

    `hides` is true if it answers in the API's stead, `usable` false if no run can begin behind it. `breaks` are the
    requirements that it breaks for every user, in a way that cannot be told from the API's doing.
    """

    program: str
    name: str
    does: str
    package: str
    needs: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    files: Mapping[str, str]
    puts: Mapping[str, str]
    hides: bool = False
    usable: bool = True
    breaks: tuple[str, ...] = ()
    tls: bool = False
    path: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Programs and files that are not installed."""
        return tuple(one for one in self.needs if found(one) is None)

    def filled(self, text: str, given: Mapping[str, str]) -> str:
        """Return a text with every hole filled; what is put into one may have holes of its own."""
        known = {**self.puts, **given}
        for _ in range(3):
            text = _HOLE.sub(lambda hole: known.get(hole[1], ""), text)
        return text


def found(program: str) -> str | None:
    """Return where a program or a file is, None if it is not installed."""
    if program.startswith("/"):
        return program if Path(program).exists() else None
    return shutil.which(program) or shutil.which(program, path=SEARCHED)


def configurations(files: Sequence[Path] = ()) -> list[Configuration]:
    """Return every configuration of some files, of those beside this module if none is named."""
    return [one for path in files or sorted(HERE.glob("*.toml")) for one in _read(path)]


def _read(path: Path) -> list[Configuration]:
    table = tomllib.loads(path.read_text("utf-8"))
    return [
        Configuration(
            program=path.stem,
            name=f"{path.stem}-{one['name']}",
            does=one["does"],
            package=one.get("package", table["package"]),
            needs=(*table["needs"], *one.get("needs", ())),
            commands=tuple(map(tuple, one.get("commands", table["commands"]))),
            files={**table["files"], **one.get("files", {})},
            puts={**table.get("puts", {}), **one.get("puts", {})},
            hides=one.get("hides", False),
            usable=one.get("usable", True),
            breaks=tuple(one.get("breaks", ())),
            tls=one.get("tls", False),
            path=one.get("path", ""),
        )
        for one in table["configuration"]
    ]

"""The requirement catalogues of the suites, read from their TOML files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.toml_document import TomlFile, read_toml
from pytest_zstack_ticket.model.errors import CatalogueError
from pytest_zstack_ticket.model.requirement import DecidingCheck, FewInputs, Requirement

ID = re.compile(r"ZT-[A-Z0-9]+-\d{3}")


@cache
def catalogue() -> tuple[Requirement, ...]:
    """Return the shipped requirements, read once a process. Raises CatalogueError.

    That they keep to their schema is for the project's tests: to see it costs a tenth of the start of every run.
    """
    from pytest_zstack_ticket.config.package_data import suites_folder  # noqa: PLC0415 - likewise

    try:
        return load_catalogue(suites_folder(), checked=False)
    except (AttributeError, KeyError, TypeError):
        return load_catalogue(suites_folder())


def tested_in() -> dict[str, list[str]]:
    """Return the files of the suites that name each requirement."""
    from pytest_zstack_ticket.config.package_data import suites_folder  # noqa: PLC0415 - help is fast

    found: dict[str, list[str]] = {}
    folder = suites_folder()
    for file in sorted(folder.glob("*/test_*.py")):
        for requirement in sorted(set(ID.findall(file.read_text("utf-8")))):
            found.setdefault(requirement, []).append(file.relative_to(folder).as_posix())
    return found


def load_catalogue(folder: Path, *, checked: bool = True) -> tuple[Requirement, ...]:
    """Return every requirement of the areas below a folder, by id, `checked` by the schema. Raises CatalogueError."""
    found: dict[str, Requirement] = {}
    homes: dict[str, tuple[TomlFile, int]] = {}
    for path in sorted(folder.glob("*/requirements.toml")):
        file = read_toml(path, "requirements" if checked else "", CatalogueError)
        for position, row in enumerate(file.value["requirement"]):
            requirement = _requirement(row, path.parent.name)
            if requirement.id in found:
                other = homes[requirement.id][0].path
                raise file.refuse(("requirement", position, "id"), f"{requirement.id} is defined in {other} already")
            found[requirement.id], homes[requirement.id] = requirement, (file, position)
    for requirement in found.values():
        file, position = homes[requirement.id]
        for wrong in _wrong_order(requirement, found):
            raise file.refuse(("requirement", position, "after"), wrong)
    return tuple(found[key] for key in sorted(found))


def _wrong_order(requirement: Requirement, all_of_them: Mapping[str, Requirement]) -> list[str]:
    """Return what is wrong with the requirements that one builds on."""
    unknown = [
        f"of {requirement.id} names {other}, which is in no catalogue"
        for other in requirement.after
        if other not in all_of_them
    ]
    below, waiting = set(), list(requirement.after)
    while waiting:
        other = waiting.pop()
        if other not in below and other in all_of_them:
            below.add(other)
            waiting.extend(all_of_them[other].after)
    return unknown or ([f"makes {requirement.id} depend on itself"] if requirement.id in below else [])


def _requirement(row: Mapping[str, Any], area: str) -> Requirement:
    few = row.get("few-inputs")
    return Requirement(
        id=row["id"],
        area=area,
        level=row["level"],
        basis=row["basis"],
        text=row["text"],
        source=row["source"],
        needs=tuple(row.get("needs", ())),
        after=tuple(row.get("after", ())),
        killed_by=tuple(row.get("killed-by", ())),
        profiles=tuple(row.get("profiles", ())),
        consequence=row.get("consequence"),
        sdk=tuple(row.get("sdk", ())),
        not_tested=row.get("not-tested", ""),
        late=row.get("late", False),
        few_inputs=FewInputs(most=few["most"], because=few["because"]) if few else None,
        tests=row.get("tests", 1),
        decided_by=tuple(_deciding_check(one) for one in row.get("decided-by", ())),
    )


def _deciding_check(row: Mapping[str, Any]) -> DecidingCheck:
    return DecidingCheck(
        check=row["check"],
        arguments=row.get("arguments", {}),
        free=tuple(row.get("free", ())),
        optional=tuple(row.get("optional", ())),
        rows=tuple(row.get("rows", ())),
    )


def nearest_requirements(word: str, known: Iterable[str]) -> list[str]:
    """Name the known ids nearest to a mistyped one: that of the same number first, as ZT-BODY-004 for ZT-BODY-4."""
    import difflib  # noqa: PLC0415 - only a mistyped word pays for it

    area, _, number = word.upper().rpartition("-")
    ids = list(known)
    padded = f"{area}-{number:0>3}"
    return [padded] if padded in ids else difflib.get_close_matches(word.upper(), ids, n=2)

"""Reading load.json, the document of a load, as a stranger's file."""

from __future__ import annotations

from pathlib import Path

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.bundle import LARGEST
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject

DOCUMENT = "load.json"


def read_load(path: Path) -> JsonObject:
    """Return what a load.json holds. Raises EvidenceError."""
    try:
        with path.open("rb") as file:
            document: JsonObject = parse(file.read(LARGEST + 1))
    except ValueError as error:
        raise EvidenceError(f"{path} is not JSON ({error}).") from error
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read ({error.strerror}).") from error
    defect = first_defect("load", document)
    if defect is not None:
        raise EvidenceError(f"{path} is not the document of a load: {defect.sentence()}.")
    return document

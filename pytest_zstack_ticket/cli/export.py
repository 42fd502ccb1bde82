"""`zstack-ticket export`: a run in the format of another tool."""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.artifacts.atomic_write import new_file
from pytest_zstack_ticket.cli.command import STDIN, Command, add_json, talk, write_json
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError

if TYPE_CHECKING:
    from pytest_zstack_ticket.artifacts.evidence_reader import EvidenceReader
FORMATS = ("har", "ctrf", "junit", "allure", "earl", "markdown", "openapi")


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `export`."""
    parser.add_argument("format", choices=FORMATS, help="what to write")
    bundle = "folder of --zstack-report, a zip of it, its report.json, or - for a report on stdin; openapi needs none"
    parser.add_argument("bundle", metavar="BUNDLE", nargs="?", help=bundle)
    parser.add_argument("--output", metavar="PATH", default="-", help="file, folder for allure, - for stdout (-)")
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language of markdown (default: from LC_ALL or LANG)")


def export(told: argparse.Namespace) -> int:
    """Write a run in another format, and say as JSON what was written if that is asked for."""
    if told.json and told.output == "-":
        raise SettingsError("--json tells what was written: name it with --output.")
    status = _export(told)
    if told.json:
        write_json({"format": told.format, "output": told.output})
    return status


def _export(told: argparse.Namespace) -> int:
    if told.format == "openapi":
        if told.bundle is not None:
            raise SettingsError(f"openapi is made of the schemas alone: leave {told.bundle} out.")
        _write_text(told.output, [_openapi()])
        return 0
    if told.bundle is None:
        raise SettingsError(f"{told.format} needs a BUNDLE: give the folder of --zstack-report, or its report.json.")
    path = Path(told.bundle)
    if path.is_file() and zipfile.is_zipfile(path):
        from pytest_zstack_ticket.artifacts.bundle import as_folder, open_bundle  # noqa: PLC0415 - help is fast

        with as_folder(open_bundle(path)) as folder:
            return _exported(told, folder)
    return _exported(told, path)


def _exported(told: argparse.Namespace, path: Path) -> int:
    report = _report(path)
    if told.format == "allure":
        _write_allure(told.output, report, _evidence(path, report))
    elif told.format == "har":
        _write_har(told.output, report, _evidence(path, report))
    else:
        _write_text(told.output, [_document(told.format, report, told.lang)])
    return 0


def _report(path: Path) -> dict[str, Any]:
    """Return a report without anything that no format can write, whoever wrote it. Raises EvidenceError."""
    from datetime import datetime  # noqa: PLC0415 - help is fast

    from pytest_zstack_ticket.artifacts.report_reader import load_report  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.sanitize import scrubbed_json  # noqa: PLC0415 - likewise

    report: dict[str, Any] = scrubbed_json(load_report(path))
    for name in ("started", "ended"):
        try:
            known = datetime.fromisoformat(report["run"][name]).tzinfo is not None
        except ValueError:
            known = False
        if not known:
            raise EvidenceError(f"{path}: run.{name} is no date with a time zone. Give the report.json of a run.")
    return report


def _document(wanted: str, report: dict[str, Any], lang: str | None) -> str:
    from pytest_zstack_ticket.report.exports.ctrf import ctrf  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.report.exports.earl import earl  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.exports.junit import junit  # noqa: PLC0415 - likewise

    if wanted == "markdown":
        from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - help is fast
        from pytest_zstack_ticket.report.exports.markdown import markdown  # noqa: PLC0415 - likewise
        from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise

        return markdown(report, wording(), lang or language())
    return junit(report) if wanted == "junit" else _json({"ctrf": ctrf, "earl": earl}[wanted](report))


def _openapi() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - help is fast

    from pytest_zstack_ticket.config.profile_file import api_schemas  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.exports.openapi import openapi  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.simulator.calls.all_calls import CALLS  # noqa: PLC0415 - likewise

    return _json(openapi(api_schemas(), CALLS, version=version("pytest-zstack-ticket")))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _evidence(path: Path, report: dict[str, Any]) -> EvidenceReader | None:
    """Return the evidence beside a report, None if there is none."""
    from pytest_zstack_ticket.artifacts.evidence_reader import EvidenceReader  # noqa: PLC0415 - help is fast

    if path == STDIN or report["evidence"] is None:
        return None
    folder = path if path.is_dir() else path.parent
    return EvidenceReader(path=folder / report["evidence"]["file"], seal=report["evidence"])


def _write_har(output: str, report: dict[str, Any], evidence: EvidenceReader | None) -> None:
    from pytest_zstack_ticket.report.exports.har import har  # noqa: PLC0415 - help is fast

    if evidence is None:
        raise EvidenceError(
            "har is made of the exchanges: give a folder that holds evidence.jsonl.gz beside its report."
        )
    _write_text(output, har(report, evidence.exchanges()))
    _tell_if_cut_short(evidence)


def _write_allure(output: str, report: dict[str, Any], evidence: EvidenceReader | None) -> None:
    from pytest_zstack_ticket.report.exports.allure import allure  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.report.exports.passing_examples import passing_exchanges, passing_messages  # noqa: PLC0415 - likewise

    if output == "-":
        raise SettingsError("allure writes a folder: name it with --output DIR.")
    if evidence is not None and not evidence.path.exists():
        talk(f"{evidence.path} is not there: passed requirements have no witness.")
        evidence = None
    shown = passing_messages(passing_exchanges(evidence.examples()), evidence.exchanges()) if evidence else {}
    try:
        Path(output).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"--output: {output} cannot be made a folder ({error.strerror}).") from error
    for name, text in allure(report, shown):
        _write_text(str(Path(output, name)), [text])
    if evidence:
        _tell_if_cut_short(evidence)


def _tell_if_cut_short(evidence: EvidenceReader) -> None:
    if not evidence.complete:
        talk(f"{evidence.path} was cut short: what was lost is not in the export.")


def _write_text(output: str, parts: Iterable[str]) -> None:
    """Write parts to stdout or to a file."""
    if output == "-":
        for part in parts:
            sys.stdout.write(part)
        return
    with new_file(output) as file:
        for part in parts:
            file.write(part.encode("utf-8"))


COMMANDS = (
    Command(
        name="export",
        help="write a run in the format of another tool",
        description="Write a run as HAR, CTRF, JUnit XML, Allure results, EARL or Markdown, or the API as OpenAPI\n"
        "3.1. Data goes to stdout. The exit status is 0, or 4 if the bundle or the output cannot be used.",
        example="example:\n  zstack-ticket export junit out/ --output junit.xml\n"
        "  zstack-ticket export openapi | jq .paths",
        add_arguments=add_export_arguments,
        run=export,
    ),
)

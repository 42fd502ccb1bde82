"""`zstack-ticket export`: a run in the format of another tool."""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pytest_zstack_ticket.artifacts.bundle import as_folder, open_bundle
from pytest_zstack_ticket.artifacts.evidence_reader import EvidenceReader
from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.cli.arguments import (
    REPORT,
    STDIN,
    STDOUT,
    add_json,
    add_lang,
    language_of,
    listed,
    require_named_output,
    say,
)
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import open_output, print_message, write_json
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.exports.allure import allure
from pytest_zstack_ticket.report.exports.ctrf import ctrf
from pytest_zstack_ticket.report.exports.earl import earl
from pytest_zstack_ticket.report.exports.har import har
from pytest_zstack_ticket.report.exports.http_file import http_file
from pytest_zstack_ticket.report.exports.junit import junit
from pytest_zstack_ticket.report.exports.markdown import markdown
from pytest_zstack_ticket.report.exports.passing_examples import passing_exchanges, passing_messages
from pytest_zstack_ticket.report.exports.python_test import python_test
from pytest_zstack_ticket.report.exports.wfc import wfc
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.report.text.translations import translations

FORMATS = ("har", "ctrf", "junit", "allure", "earl", "markdown", "python", "http", "wfc", "openapi")


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `export`."""
    parser.add_argument("format", metavar="FORMAT", choices=FORMATS, help=f"format to write: {listed(FORMATS)}")
    parser.add_argument("bundle", metavar="BUNDLE", nargs="?", help=f"{REPORT}; openapi needs none")
    parser.add_argument(
        "--output", metavar="PATH", default="-", help="file, or folder for allure, - for stdout (default: -)"
    )
    add_json(parser)
    add_lang(parser, "language of markdown, python and http (default: from LC_ALL or LANG)")


def export(arguments: argparse.Namespace) -> int:
    """Write a run in another format; `--json` reports what was written. Raises EvidenceError and SettingsError."""
    require_named_output(arguments, arguments.output)
    _export(arguments)
    if arguments.json:
        write_json({"format": arguments.format, "output": arguments.output})
    return 0


def _export(arguments: argparse.Namespace) -> None:
    if arguments.format == "openapi":
        if arguments.bundle is not None:
            raise SettingsError(f"openapi describes the API, not a run: leave {arguments.bundle} out.")
        _write_text(arguments.output, [_openapi()])
        return
    if arguments.bundle is None:
        raise SettingsError(
            f"{arguments.format} needs a BUNDLE: give the folder of --zstack-report, or its report.json."
        )
    path = Path(arguments.bundle)
    if path.is_file() and zipfile.is_zipfile(path):
        with as_folder(open_bundle(path)) as folder:
            _export_run(arguments, folder)
    else:
        _export_run(arguments, path)


def _export_run(arguments: argparse.Namespace, path: Path) -> None:
    report = _report(path)
    if arguments.format == "allure":
        _write_allure(arguments, report, _evidence(path, report))
    elif arguments.format == "har":
        _write_har(arguments, report, _evidence(path, report))
    else:
        _write_text(arguments.output, [_document(arguments, report)])


def _report(path: Path) -> JsonObject:
    """Return a report without anything that no format can hold, whoever wrote it. Raises EvidenceError."""
    report: JsonObject = scrubbed_json(load_report(path))
    for name in ("started", "ended"):
        try:
            known = datetime.fromisoformat(report["run"][name]).tzinfo is not None
        except ValueError:
            known = False
        if not known:
            raise EvidenceError(f"{path}: run.{name} is not a date with a time zone. Give the report.json of a run.")
    return report


def _document(arguments: argparse.Namespace, report: JsonObject) -> str:
    if arguments.format == "markdown":
        return markdown(report, translations(), language_of(arguments))
    if arguments.format == "junit":
        return junit(report)
    if arguments.format in ("python", "http"):
        return {"python": python_test, "http": http_file}[arguments.format](report, language_of(arguments))
    return _json({"ctrf": ctrf, "earl": earl, "wfc": wfc}[arguments.format](report))


def _openapi() -> str:
    return (schemas_folder() / "api" / "openapi.json").read_text("utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _evidence(path: Path, report: JsonObject) -> EvidenceReader | None:
    """Return the evidence beside a report, None if there is none."""
    if path == STDIN or report["evidence"] is None:
        return None
    folder = path if path.is_dir() else path.parent
    return EvidenceReader(path=folder / report["evidence"]["file"], seal=report["evidence"])


def _write_har(arguments: argparse.Namespace, report: JsonObject, evidence: EvidenceReader | None) -> None:
    if evidence is None:
        raise EvidenceError("har needs the exchanges: give a folder that holds evidence.jsonl.gz beside its report.")
    _write_text(arguments.output, har(report, evidence.exchanges()))
    _warn_if_cut_short(arguments, evidence)


def _write_allure(arguments: argparse.Namespace, report: JsonObject, evidence: EvidenceReader | None) -> None:
    output = arguments.output
    if output == STDOUT:
        raise SettingsError("allure writes a folder: name it with --output DIR.")
    if evidence is not None and not evidence.path.exists():
        print_message(say(arguments, "export-bare", path=evidence.path))
        evidence = None
    shown = passing_messages(passing_exchanges(evidence.examples()), evidence.exchanges()) if evidence else {}
    try:
        Path(output).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"--output: {output} cannot be created as a folder ({error.strerror}).") from error
    for name, text in allure(report, shown):
        _write_text(str(Path(output, name)), [text])
    if evidence:
        _warn_if_cut_short(arguments, evidence)


def _warn_if_cut_short(arguments: argparse.Namespace, evidence: EvidenceReader) -> None:
    if not evidence.complete:
        print_message(say(arguments, "export-cut", path=evidence.path))


def _write_text(output: str, parts: Iterable[str]) -> None:
    with open_output(output) as file:
        for part in parts:
            file.write(part.encode("utf-8"))


COMMANDS = {
    "export": Command(
        description="Convert a run to HAR, CTRF, JUnit XML, Allure results, EARL or Markdown, or its findings to a\n"
        "pytest file that needs httpx alone, to requests for editors (.http) or to a report of Web Fuzzing Commons\n"
        "(wfc), or write the API as OpenAPI 3.1. Output goes to stdout. The exit status is 0, or 4 if the bundle or\n"
        "the output cannot be used.",
        example="example:\n  zstack-ticket export junit out/ --output junit.xml\n"
        "  zstack-ticket export python out/ --output test_findings.py\n"
        "  zstack-ticket export openapi | jq .paths",
        add_arguments=add_export_arguments,
        run=export,
    ),
}

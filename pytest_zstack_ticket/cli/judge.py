"""`zstack-ticket judge`: the verdicts of a bundle recomputed from its evidence, without a network."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pytest_zstack_ticket.artifacts.bundle import as_folder, open_bundle
from pytest_zstack_ticket.artifacts.evidence_segments import broken_segment
from pytest_zstack_ticket.artifacts.load_reader import DOCUMENT, read_load
from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.certify.rejudge import Rejudged, judge_bundle
from pytest_zstack_ticket.cli.arguments import BUNDLE, add_json, add_lang, language_of, require_named_output
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import open_output, print_message, write_json, write_line
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.text.translations import translations


def add_judge_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `judge`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help=f"{BUNDLE}; stdin is not possible")
    parser.add_argument("--output", metavar="FILE", help="write the report with the recomputed verdicts")
    add_json(parser)
    add_lang(parser)


def judge(arguments: argparse.Namespace) -> int:
    """Recompute verdicts: 0 if all are the same, 1 if not. Raises UsageError or EvidenceError."""
    if (arguments.bundle / DOCUMENT).is_file():
        return _check_load(arguments)
    with as_folder(open_bundle(arguments.bundle)) as folder:
        before = load_report(folder)
        found = judge_bundle(folder)
    if arguments.output:
        require_named_output(arguments, arguments.output)
        with open_output(arguments.output) as file:
            file.write(f"{json.dumps(found.report, ensure_ascii=False, indent=1)}\n".encode())
    if arguments.json:
        write_json(
            {
                "same": found.same,
                "same_rules": found.same_rules,
                "examples": found.examples,
                "verdict": {"before": before["verdict"], "now": found.report["verdict"]},
                "changed": [_change(before, found.report, key) for key in found.changed],
            }
        )
    else:
        _write(before, found, language_of(arguments))
    return 0 if found.same else 1


def _check_load(arguments: argparse.Namespace) -> int:
    """Compare the evidence of a load with its seals: 0 if it is what was sealed, 1 if not."""
    if arguments.output:
        raise UsageError("--output is for a run: the evidence of a load is compared with its seals, not judged again.")
    seal = read_load(arguments.bundle / DOCUMENT)["evidence"]
    segments = seal.get("segments", [])
    broken = broken_segment(arguments.bundle, seal) if seal else ""
    deleted = sum(one["dropped"] for one in segments)
    if arguments.json:
        write_json({"sealed": bool(seal), "segments": len(segments), "deleted": deleted, "broken": broken})
    else:
        words = translations().catalogues[language_of(arguments)]["judge"]
        key = "load-broken" if broken else "load-whole" if seal else "load-without-evidence"
        write_line(
            words[key].format(count=len(segments), deleted=deleted, file=DOCUMENT if broken == "root" else broken)
        )
    return 1 if broken else 0


def _write(before: JsonObject, found: Rejudged, lang: str) -> None:
    words = translations().catalogues[lang]["judge"]
    for key in found.changed:
        change = _change(before, found.report, key)
        old, new = (translations().word(one, lang) if one else "-" for one in (change["before"], change["now"]))
        if old != new:
            write_line(words["verdict-changed"].format(id=key, before=old, now=new, why=_why(found.report, key, lang)))
        else:
            write_line(words["part-changed"].format(id=key))
    count = len(found.report["requirements"])
    write_line(words["same" if found.same else "differs"].format(examples=found.examples, count=count))
    print_message(words["same-rules" if found.same_rules else "other-rules"])


def _change(before: JsonObject, after: JsonObject, key: str) -> dict[str, str | None]:
    """Return the verdicts of a requirement before and now; None for another part of the report."""
    old, new = (
        next((row["verdict"] for row in report["requirements"] if row["id"] == key), None) for report in (before, after)
    )
    if key == "verdict":
        old, new = before["verdict"], after["verdict"]
    return {"id": key, "before": old, "now": new}


def _why(report: JsonObject, key: str, lang: str) -> str:
    row = next((row for row in report["requirements"] if row["id"] == key), None)
    if row is None:
        return ""
    if row["reason"]:
        return f" ({row['reason'][lang]})"
    examples = row["examples"]
    return f" ({examples['held']} / {examples['failed']})"


COMMANDS = {
    "judge": Command(
        description="Judge every recorded example again by the rules of this version, and show what differs from the\n"
        "report beside it. With the rules of the run the result is identical byte for byte. Needs no network.\n"
        "Of a load (a folder with load.json) the evidence is compared with its seals.\n"
        "Exit status: 0 nothing differs, 1 something does, 4 the bundle cannot be read.",
        example="example:\n  zstack-ticket judge out/ --output again.json",
        add_arguments=add_judge_arguments,
        run=judge,
    ),
}

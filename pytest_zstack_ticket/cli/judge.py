"""`zstack-ticket judge`: the verdicts of a bundle formed again from its evidence, without a network."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.cli.command import Command, add_json, talk, write, write_json
from pytest_zstack_ticket.model.errors import UsageError

if TYPE_CHECKING:
    from pytest_zstack_ticket.certify.rejudge import Rejudged


def add_judge_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `judge`."""
    parser.add_argument(
        "bundle",
        metavar="BUNDLE",
        type=Path,
        help="folder of --zstack-report, or a zip of it: evidence comes in no pipe",
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help="write the report as it is judged now")
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")


def judge(told: argparse.Namespace) -> int:
    """Judge a bundle again: 0 if every verdict is the same, 1 if not. Raises UsageError or EvidenceError."""
    from pytest_zstack_ticket.artifacts.bundle import as_folder, open_bundle  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.artifacts.report_reader import load_report  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.certify.rejudge import judge_bundle  # noqa: PLC0415 - likewise

    with as_folder(open_bundle(told.bundle)) as folder:
        before = load_report(folder)
        found = judge_bundle(folder)
    if told.output:
        _keep(told.output, found.report)
    if told.json:
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
        _say(before, found, told.lang)
    return 0 if found.same else 1


def _say(before: dict[str, Any], found: Rejudged, lang: str | None) -> None:
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise

    lang = lang or language()
    words = wording().catalogues[lang]["judge"]
    for key in found.changed:
        change = _change(before, found.report, key)
        old, new = (wording().word(one, lang) if one else "-" for one in (change["before"], change["now"]))
        if old != new:
            write(words["verdict-changed"].format(id=key, before=old, now=new, why=_why(found.report, key, lang)))
        else:
            write(words["part-changed"].format(id=key))
    count = len(found.report["requirements"])
    write(words["same" if found.same else "differs"].format(examples=found.examples, count=count))
    talk(words["same-rules" if found.same_rules else "other-rules"])


def _change(before: dict[str, Any], after: dict[str, Any], key: str) -> dict[str, str | None]:
    """Return the verdicts of a requirement before and now; none for another part of the report."""
    old, new = (
        next((row["verdict"] for row in report["requirements"] if row["id"] == key), None) for report in (before, after)
    )
    if key == "verdict":
        old, new = before["verdict"], after["verdict"]
    return {"id": key, "before": old, "now": new}


def _why(report: dict[str, Any], key: str, lang: str) -> str:
    row = next((row for row in report["requirements"] if row["id"] == key), None)
    if row is None:
        return ""
    if row["reason"]:
        return f" ({row['reason'][lang]})"
    examples = row["examples"]
    return f" ({examples['held']} / {examples['failed']})"


def _keep(path: Path, report: dict[str, Any]) -> None:
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Give another file.") from error


COMMANDS = (
    Command(
        name="judge",
        help="form the verdicts of a run again from its evidence",
        description="Judge every recorded example again by the rules of this version, and say what differs from the\n"
        "report beside it. With the rules of the run the result has identical bytes. Needs no network.\n"
        "Exit status: 0 nothing differs, 1 something does, 4 the bundle cannot be read.",
        example="example:\n  zstack-ticket judge out/ --output again.json",
        add_arguments=add_judge_arguments,
        run=judge,
    ),
)

"""Ways to edit what a reader sees: members of the report, the files made of it, and whole parts of the evidence."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.cleanup.ledger import SCHEMA as LEDGER
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.report.exports.ctrf import ctrf
from pytest_zstack_ticket.report.exports.earl import earl
from pytest_zstack_ticket.report.exports.junit import junit
from pytest_zstack_ticket.report.exports.markdown import markdown
from pytest_zstack_ticket.report.pdf.printer import Printer
from pytest_zstack_ticket.report.request_files import request_files
from pytest_zstack_ticket.report.text.translations import translations
from tests.soak.edit_kinds import DAY, Forgery, Kind, Line, dotted, edited, leaves, other_value

_NUMBER = re.compile(rb"\d+")


def _rows(forgery: Forgery, member: str) -> list[Line]:
    """List the rows of the report that have something of a kind."""
    return [row for row in forgery.report["requirements"] if row.get(member)]


def swap_shown(draw: random.Random, forgery: Forgery) -> None:
    """Swap the passing examples or the findings of two requirements, whole or one member of them."""
    member = draw.choice(["witnesses", "findings"])
    rows = _rows(forgery, member)
    if len(rows) < 2:
        member, rows = "witnesses", _rows(forgery, "witnesses")
    one, two = draw.sample(rows, 2)
    forgery.touched = f"report.requirements.*.{member}"
    if draw.random() < 0.5:
        one[member], two[member] = two[member], one[member]
        return
    first, second = one[member][0], two[member][0]
    key = draw.choice(sorted(set(first) & set(second)))
    first[key], second[key] = second[key], first[key]
    forgery.touched += f".*.{key}"


def value_of_shown(draw: random.Random, forgery: Forgery) -> None:
    """Edit a value of a finding, of a passing example or of a saved one."""
    findings = [("requirements.*.findings.*", one) for row in _rows(forgery, "findings") for one in row["findings"]]
    witnesses = [("requirements.*.witnesses.*", one) for row in _rows(forgery, "witnesses") for one in row["witnesses"]]
    saved = [("pinned.*", one) for one in forgery.report["pinned"]]
    place, one = draw.choice(draw.choice([part for part in (findings, witnesses, saved) if part]))
    key = draw.choice(sorted(one))
    path = (key, *draw.choice(list(leaves(one[key]))))
    forgery.touched = f"report.{place}.{dotted(path)}"
    edited(draw, one, path)


def swap_statistics(draw: random.Random, forgery: Forgery) -> None:
    """Swap what two rows say of how they were examined."""
    key = draw.choice(["examples", "distinct", "partitions", "without_example", "outside", "killed_by", "reason"])
    rows = forgery.report["requirements"]
    one = draw.choice([row for row in rows if any(row["examples"].values())])
    two = draw.choice([row for row in rows if row[key] != one[key]] or rows)
    one[key], two[key] = two[key], one[key]
    forgery.touched = f"report.requirements.*.{key}"


def times(draw: random.Random, forgery: Forgery) -> None:
    """Move when the run began or ended, or when some exchanges were sent, by up to a year."""
    shift = draw.choice([1, 60, 3600, DAY, 30 * DAY, 365 * DAY]) * draw.choice([1, -1])
    which = draw.choice(["started", "ended", "both", "exchanges"])
    for key in ("started", "ended"):
        if which in (key, "both"):
            moment = datetime.fromisoformat(forgery.report["run"][key]) + timedelta(seconds=shift)
            forgery.report["run"][key] = moment.isoformat(timespec="milliseconds")
    forgery.touched = f"report.run.{which}"
    if which == "exchanges":
        lines = [one for one in forgery.entries if one["type"] == "exchange"]
        first = draw.randrange(len(lines))
        for one in lines[first : first + draw.randint(1, len(lines))]:
            one["started"] = round(one["started"] + shift, 6)
        forgery.touched = "exchange.started"


def latencies(draw: random.Random, forgery: Forgery) -> None:
    """Let every answer come sooner or later than it did."""
    factor = draw.choice([0.0, 0.1, 0.5, 2.0, 100.0])
    for one in (one for one in forgery.entries if one["type"] == "exchange"):
        one["elapsed"] = round(one["elapsed"] * factor, 6)
    forgery.touched = "exchange.elapsed"


def _member(draw: random.Random, forgery: Forgery, *paths: tuple[str, ...]) -> None:
    """Edit a value below one of the members at these paths."""
    path = draw.choice(paths)
    value: Any = forgery.report
    for step in path:
        value = value[step]
    whole = (*path, *draw.choice(list(leaves(value))))
    forgery.touched = f"report.{dotted(whole)}"
    edited(draw, forgery.report, whole)


def counters(draw: random.Random, forgery: Forgery) -> None:
    """Edit what the run counted."""
    residue = ("run", "residue")
    _member(
        draw,
        forgery,
        ("counts",),
        (*residue, "used"),
        (*residue, "deleted"),
        (*residue, "left"),
        ("evidence",),
        ("run", "left_on_target"),
    )


def versions(draw: random.Random, forgery: Forgery) -> None:
    """Edit the versions of suite, libraries and target, and what the machine is."""
    _member(
        draw,
        forgery,
        ("run", "suite"),
        ("run", "installed"),
        ("target",),
        ("environment",),
        ("kill-matrix",),
        ("requirement-set",),
    )


def texts(draw: random.Random, forgery: Forgery) -> None:
    """Edit what a row says in words, or an observation, the calibration or pages of a front end."""
    if draw.random() < 0.5:
        place = draw.randrange(len(forgery.report["requirements"]))
        row = forgery.report["requirements"][place]
        key = draw.choice(["text", "source", "consequence", "reason", "level", "basis", "needs", "after", "waived"])
        path = ("requirements", place, key, *draw.choice(list(leaves(row[key]))))
        forgery.touched = f"report.{dotted(path)}"
        edited(draw, forgery.report, path)
    else:
        _member(
            draw,
            forgery,
            ("observations",),
            ("calibration",),
            ("front_end",),
            ("verdict",),
            ("exit_status",),
            ("partial",),
            ("deviations",),
        )


def plan(draw: random.Random, forgery: Forgery) -> None:
    """Edit the limits, the options or how else pytest was told to run."""
    execution = ("run", "execution")
    paths = [(*execution, key) for key in ("addopts", "ini", "options", "account")]
    _member(
        draw, forgery, *paths, ("run", "residue", "caps"), ("run", "arguments"), ("run", "budget"), ("run", "effort")
    )


def plugins(draw: random.Random, forgery: Forgery) -> None:
    """Leave a pytest plugin out, rename one, or let one be of another distribution."""
    found = forgery.report["run"]["execution"]["plugins"]
    forgery.touched = "report.run.execution.plugins"
    if draw.random() < 0.5:
        found.pop(draw.randrange(len(found)))
    else:
        draw.choice(found)[draw.choice(["name", "distribution", "version"])] = draw.choice(["hypothesis", "x", None])


def waiver(draw: random.Random, forgery: Forgery) -> None:
    """Add a waiver of any state, and the option that names its file."""
    rows = forgery.report["requirements"]
    row = draw.choice([one for one in rows if one["findings"]] or rows)
    signature = row["findings"][0]["signature"] if row["findings"] else "0" * 16
    people = {"owner": "a@example.org", "approver": "b@example.org", "reason": draw.choice(["known", "by design"])}
    forgery.report["waivers"].append(
        {
            "requirement": row["id"],
            "signature": signature,
            "class": draw.choice(["product-bug", "by-design", "environment"]),
            **people,
            "expires": draw.choice(["2020-01-01", "2199-01-01"]),
            "link": None,
            "state": draw.choice(["waived", "stale", "expired", "not-covered"]),
            "replays": {"failed": draw.randint(0, 1), "decided": draw.randint(0, 3)},
            "found": draw.random() < 0.5,
        }
    )
    if draw.random() < 0.5:
        forgery.report["run"]["execution"]["options"]["waivers"] = {"value": "waivers.toml", "origin": "command line"}
    row["waived"] = row["verdict"] == "failed"
    forgery.touched = "report.waivers"


def left_out(draw: random.Random, forgery: Forgery) -> None:
    """Leave a member out, or empty one that holds others."""
    holder, path = forgery.report, ""
    for _ in range(draw.randint(1, 3)):
        inner = [key for key in sorted(holder) if isinstance(holder[key], dict) and holder[key]]
        if not inner:
            break
        path = f"{path}.{(key := draw.choice(inner))}"
        holder = holder[key]
    key = draw.choice(sorted(holder))
    forgery.touched = f"report{path}.{key}"
    if isinstance(holder[key], dict | list) and draw.random() < 0.5:
        holder[key] = type(holder[key])()
    else:
        del holder[key]


def two_values(draw: random.Random, forgery: Forgery) -> None:
    """Edit two numbers of the report that are equal alike, such as a count that stands there twice."""
    paths = [path for path in leaves(forgery.report) if path[:1] != ("requirements",)]
    known: dict[str, list[tuple[str | int, ...]]] = {}
    for path in paths:
        value = _at(forgery.report, path)
        if value not in (None, True, False, 0, "", [], {}):
            known.setdefault(json.dumps(value), []).append(path)
    same = draw.choice([one for one in known.values() if len(one) > 1])
    value = other_value(draw, _at(forgery.report, same[0]))
    for path in same:
        _at(forgery.report, path[:-1])[path[-1]] = copy.deepcopy(value)
    forgery.touched = f"report.{dotted(same[0])}"


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def block_dropped(draw: random.Random, forgery: Forgery) -> None:
    """Leave out a whole part of the evidence."""
    first, last = _block(draw, forgery)
    del forgery.entries[first:last]


def block_moved(draw: random.Random, forgery: Forgery) -> None:
    """Move a whole part of the evidence elsewhere, or turn it round."""
    first, last = _block(draw, forgery)
    block = forgery.entries[first:last]
    del forgery.entries[first:last]
    if draw.random() < 0.5:
        block.reverse()
    place = draw.randint(1, len(forgery.entries))
    forgery.entries[place:place] = block


def block_of_another_run(draw: random.Random, forgery: Forgery) -> None:
    """Put a whole part of another run's evidence in the place of the same part, times moved to fit."""
    first, last = _block(draw, forgery)
    theirs = copy.deepcopy(forgery.other[first : min(last, len(forgery.other))])
    begun = min((one["started"] for one in forgery.other if one["type"] == "exchange"), default=0.0)
    since = min((one["started"] for one in forgery.entries if one["type"] == "exchange"), default=0.0)
    for one in (one for one in theirs if one["type"] == "exchange"):
        one["started"] = round(one["started"] - begun + since, 6)
    forgery.entries[first:last] = theirs


def block_of_a_worker(draw: random.Random, forgery: Forgery) -> None:
    """Let a part of the evidence be that of a worker, perhaps of one that was lost, and leave some lines of it out."""
    first, last = _block(draw, forgery)
    text = json.dumps(forgery.entries[first:last])
    for prefix in sorted({one["id"].partition("-")[0] for one in forgery.entries[1:] if "id" in one}):
        text = text.replace(f'"{prefix}-', '"gw0-')
    forgery.entries[first:last] = json.loads(text)
    if draw.random() < 0.7:
        forgery.entries[0] = {key: value for key, value in forgery.entries[0].items() if key != "worker"} | {
            "workers": 1
        }
    if draw.random() < 0.7:
        forgery.lost = ["gw0"]
        del forgery.entries[first : first + draw.randint(1, 20)]


def lost_lines(draw: random.Random, forgery: Forgery) -> None:
    """Leave examples out, and say that a process could not write all of its lines."""
    forgery.lost = [draw.choice(["m", "gw0"])]
    kind = draw.choice(["example", "exchange"])
    known = [place for place, one in enumerate(forgery.entries) if one["type"] == kind]
    for place in sorted(draw.sample(known, min(len(known), draw.randint(1, 9))), reverse=True):
        del forgery.entries[place]


def _block(draw: random.Random, forgery: Forgery) -> tuple[int, int]:
    count = len(forgery.entries) - 1
    first = 1 + draw.randrange(count)
    return first, min(len(forgery.entries), first + max(2, int(count * draw.choice([0.02, 0.1, 0.3]))))


Make = Callable[[Line, Path], dict[str, bytes]]
"""Makes files of a report; the folder has its evidence."""


def _pages(report: Line, folder: Path) -> dict[str, bytes]:
    text = (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode()
    return {"report.html": Printer().page(text, "report.json", folder, "en", catalogue())}


def _pdf(report: Line, folder: Path) -> dict[str, bytes]:
    text = (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode()
    try:
        return {"report.pdf": Printer(pdf=True).page(text, "report.json", folder, "en", catalogue())}
    except UsageError:
        return {}


def _exports(report: Line, _folder: Path) -> dict[str, bytes]:
    return {
        "junit.xml": junit(report).encode(),
        "ctrf.json": (json.dumps(ctrf(report), ensure_ascii=False, indent=1) + "\n").encode(),
    }


def _others(report: Line, _folder: Path) -> dict[str, bytes]:
    return {
        "report.md": markdown(report, translations(), "en").encode(),
        "earl.json": json.dumps(earl(report)).encode(),
        "allure-results/result.json": json.dumps({"name": "all", "status": "passed"}).encode(),
    }


def _requests(report: Line, _folder: Path) -> dict[str, bytes]:
    return dict(request_files(report["requirements"])) or {"requests/ZT-BODY-004.json": b"{}"}


def _ledger(report: Line, _folder: Path) -> dict[str, bytes]:
    run, url = report["run"]["id"], report["target"]["url"]
    head = {"type": "header", "schema": LEDGER, "run": run, "url": url, "login": "account", "user": "admin"}
    intent = {"type": "known", "number": 1, "ticket": "0" * 32}
    return {f"ledger-{run}-m.jsonl": f"{json.dumps({**head, 'insecure': True})}\n{json.dumps(intent)}\n".encode()}


MAKERS: tuple[Make, ...] = (_pages, _pdf, _exports, _others, _requests, _ledger)


def file_alone(draw: random.Random, forgery: Forgery) -> None:
    """Put a file made of the report beside it, in which a number is another."""
    forgery.files = draw.choice(MAKERS)
    forgery.touched = f"file.{forgery.files.__name__.strip('_')}"

    def changed(name: str, text: bytes) -> bytes:
        if name.endswith(".pdf"):
            return text.replace(b"0", b"1", 1)
        numbers = list(_NUMBER.finditer(text)) or [re.match(b"", text)]
        found = draw.choice(numbers)
        return text if found is None else text[: found.start()] + b"9" + found[0] + text[found.end() :]

    forgery.change = changed


def file_together(draw: random.Random, forgery: Forgery) -> None:
    """Edit the report, and put a file beside it that is made of what it says now."""
    draw.choice([value_of_shown, swap_statistics, counters, versions, texts, plan, plugins])(draw, forgery)
    forgery.files = draw.choice(MAKERS)


REPORT_KINDS: tuple[Kind, ...] = (
    swap_shown, value_of_shown, swap_statistics, times, latencies, counters, versions, texts, plan, plugins, waiver,
    left_out, two_values, block_dropped, block_moved, block_of_another_run, block_of_a_worker, lost_lines, file_alone,
    file_together,
)  # fmt: skip

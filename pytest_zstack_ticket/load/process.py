"""One load from its plan to its report and exit status."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pytest_zstack_ticket.artifacts.load_reader import DOCUMENT
from pytest_zstack_ticket.load.document import STATUS, load_document
from pytest_zstack_ticket.load.drift import slowing
from pytest_zstack_ticket.load.plan import PROBES, LoadPlan
from pytest_zstack_ticket.load.session import LoadSession
from pytest_zstack_ticket.load.users import LoadEnd, LoadRunner, print_line
from pytest_zstack_ticket.model.errors import EvidenceError, LedgerError, TargetError, UsageError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.redaction.leak_scan import scan
from pytest_zstack_ticket.report.load_report import terminal_lines, write_load_report
from pytest_zstack_ticket.report.text.load_text import duration
from pytest_zstack_ticket.report.text.translations import translations

RECOVERY = 10.0
"""Seconds that a target has to recover, once more, before it counts as slower than it was."""


class Probes(NamedTuple):
    """Seconds of the creates before and after a load."""

    before: list[float]
    after: list[float]


def main() -> int:
    """Run the load of the plan on stdin. Returns the exit status."""
    plan = LoadPlan.of(sys.stdin.read())
    try:
        session = LoadSession(plan)
    except (UsageError, EvidenceError, LedgerError) as error:
        return _complain(error, 4)
    try:
        return _run(session)
    except TargetError as error:
        session.sweep()  # what was made to get to know the target
        if not session.swept.clean:
            _say(
                plan,
                "cleanup",
                deleted=len(session.swept.deleted),
                left=len(session.swept.left),
                unseen=session.swept.unseen,
            )
        return _complain(error, 11)
    except (UsageError, EvidenceError) as error:
        return _complain(error, 4)
    finally:
        session.close()


def _run(session: LoadSession) -> int:
    plan, started = session.plan, time.time()
    runner = LoadRunner(session)
    session.learn()
    if plan.role == "worker":
        runner.run()
        return 0 if session.swept.clean else STATUS["left"]
    _say(plan, "before", count=PROBES)
    before = session.probe()
    if not session.interrupted:
        _say(plan, "running", users=plan.users, time=duration(plan.seconds))
    with session.timed():
        end = runner.run()  # which ends at once if it was interrupted before
    after: list[float] = []
    if not end.interrupted:
        _say(plan, "after")
        after = _recovered(session, before)
    _say(plan, "sweeping")
    session.sweep()
    return _concluded(session, _document(session, end, Probes(before, after), started))


def _recovered(session: LoadSession, before: list[float]) -> list[float]:
    """Probe again; a target that is slower than before gets some time to recover and is then asked once more."""
    after = session.probe()
    if session.interrupted:
        return after
    if after and before and sorted(after)[len(after) // 2] > 1.5 * sorted(before)[len(before) // 2]:
        time.sleep(RECOVERY)
        after = session.probe()
    return after


def _document(session: LoadSession, end: LoadEnd, probes: Probes, started: float) -> JsonObject:
    plan, target = session.plan, session.target
    own = session.swept
    swept = {
        "deleted": len(own.deleted) + sum(one["deleted"] for one in end.swept),
        "left": [*own.left, *(uuid for one in end.swept for uuid in one["left"])],
        "unseen": own.unseen + sum(one["unseen"] for one in end.swept),
        "why": own.why or next((one["why"] for one in end.swept if one["why"]), ""),
    }
    ended = "interrupted" if end.interrupted else session.stopped or ("workers-lost" if end.lost else "")
    used = session.counter.used
    return load_document(
        load={
            "id": session.id,
            "kind": "soak" if plan.soak else "load",
            "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
            "users": plan.users,
            "seconds": plan.seconds,
            "rate": plan.rate,
            "workers": plan.workers if plan.role == "master" else 1,
        },
        target={"url": plan.shown, "profile": target.profile.base, "release": str(target.profile.newest)},
        tally=session.tally,
        catalogue=session.catalogue,
        requirements=session.requirements,
        slower=slowing(probes.before, probes.after, session.tally.windows),
        probes={name: [round(one, 4) for one in values] for name, values in probes._asdict().items()},
        swept=swept,
        usage={"requests": used.requests, "created": used.created, "most-alive": used.most_alive, "bytes": used.bytes},
        evidence=session.seal(),
        ended=ended,
    )


def _concluded(session: LoadSession, document: JsonObject) -> int:
    """Write the report, search it for secrets, and say what came of the load."""
    folder, lang = session.folder, session.plan.lang
    if session.plan.json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in terminal_lines(document, lang))
    if folder is not None:
        write_load_report(document, folder, lang)
        found = scan(sorted(folder.iterdir()), session.target.redactor.secrets).found
        if found:
            raise EvidenceError(f"{folder} shows a secret ({found[0][1]} in {Path(found[0][0]).name}): delete it.")
        print_line(translations().load("report", lang, path=folder / DOCUMENT))
    return int(document["exit-status"])


def _say(plan: LoadPlan, key: str, **parameters: object) -> None:
    print_line(translations().load(key, plan.lang, **parameters))


def _complain(error: Exception, status: int) -> int:
    print_line(f"zstack-ticket: {error}")
    return status

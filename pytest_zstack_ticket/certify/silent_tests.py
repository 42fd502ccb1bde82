"""Which tests of decided requirements left no example: whether they ran at all is the run's own word."""

from __future__ import annotations

from collections import defaultdict

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.bundle import Bundle, reading
from pytest_zstack_ticket.artifacts.gzip_lines import lines_of
from pytest_zstack_ticket.certify.judged_again import is_known
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.verdicts.comparison import DECIDED
from pytest_zstack_ticket.verdicts.relevance import ASIDE


def silent_tests(bundle: Bundle, report: JsonObject) -> tuple[str, ...]:
    """Name the requirements of which tests left no example, with their number; those that were left out count apart.

    Of another version nothing is known about its tests. Raises EvidenceError.
    """
    if not is_known(report["run"]["suite"]):
        return ()
    tests: dict[str, set[str]] = defaultdict(set)
    try:
        with reading(bundle, report["evidence"]["file"]) as file:
            for line in lines_of(file):
                entry = parse(line) if b'"example"' in line else {}
                if entry.get("type") == "example":
                    tests[entry["requirement"]].add(entry["test"])
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise EvidenceError(f"{bundle.path}: {report['evidence']['file']}: {error}") from error
    rows = {row["id"]: row for row in report["requirements"] if row["verdict"] in DECIDED}
    found = []
    for rule in (rule for rule in catalogue() if rule.id in rows and rule.id != ASIDE):
        left_out = (rows[rule.id].get("outside") or {}).get("left_out", 0)
        silent = rule.tests - left_out - len(tests[rule.id])
        found += [f"{rule.id} ({silent} / {rule.tests})"] if silent > 0 else []
    return tuple(found)

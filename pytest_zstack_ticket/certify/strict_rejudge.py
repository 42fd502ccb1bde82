"""Recompute a report for a signer or verifier: its evidence must also be what a run leaves.

`judge` shows what follows from evidence by today's rules, whoever wrote it. Signers and verifiers ask for more of a run
of this version: the lines must be traceable to one run, and the tables of what passed whole.
"""

from __future__ import annotations

from pathlib import Path

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.certify.agreement import contradictions
from pytest_zstack_ticket.certify.free_arguments import other_arguments
from pytest_zstack_ticket.certify.from_seed import of_another_seed
from pytest_zstack_ticket.certify.judged_again import is_known
from pytest_zstack_ticket.certify.rejudge import Rejudged, read_bundle, rejudged
from pytest_zstack_ticket.certify.saved_in_report import other_saved_examples
from pytest_zstack_ticket.certify.shown_commands import other_commands
from pytest_zstack_ticket.certify.shown_findings import other_findings
from pytest_zstack_ticket.certify.traces import not_applicable, untraceable
from pytest_zstack_ticket.certify.whole_tables import cut_or_swapped, edits_of_rows
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.profile_file import profile_from_json
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject

EMBEDDED = "embedded"


def judged_report(folder: Path) -> JsonObject:
    """Return the report of a bundle's folder as its evidence comes to. Raises EvidenceError if no run wrote that."""
    stated, evidence = read_bundle(folder)
    found = rejudged(stated, evidence)
    if is_known(stated["run"]["suite"]):
        why = _unbelievable(stated, evidence, found)
        if why:
            raise EvidenceError(why)
    return found.report


def _unbelievable(stated: JsonObject, evidence: Evidence, found: Rejudged) -> str:
    """Say why no run of this version wrote a bundle; an empty text if one can have."""
    profile = profile_from_json(stated["profile"])
    shipped = {one.id: one for one in catalogue()}
    whole = {row["id"] for row in found.report["requirements"] if _ran_to_its_end(row, stated["run"])}
    return (
        next(contradictions(stated, evidence, shipped), "")
        or untraceable(stated, evidence, found.judged, shipped)
        or next(of_another_seed(stated, evidence, profile, found.judged), "")
        or next(other_commands(stated, evidence.exchanges), "")
        or next(other_findings(stated, evidence, found.judged), "")
        or next(other_saved_examples(stated, evidence, found.judged), "")
        or next(other_arguments(evidence, found.judged, shipped, edits_of_rows(profile)), "")
        or not_applicable(catalogue(), found.judged, profile)
        or cut_or_swapped(
            [one for one in catalogue() if one.id in whole],
            found.judged,
            evidence.exchanges,
            profile,
            harmless=stated["target"]["kind"] != EMBEDDED,
            passed={row["id"] for row in found.report["requirements"] if row["verdict"] == "passed"},
        )
    )


def _ran_to_its_end(row: JsonObject, run: JsonObject) -> bool:
    """Tell whether the tests of a requirement came to their end: only a violation, or what is `outside`, stops one.

    One that another requirement blocks is untested, and its violations are not counted any more.
    """
    outside = row.get("outside") or {}
    ended = run["complete"] and outside.get("ran") and not (outside["errors"] or outside["lost"] or outside["cut"])
    undecided = row["verdict"] == "inconclusive" and not row["examples"]["failed"]
    return bool(row["verdict"] == "passed" or (ended and undecided))

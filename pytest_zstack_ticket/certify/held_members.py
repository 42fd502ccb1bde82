"""What each member of a report is held to by signers and verifiers: the table, and which members nothing holds.

A member stands here by its path, `*` for each item or key; one that holds others speaks for all of them. A test
compares the table with the schema of reports, so that no member can be added that is held to nothing untold.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Holder: TypeAlias = Literal["recomputed", "evidence", "report", "nothing"]
"""What a member is held to.

`recomputed`: it is formed again, from evidence and catalogue, and compared. `evidence`: it must stand there, or lie
within what stands there. `report`: another member says it too, and both must agree. `nothing`: it is the run's own
word, and `verify` says so.
"""

MEMBERS: dict[str, Holder] = {
    "schema": "report",
    "run.id": "evidence",
    "run.started": "nothing",
    "run.ended": "nothing",
    "run.suite.name": "evidence",
    "run.suite.version": "evidence",
    "run.suite.digest": "nothing",
    "run.installed.versions": "nothing",
    "run.installed.digest": "report",
    "run.execution": "nothing",
    "run.nonce": "evidence",
    "run.effort": "evidence",
    "run.seed": "evidence",
    "run.budget": "report",
    "run.complete": "report",
    "run.cut_short": "nothing",
    "run.pytest_status": "nothing",
    "run.left_on_target": "report",
    "run.residue.left": "nothing",
    "run.residue.deleted": "nothing",
    "run.residue.unseen": "nothing",
    "run.residue.reason": "nothing",
    "run.residue.used": "nothing",
    "run.residue.avoidable": "report",
    "run.residue.caps": "report",
    "run.arguments": "nothing",
    "target.url": "nothing",
    "target.given": "report",
    "target.kind": "report",
    "target.release": "report",
    "target.version": "evidence",
    "target.tls": "nothing",
    "environment.target": "recomputed",
    "environment.ours": "nothing",
    "kill-matrix": "recomputed",
    "profile.name": "nothing",
    "profile.base": "nothing",
    "profile.limits": "nothing",
    "profile.release": "nothing",
    "profile.capabilities": "nothing",
    "profile.absent": "nothing",
    "profile.digest": "recomputed",
    "requirement-set": "recomputed",
    "verdict": "recomputed",
    "partial": "recomputed",
    "deviations": "recomputed",
    "pinned.*.requirement": "recomputed",
    "pinned.*.test": "recomputed",
    "pinned.*.check": "recomputed",
    "pinned.*.arguments": "recomputed",
    "pinned.*.edit": "recomputed",
    "pinned.*.partition": "recomputed",
    "pinned.*.signature": "recomputed",
    "pinned.*.calls": "recomputed",
    "pinned.*.observed": "recomputed",
    "pinned.*.seen": "nothing",
    "pinned.*.tried": "nothing",
    "waivers": "nothing",
    "upgrade": "nothing",
    "exit_status": "recomputed",
    "counts": "recomputed",
    "evidence": "evidence",
    "calibration": "recomputed",
    "front_end": "nothing",
    "requirements.*.id": "recomputed",
    "requirements.*.area": "recomputed",
    "requirements.*.level": "recomputed",
    "requirements.*.basis": "recomputed",
    "requirements.*.text": "recomputed",
    "requirements.*.source": "recomputed",
    "requirements.*.needs": "recomputed",
    "requirements.*.after": "recomputed",
    "requirements.*.profiles": "recomputed",
    "requirements.*.consequence": "recomputed",
    "requirements.*.verdict": "recomputed",
    "requirements.*.waived": "recomputed",
    "requirements.*.reason": "recomputed",
    "requirements.*.examples": "recomputed",
    "requirements.*.outside": "nothing",
    "requirements.*.distinct": "recomputed",
    "requirements.*.partitions": "recomputed",
    "requirements.*.without_example": "nothing",
    "requirements.*.killed_by": "recomputed",
    "requirements.*.witnesses": "evidence",
    "requirements.*.findings.*.requirement": "evidence",
    "requirements.*.findings.*.test": "evidence",
    "requirements.*.findings.*.check": "evidence",
    "requirements.*.findings.*.arguments": "evidence",
    "requirements.*.findings.*.edit": "evidence",
    "requirements.*.findings.*.partition": "evidence",
    "requirements.*.findings.*.expected": "recomputed",
    "requirements.*.findings.*.actual": "recomputed",
    "requirements.*.findings.*.signature": "recomputed",
    "requirements.*.findings.*.curl": "evidence",
    "requirements.*.findings.*.regenerate": "report",
    "requirements.*.findings.*.seen": "nothing",
    "requirements.*.findings.*.tried": "nothing",
    "requirements.*.findings.*.irregular": "nothing",
    "requirements.*.findings.*.choices": "nothing",
    "requirements.*.findings.*.exchanges": "evidence",
    "requirements.*.findings.*.subject": "recomputed",
    "requirements.*.findings.*.sibling": "recomputed",
    "requirements.*.findings.*.deciding": "recomputed",
    "requirements.*.findings.*.at_once": "recomputed",
    "observations": "nothing",
}  # fmt: skip


CHOSEN = ("pinned",)
"""Lists of which each item is held, and nothing says whether one is missing: a run saves what it can send again."""


def unheld() -> list[str]:
    """List the members that are a run's own word, as paths in its report."""
    return [*(path for path, holder in MEMBERS.items() if holder == "nothing"), *CHOSEN]


def holder_of(path: str) -> Holder | None:
    """Say what a member is held to, by its path with `*` for each item or key; None for one that is not listed."""
    words = path.split(".")
    return next((MEMBERS[key] for end in range(len(words), 0, -1) if (key := ".".join(words[:end])) in MEMBERS), None)

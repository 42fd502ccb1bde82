"""Whether the examples that a report saves for other runs are those of its evidence.

A later run sends them again to a target of its reader: an event or a deletion of a ticket of others may not get among
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.model.codec import edit_to_json
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.saved_example import saved_example_to_json
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.saved_examples import saved_example_of

COUNTED = ("seen", "tried")
"""How often an example failed when it was sent again: that stands in no example."""
MOST_TRIED = 8
"""How often one is sent again at most."""


def other_saved_examples(report: JsonObject, evidence: Evidence, judged: Sequence[Example]) -> Iterator[str]:
    """Yield the saved examples that are not made of the evidence; `judged` are its examples as checks judge now.

    With a baseline, examples of the earlier run stand there too: those have calls that this run sent as well.
    """
    by_input: dict[str, list[Example]] = {}
    for one in judged:
        by_input.setdefault(_key(one.requirement, one.check, one.partition), []).append(one)
    seen: set[str] = set()
    for saved in report["pinned"]:
        same = by_input.get(_key(saved["requirement"], saved["check"], saved["partition"]), ())
        if not any(_saves(one, saved, report, evidence) for one in same):
            yield f"a saved example of {saved['requirement']} is not made of the evidence"
        if not 0 <= saved["seen"] <= saved["tried"] <= MOST_TRIED or (saved["tried"] and not saved["signature"]):
            yield f"a saved example of {saved['requirement']} failed more often than it was sent"
        name = digest([saved["requirement"], saved["signature"]])
        if name in seen and "upgrade" not in report:
            yield f"two saved examples of {saved['requirement']} are of one kind"
        seen.add(name)


def _key(requirement: str, check: str, partition: str) -> str:
    return f"{requirement}/{check}/{partition}"


def _saves(one: Example, saved: JsonObject, report: JsonObject, evidence: Evidence) -> bool:
    """Tell whether a saved example is that of an example of the evidence."""
    if one.arguments != saved["arguments"] or edit_to_json(one.edit) != saved["edit"]:
        return False
    trails = {role: tuple(evidence.exchanges[key] for key in ids) for role, ids in one.roles.items()}
    sessions = {
        value
        for trail in trails.values()
        for name, value in (trail[0].request.headers if trail else ())
        if name.lower() == "authorization"
    }
    made = saved_example_of(one, trails, ours=sessions, created=set(trails), word=report["run"]["nonce"] or "")
    if made is None:
        return False
    told = {**saved_example_to_json(made), **{key: saved[key] for key in COUNTED}}
    return told == ({**saved, "test": one.test} if "upgrade" in report else saved)

"""What a run has found so far, put together from the reports of its tests, wherever they ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_zstack_ticket.model.codec import observation_from_json
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.runner.counterexamples import to_json
from pytest_zstack_ticket.runner.record import tally_from_json
from pytest_zstack_ticket.verdicts.lateness import FirstSeen, note
from pytest_zstack_ticket.verdicts.tally import Tally


@dataclass(slots=True)
class RunResults:
    """Tallies and findings by requirement, observations by id, and the requirements of tests that are not ours.

    `pinned` has examples for other runs by requirement and signature: one that held, one of each way to depart;
    `counterexamples` says of each requirement and test how it failed, None if it did not;
    `witnesses` has one example that held of each test, `first_seen` when a test first saw the target.
    """

    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    observations: dict[str, list[dict[str, Json]]] = field(default_factory=dict)
    own: dict[str, Requirement] = field(default_factory=dict)
    tests: Counter[str] = field(default_factory=Counter)
    pinned: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    witnesses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    first_seen: FirstSeen = field(default_factory=dict)
    counterexamples: dict[tuple[str, str], dict[str, Any] | None] = field(default_factory=dict)

    def take(self, record: dict[str, Any]) -> None:
        """Take in the record of one test, or of what was judged `aside` while it ran."""
        tally = tally_from_json(record["tally"])
        self.tests[tally.requirement] += not record.get("aside", False)
        known = self.tallies.get(tally.requirement)
        self.tallies[tally.requirement] = known.plus(tally) if known else tally
        if not record.get("aside", False):
            self._take_counterexample(record)
        note(self.first_seen, tally.requirement, record["test"], record["first_seen"])
        if record["finding"]:
            self.findings.setdefault(tally.requirement, []).append(record["finding"])
        if record.get("witness"):
            self.witnesses.setdefault(tally.requirement, []).append(record["witness"])
        for data in record.get("pinned", ()):
            self.pinned[tally.requirement, data["signature"] or ""] = data
        for data in record["observations"]:
            self._observe(data)
        if record.get("own"):
            self.own[tally.requirement] = Requirement(**record["own"])

    def _take_counterexample(self, record: dict[str, Any]) -> None:
        """Keep how a test failed; a test that passed has nothing to repeat, unless it failed before in this run."""
        key = (record["tally"]["requirement"], record["test"])
        self.counterexamples[key] = to_json(record) or self.counterexamples.get(key)

    def _observe(self, data: dict[str, Any]) -> None:
        observation = observation_from_json(data)
        seen = self.observations.setdefault(observation.id, [])
        same = next((one for one in seen if one["value"] == observation.value), None)
        if same is None:
            seen.append({"value": observation.value, "count": 1, "exchanges": list(observation.exchanges[:4])})
        else:
            same["count"] += 1

    def requirements(
        self, catalogue: Iterable[Requirement], own: Mapping[str, Requirement], *, whole: bool
    ) -> tuple[Requirement, ...]:
        """Return what the run is judged by: the whole catalogue if any of it was examined, and own ones.

        `own` are those of the project's file, which are there even if no test examined them.
        """
        shipped = tuple(catalogue)
        used = whole or any(requirement.id in self.tallies for requirement in shipped)
        return (*(shipped if used else ()), *{**self.own, **own}.values())

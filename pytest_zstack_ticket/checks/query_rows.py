"""What checks read from queries: their rows, and the run's own tickets as listed before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pytest_zstack_ticket.api.messages import SUCCESS, Row, final_answer, json_object, rows_of
from pytest_zstack_ticket.checks.outcomes import SHOWN, describe, no_decision, one_line, outcome_of, violation
from pytest_zstack_ticket.checks.query_conditions import Condition, conditions_of, may_meet, must_meet, parameters_of
from pytest_zstack_ticket.checks.roundtrip import trimmed
from pytest_zstack_ticket.model.exchange import Trails
from pytest_zstack_ticket.model.outcome import Judgement, Outcome, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

FEWEST = 3
"""With fewer tickets of our own, no order, page or selection proves anything."""
LEAST = 24
"""Characters that a condition keeps, however many there are."""


def rows_or_one(trails: Trails, profile: Profile) -> list[Row] | None:
    """Return the rows of the subject; the introduction of the API also has a ticket alone under inventory."""
    rows, exchanges = rows_of(trails["subject"]), trails["subject"]
    answer = final_answer(exchanges)
    alone = json_object(answer.body).get("inventory") if answer and answer.status == SUCCESS else None
    return [alone] if rows is None and profile.strict and isinstance(alone, dict) else rows


def own_tickets(trails: Trails) -> list[Row] | None:
    """Return our tickets if they were listed alike before and after the subject, else None."""
    before, after = rows_of(trails.get("before", ())), rows_of(trails.get("after", ()))
    if before is None or after is None or len(before) < FEWEST:
        return None
    conditions = conditions_of(trails["before"][0].request.path)
    ours = all(may_meet(row, conditions) for row in before)
    once = len(set(names_of(before))) == len(before)
    return before if ours and once and sorted(names_of(before)) == sorted(names_of(after)) else None


def wanted_rows(known: Iterable[Row], conditions: Sequence[Condition], shown: Iterable[Row]) -> list[Row]:
    """Return the tickets that a query has to show: those that meet its conditions whatever the collation.

    What only one reading of a condition selects may be shown or not, so it counts where it is shown.
    """
    names = set(names_of(shown))
    free = (row for row in known if may_meet(row, conditions))
    return [row for row in free if must_meet(row, conditions) or names & set(names_of([row]))]


def outcome_of_query(trails: Trails, profile: Profile, role: str = "subject") -> Outcome:
    """Classify the exchanges of a role as a query."""
    return outcome_of(trails, role, profile, {"call": "query"})


def missing_rows(trails: Trails, profile: Profile, role: str = "subject") -> Violation | Undecided:
    """Say why a query shows no rows."""
    outcome = outcome_of_query(trails, profile, role)
    return no_decision(outcome) or violation(Phrase.of("expect-rows"), describe(outcome))


def selection_violation(wanted: Iterable[str], shown: Iterable[str], trails: Trails) -> Judgement:
    """Report a violation unless exactly the expected names are shown, each once."""
    asked, reported = Counter(wanted), Counter(shown)
    if asked == reported:
        return None
    twice = [name for name, count in reported.items() if count > 1 and name in asked]
    return violation(
        Phrase.of("expect-selection", count=asked.total(), conditions=conditions_text(trails)),
        Phrase.of(
            "selection",
            missing=brief_names(asked - reported),
            stray=brief_names(name for name in reported if name not in asked),
            twice=brief_names(twice),
        ),
    )


def names_of(rows: Iterable[Row]) -> list[str]:
    """Return the names of rows, as the API trims them."""
    return [str(trimmed(row.get("name"))) for row in rows]


def brief_names(names: Iterable[str]) -> str:
    """Show names in one line; a dash if there are none."""
    return one_line(", ".join(names)) or "-"


def path_of(trails: Trails, role: str = "subject") -> str:
    """Return the path that a role asked for."""
    return trails[role][0].request.path


def conditions_text(trails: Trails, role: str = "subject") -> str:
    """Show the conditions of a role in one line; where they are too long, each loses its end, and none is left out."""
    conditions = [one_line(value) for key, value in parameters_of(path_of(trails, role)) if key == "q"]
    text = " & ".join(conditions)
    if len(text) > SHOWN:
        text = " & ".join(one_line(one, max(SHOWN // len(conditions) - 3, LEAST)) for one in conditions)
    return text

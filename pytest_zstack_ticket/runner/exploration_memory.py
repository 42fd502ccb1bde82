"""What explorations remember: choices of an earlier run and of this one, in the record of the test that runs."""

from __future__ import annotations

from pytest_zstack_ticket.runner.choices import Choices
from pytest_zstack_ticket.runner.record import CURRENT


class RecordMemory:
    """Reads and keeps choices in the record of the test that runs in this context; outside a test there is nothing."""

    @staticmethod
    def begin_exploration() -> int:
        """Return which exploration of its test begins, counted from 0."""
        record = CURRENT.get()
        if record is None:
            return 0
        record.explorations += 1
        return record.explorations - 1

    @staticmethod
    def remembered(exploration: int) -> Choices | None:
        """Look up the choices of the counterexample that an earlier run found."""
        record = CURRENT.get()
        choices = record.remembered if record is not None else None
        return choices if choices is not None and choices.exploration == exploration else None

    @staticmethod
    def keep(choices: Choices) -> None:
        """Keep the choices of the counterexample that was found now."""
        record = CURRENT.get()
        if record is not None:
            record.choices = choices

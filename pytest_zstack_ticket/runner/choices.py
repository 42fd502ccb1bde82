"""The choices by which Hypothesis drew a counterexample: kept with its finding, and drawn again first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeAlias

_ADVICE = re.compile(r"@reproduce_failure\('([^']+)', b'([^']*)'\)")
"""How Hypothesis writes the choices of a failing example into its note on the error."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one example; `exploration` says which of the explorations of its test drew it, counted from 0."""

    exploration: int
    hypothesis: str
    blob: str

    def to_json(self) -> dict[str, Any]:
        """Convert the choices to JSON."""
        return asdict(self)


def choices_from_json(data: dict[str, Any] | None) -> Choices | None:
    """Read choices back, None if there are none. Raises KeyError or TypeError for anything else."""
    return Choices(data["exploration"], data["hypothesis"], data["blob"]) if data else None


Decorator: TypeAlias = Callable[[Any], Any]
"""Hypothesis's `reproduce_failure` with the choices that it is to draw."""


class Memory(Protocol):
    """Where an exploration finds the choices of an earlier run, and leaves its own."""

    def begin_exploration(self) -> int:
        """Return which exploration of its test begins, counted from 0."""
        ...

    def remembered(self, exploration: int) -> Choices | None:
        """Look up the choices of the counterexample that an earlier run found."""
        ...

    def keep(self, choices: Choices) -> None:
        """Keep the choices of the counterexample that was found now."""
        ...


@contextmanager
def kept(memory: Memory | None, exploration: int) -> Iterator[None]:
    """Keep the choices of the example that fails, and take Hypothesis's own advice off the error."""
    try:
        yield
    except BaseException as error:
        notes = getattr(error, "__notes__", [])
        for note in notes:
            advice = _ADVICE.search(note)
            if advice and memory is not None:
                memory.keep(Choices(exploration, advice[1], advice[2]))
        notes[:] = [note for note in notes if not _ADVICE.search(note)]
        raise


def draw_again(memory: Memory | None, exploration: int, run: Callable[[Decorator], None]) -> None:
    """Draw the remembered example; where it passes now, or cannot be drawn, nothing happens.

    `run` runs a Hypothesis test that the decorator makes draw nothing else. Raises what the test raises.
    """
    choices = memory.remembered(exploration) if memory is not None else None
    if memory is None or choices is None:
        return
    from hypothesis import reproduce_failure  # noqa: PLC0415 - 350 ms that only suites pay
    from hypothesis.errors import DidNotReproduce, InvalidArgument  # noqa: PLC0415 - as above

    try:
        run(reproduce_failure(choices.hypothesis, choices.blob.encode()))
    except (DidNotReproduce, InvalidArgument):
        return
    except BaseException:
        memory.keep(choices)
        raise

"""Run a Hypothesis state machine over the target with the run's own seed and effort, and leave the shrinking to it.

Steps are judged one after the other: a state machine cannot be deferred, for each of its steps stands on the ones
before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pytest_zstack_ticket.runner.budget import Budget, Property
from pytest_zstack_ticket.runner.choices import Decorator, Memory, draw_again, kept
from pytest_zstack_ticket.runner.explorer import bounds
from pytest_zstack_ticket.runner.hypothesis_home import storage

if TYPE_CHECKING:
    from hypothesis.stateful import RuleBasedStateMachine

PROGRAMS = {"smoke": (3, 14), "standard": (14, 16), "certify": (60, 30)}
"""Programs by effort, and the steps in each."""
ROUND = 4
"""Programs that are run at once while a budget lasts, each round with a seed of its own."""


@dataclass(frozen=True, slots=True)
class StateMachineRunner:
    """Runs programs of a state machine. The same seed runs the same programs on a target that decides alike.

    What Hypothesis keeps on disk goes to the folder `home`, never beside the caller's own tests. Of a budget the test
    gets one round, and what is left when all tests are over like every other property; a step counts as an example.
    """

    effort: str
    seed: int
    home: str
    budget: Budget = field(default_factory=Budget)
    now: Callable[[], float] = time.monotonic
    enter: Callable[[Property], None] | None = None
    memory: Memory | None = None

    def __call__(self, machine: type[RuleBasedStateMachine], *, share: float = 1.0) -> None:
        """Run programs until one raises, then shrink it to the shortest; `share` scales how many there are.

        Raises what a step raises in the shortest program, with a note that shows its steps.
        """
        programs, steps = PROGRAMS[self.effort]
        programs = max(1, round(programs * share))
        exploration = self.memory.begin_exploration() if self.memory is not None else 0
        draw_again(self.memory, exploration, partial(self._run, machine, 1, steps, self.seed))
        if not self.budget.seconds:
            with kept(self.memory, exploration):
                self._run(machine, programs, steps, self.seed)
            return
        rounds = partial(self._round, machine, steps)
        known = Property(None, _judged_by_itself, programs * steps, round=rounds, exploration=exploration)
        self.budget.properties.append(known)
        if self.enter is not None:
            self.enter(known)
        self._round(machine, steps, known)

    def _round(self, machine: type[RuleBasedStateMachine], steps: int, known: Property) -> None:
        began = self.now()
        try:
            with kept(self.memory, known.exploration):
                self._run(machine, ROUND, steps, self.seed + known.drawn)
        except BaseException:
            known.over = True
            raise
        finally:
            self.budget.spent += self.now() - began
        known.drawn += ROUND
        known.seen.update(range(len(known.seen), len(known.seen) + ROUND * steps))

    def _run(
        self,
        machine: type[RuleBasedStateMachine],
        programs: int,
        steps: int,
        seed: int,
        again: Decorator | None = None,
    ) -> None:
        import hypothesis  # noqa: PLC0415 - 350 ms that only suites pay
        from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415 - as above

        limits = bounds(programs, steps=steps)
        # a class of its own takes the seed, so that the caller's class stays as it is
        own = type(machine.__name__, (machine,), {})
        seeded = again(own) if again is not None else hypothesis.seed(seed)(own)
        with storage(self.home):
            run_state_machine_as_test(seeded, settings=limits)


def _judged_by_itself(_example: object) -> None:
    """Do nothing: a state machine judges its own steps."""

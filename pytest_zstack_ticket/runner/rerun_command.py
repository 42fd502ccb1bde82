"""The command that repeats one test of a run."""

from __future__ import annotations

import shlex

from pytest_zstack_ticket.config.options import COMMAND_LINE
from pytest_zstack_ticket.runner.run import Run


def our_sessions(run: Run) -> frozenset[str]:
    """Return the Authorization values that stand for our session in redacted requests; an access key's is empty."""
    redactor = run.reached.redactor
    return frozenset({f"OAuth {redactor.pseudonym(run.reached.sessions.session.uuid)}", ""})


def other_sessions(run: Run) -> dict[str, str]:
    """Return the Authorization values of people beside us, with the variable that a curl line takes each from."""
    redactor = run.reached.redactor
    return {
        f"OAuth {redactor.pseudonym(one.sessions.known)}": f"ZSTACK_{one.settings.part.upper()}_SESSION"
        for one in run.reached.actors.connected
        if one.sessions.known
    }


def command(run: Run, *chosen: str) -> str:
    """Return the command that runs the chosen tests as this run does, all of them if none is named."""
    told = {"url": run.options["url"], "effort": run.options["effort"], "seed": run.options["seed"]}
    others = {
        name: found.value
        for name, found in run.options.values.items()
        if found.origin == COMMAND_LINE and name not in told and name not in ("report", "pdf", "font-path", "lang")
    }
    if "budget" in others:
        others["budget"] = f"{others['budget']:g}s"
    options = [
        f"--zstack-{name}" if value is True else f"--zstack-{name}={value}"
        for name, value in {**told, **others}.items()
    ]
    return shlex.join(["pytest", *options, *chosen])

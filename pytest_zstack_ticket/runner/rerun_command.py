"""The command that repeats one test of a run."""

from __future__ import annotations

import shlex

from pytest_zstack_ticket.config.options import COMMAND_LINE
from pytest_zstack_ticket.runner.record_json import RunIdentity
from pytest_zstack_ticket.runner.run import Run


def identity_of(run: Run) -> RunIdentity:
    """Collect what the findings of a run depend on; an access key's Authorization value is empty."""
    reached = run.reached
    shown = reached.redactor.pseudonym
    return RunIdentity(
        url=reached.settings.url,
        own=frozenset({f"OAuth {shown(reached.sessions.session.uuid)}", ""}),
        others={
            f"OAuth {shown(one.sessions.known)}": f"ZSTACK_{one.settings.part.upper()}_SESSION"
            for one in reached.actors.connected
            if one.sessions.known
        },
        nonce=run.options["nonce"],
    )


def command(run: Run, *chosen: str) -> str:
    """Return the command that runs the chosen tests as this run does, all of them if none is named."""
    first = {"url": run.options["url"], "effort": run.options["effort"], "seed": run.options["seed"]}
    others = {
        name: found.value
        for name, found in run.options.values.items()
        if found.origin == COMMAND_LINE and name not in first and name not in ("report", "pdf", "font-path", "lang")
    }
    if "budget" in others:
        others["budget"] = f"{others['budget']:g}s"
    options = [
        f"--zstack-{name}" if value is True else f"--zstack-{name}={value}"
        for name, value in {**first, **others}.items()
    ]
    return shlex.join(["pytest", *options, *chosen])

"""Provenance of a verdict: installed versions, certificate and clock of the target, machine, kill matrix."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_zstack_ticket.report.html.page_context import Json, PageContext
from pytest_zstack_ticket.report.text.execution_text import account_text, addopts_text, options_text, plugins_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Texts for the first screen; those that an older run did not record are empty."""

    version: str
    account: str
    options: str
    addopts: str
    plugins: str
    versions: str
    certificates: str
    clock: str
    servers: str
    machine: str
    kill_matrix: str
    kill_matrix_digest: str


def provenance_view(context: PageContext) -> Provenance:
    """Compute what the first screen says of a verdict's provenance."""
    report = context.report
    target, kill_matrix = _environment(report, "target"), report.get("kill-matrix") or {}
    installed = (report["run"].get("installed") or {}).get("versions", {})
    clock = target.get("clock")
    execution = report["run"].get("execution")
    return Provenance(
        version=report["target"].get("version") or "",
        account=account_text(execution),
        options=options_text(execution),
        addopts=addopts_text(execution),
        plugins=plugins_text(execution),
        versions=", ".join(f"{name} {version}" for name, version in installed.items()),
        certificates=", ".join(report["target"].get("tls") or ()),
        clock="" if clock is None else context.say("clock-ahead", seconds=f"{clock:+d}"),
        servers=", ".join([*([target["server"]] if target.get("server") else []), *target.get("gateway", ())]),
        machine=", ".join(_environment(report, "ours").values()),
        kill_matrix=context.say(
            "kill-matrix-counts", requirements=kill_matrix["requirements"], faults=kill_matrix["faults"]
        )
        if kill_matrix
        else "",
        kill_matrix_digest=kill_matrix.get("digest", ""),
    )


def _environment(report: Json, side: str) -> Json:
    environment = report.get("environment") or {}
    found: Json = environment.get(side, {})
    return found

"""What a verdict was formed by and where: suite, installed versions, clock and certificate of the target, machine."""

from __future__ import annotations

from pytest_zstack_ticket.report.html.markup import Markup, Part, element, joined
from pytest_zstack_ticket.report.html.page_context import Json, PageContext

SHOWN = 23
"""Characters of a digest: its algorithm and 64 bits."""


def provenance(sheet: PageContext) -> list[tuple[str, Part]]:
    """Return rows for the first screen; those that an older run did not note are empty."""
    run, target = sheet.report["run"], sheet.report["target"]
    return [
        ("suite", _suite(run)),
        ("installed", _versions(run.get("installed"))),
        ("nonce", element("code", run["nonce"]) if run.get("nonce") else None),
        ("tls", element("code", ", ".join(target["tls"])) if target.get("tls") else None),
        ("clock", _clock(sheet)),
        ("before-target", _before(sheet)),
        ("machine", _machine(sheet)),
        ("kill-matrix", _kill_matrix(sheet)),
    ]


def _suite(run: Json) -> Markup:
    suite = run["suite"]
    told = f"{suite['name']} {suite['version']}"
    return joined(told, " ", element("code", suite["digest"][:SHOWN] + "…")) if suite.get("digest") else joined(told)


def _versions(installed: Json | None) -> str:
    return ", ".join(f"{name} {told}" for name, told in (installed or {}).get("versions", {}).items())


def _clock(sheet: PageContext) -> str | None:
    clock = _environment(sheet, "target").get("clock")
    return None if clock is None else sheet.say("clock-ahead", seconds=f"{clock:+d}")


def _before(sheet: PageContext) -> str:
    told = _environment(sheet, "target")
    return ", ".join([*([told["server"]] if told.get("server") else []), *told.get("gateway", ())])


def _machine(sheet: PageContext) -> str:
    return ", ".join(_environment(sheet, "ours").values())


def _environment(sheet: PageContext, key: str) -> Json:
    environment = sheet.report.get("environment") or {}
    found: Json = environment.get(key, {})
    return found


def _kill_matrix(sheet: PageContext) -> Markup | None:
    told = sheet.report.get("kill-matrix")
    if not told:
        return None
    counts = sheet.say("kill-matrix-counts", requirements=told["requirements"], faults=told["faults"])
    return joined(counts, " ", element("code", told["digest"][:SHOWN] + "…"))

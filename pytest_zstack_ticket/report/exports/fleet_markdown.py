"""The result of a fleet in lines for a terminal, and as Markdown for the summary page of a CI job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_zstack_ticket.report.exports.markdown import foreign, inert
from pytest_zstack_ticket.report.text.columns import shortened
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.report.text.verdict_marks import VERDICT_MARKS

Fleet = Mapping[str, Any]
MAX_ROWS = 200
LONGEST_REASON = 300
LISTED = 20
"""Targets or requirements that one line names."""


def state_of(fleet: Fleet) -> str:
    """Return the verdict that stands for the whole of a fleet."""
    return {0: "passed", 2: "inconclusive", 11: "error", 12: "inconclusive"}.get(fleet["exit_status"], "failed")


def fleet_lines(fleet: Fleet, translations: Translations, lang: str) -> Iterator[str]:
    """Yield what happened, the most important first."""
    words = translations.catalogues[lang]["fleet"]
    counts = Counter(one["verdict"] for one in fleet["targets"])
    comma = translations.say("comma", lang)
    said = comma.join(
        f"{translations.word(verdict, lang)} {counts[verdict]}" for verdict in VERDICT_MARKS if counts[verdict]
    )
    total = words["counts"].format(targets=len(fleet["targets"]), counts=said)
    yield total if fleet["targets"] else words["no-targets"]
    if fleet["interrupted"]:
        yield words["interrupted"]
    if fleet["stopped"]:
        stopped = fleet["stopped"]
        yield words["stopped"].format(wave=stopped["wave"], reason=words[f"reason-{stopped['reason']}"])
    for one in fleet["targets"]:
        if one["regressions"]:
            yield words["regressed"].format(target=one["name"], requirements=_some(one["regressions"], comma))
        if one["left"] or one["unswept"]:
            yield words["left"].format(target=one["name"], left=one["left"], unswept=one["unswept"])
        if one["state"] == "error" or one["kind"] == "cut":
            yield _without_verdict(one, words)
    alone = [one["name"] for one in fleet["targets"] if one["state"] == "examined" and one["regressions"] is None]
    if fleet.get("baseline") and alone:
        yield words["uncompared"].format(targets=_some(alone, comma))
    for group in fleet["alike"]:
        yield words["alike-line"].format(
            count=len(group["targets"]), targets=_some(group["targets"], comma), roots=_some(group["roots"], comma)
        )
    for row in fleet["releases"]["rows"]:
        yield words["differs"].format(id=row["id"])


def _without_verdict(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Say why a target has no verdict, or no whole one, with the last thing that its run said."""
    key = "cut-short" if one["kind"] == "cut" else "no-verdict"
    said = words[key].format(target=one["name"], why=words[f"kind-{one['kind']}"])
    last = one["text"].strip().splitlines()[-1:]
    return words["with-reason"].format(said=said, reason=shortened(last[0], LONGEST_REASON)) if last else said


def _some(names: list[str], comma: str) -> str:
    more = len(names) - LISTED
    return comma.join(names[:LISTED]) + (f" … (+{more})" if more > 0 else "")


def fleet_markdown(fleet: Fleet, translations: Translations, lang: str) -> str:
    """Write a summary of a fleet."""
    words = translations.catalogues[lang]["fleet"]
    mark = VERDICT_MARKS[state_of(fleet)]
    heads = " | ".join(inert(words[key]) for key in ("target", "wave", "release", "verdict", "failed", "regressions"))
    lines = [
        f"## {mark} {inert(words['title'])}: {foreign(fleet['fleet']['name'])}",
        "",
        *(f"- {inert(line)}" for line in fleet_lines(fleet, translations, lang)),
        "",
        f"| {heads} |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(one, translations, lang) for one in fleet["targets"][:MAX_ROWS]),
    ]
    more = len(fleet["targets"]) - MAX_ROWS
    return "\n".join([*lines, *([f"| … (+{more}) | | | | | |"] if more > 0 else [])]) + "\n"


def _row(one: Mapping[str, Any], translations: Translations, lang: str) -> str:
    verdict = f"{VERDICT_MARKS[one['verdict']]} {inert(translations.word(one['verdict'], lang))}"
    release = foreign(one["release"]) if one["release"] else ""
    failed = str(one["verdicts"].count("f"))
    cells = [foreign(one["name"]), foreign(one["wave"]), release, verdict, failed, str(len(one["regressions"] or ()))]
    return f"| {' | '.join(cells)} |"

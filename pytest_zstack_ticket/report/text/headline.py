"""The first line of a result: its verdict, never without how much was examined and with which effort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import Translations
from pytest_zstack_ticket.verdicts.coverage import coverage, standard_limits

Claims = Mapping[str, Any]
"""What a report or a statement claims: verdict, partial, deviations, counts, coverage, run."""


def claims_of(report: Mapping[str, Any]) -> Claims:
    """Collect what the headline of a report says, in the form that a statement has."""
    return {
        "verdict": report["verdict"],
        "partial": report["partial"],
        "deviations": report.get("deviations"),
        "counts": report["counts"]["requirements"],
        "coverage": coverage(dict(report)),
        "run": report["run"],
    }


def extent(report: Mapping[str, Any]) -> str:
    """Name the words for how much was examined: a requirement that failed stands, whatever else was left out."""
    if not report["partial"]:
        return "whole"
    return "partial-failed" if report["verdict"] == "failed" else "partial"


def mark_of(report: Mapping[str, Any]) -> str:
    """Name the verdict whose mark and colour a headline has: a claim with a reservation is not shown as a pass."""
    reserved = report.get("deviations") or (report["partial"] and report["verdict"] == "passed")
    return "inconclusive" if reserved else str(report["verdict"])


def headline(claims: Claims, translations: Translations, lang: str) -> str:
    """Word a result; conformance is claimed only where every requirement that applies was examined."""
    words = translations.catalogues[lang]["headline"]
    verdict = claims["verdict"]
    counted = sums(claims, translations, lang)
    if claims["deviations"]:
        name = words["some-deviations" if claims["partial"] else "deviations"].format(count=claims["deviations"])
    elif verdict == "passed" and claims["partial"]:
        return counted
    else:
        name = words[verdict]
    return words["claim"].format(verdict=name, sums=counted)


def sums(claims: Claims, translations: Translations, lang: str) -> str:
    """Say how many requirements passed, failed and were not examined, and the effort."""
    words, counts, covered = translations.catalogues[lang]["headline"], claims["counts"], claims["coverage"]
    parts = [words["passed-of"].format(passed=counts.get("passed", 0), count=covered["requirements"])]
    parts += [words["own-count"].format(count=covered["own"])] if covered.get("own") else []
    parts += [words[f"{key}-count"].format(count=counts[key]) for key in ("failed", "error") if counts.get(key)]
    left, must = covered["not-examined"], covered["must-not-examined"]
    parts += [words["left-out"].format(count=left, must=must)] if left else []
    return words["comma"].join([*parts, words["effort"].format(effort=visible(claims["run"]["effort"]))])


def narrowed(claims: Claims, translations: Translations, lang: str) -> list[str]:
    """Say what narrows a result: tests left out, plugins that could alter it, absent capabilities, other limits."""
    words, covered = translations.catalogues[lang]["headline"], claims["coverage"]
    absent, limits = covered["absent"], covered["other-limits"]
    standard = standard_limits()
    other = [
        words["limit"].format(field=key, length=length, standard=standard.get(key, ""))
        for key, length in limits.items()
    ]
    plugins, release = covered["plugins"], covered["other-release"]
    return [
        *([words["tests-left-out"].format(count=left)] if (left := covered.get("tests-left-out")) else []),
        *([words["plugins"].format(plugins=words["comma"].join(map(visible, plugins)))] if plugins else []),
        *([words["other-release"].format(version=visible(release))] if release else []),
        *([words["absent"].format(absent=words["comma"].join(map(visible, absent)))] if absent else []),
        *([words["limits"].format(limits=words["comma"].join(other))] if other else []),
    ]

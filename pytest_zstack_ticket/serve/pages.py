"""The pages of the application as HTML: every text in them is inert, whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pytest_zstack_ticket.certify.keys import PublicKey
from pytest_zstack_ticket.certify.messages import claim_lines, rejection_lines
from pytest_zstack_ticket.certify.sign import summary
from pytest_zstack_ticket.certify.verify import Wanted, verify_bundle
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.html.load_page import render_load_page
from pytest_zstack_ticket.report.html.page import LANGUAGE_TAGS, render_page
from pytest_zstack_ticket.report.html.page_context import EvidenceExtract
from pytest_zstack_ticket.report.html.rendering import environment
from pytest_zstack_ticket.report.text.comparison_text import diff_lines
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.serve.shelf import Shelf, Shelved
from pytest_zstack_ticket.verdicts.comparison import compare
from pytest_zstack_ticket.verdicts.history import history

MOST_COLUMNS = 12
"""Runs that the history of verdicts shows beside each other, the newest."""
LISTED = 20
"""Files that cannot be read, of which a page gives the names."""


class Pages:
    """Renders the pages of one shelf in one language; `keys` verify certificates."""

    def __init__(self, shelf: Shelf, lang: str, keys: Sequence[PublicKey]) -> None:
        self._shelf = shelf
        self._lang = lang
        self._keys = tuple(keys)

    def index(self) -> str:
        """Render all runs, the newest first, and the requirements whose verdict changed."""
        runs = self._shelf.runs()
        examined = [one for one in runs if one.kind == "run"]
        shown = examined[:MOST_COLUMNS]
        found = history([_brief(one) for one in shown])
        texts = {requirement.id: requirement.text[self._lang] for requirement in catalogue()}
        return self._render(
            "serve-index.html",
            rows=[self._row(one) for one in runs],
            examined=[self._row(one) for one in examined],
            columns=[one.started[:16].replace("T", " ") for one in reversed(shown)],
            waiting=self._shelf.waiting,
            left_out=self._shelf.left_out,
            changed=[(row["id"], texts.get(row["id"], ""), row["verdicts"]) for row in found["changed"]],
            unreadable=_some(self._shelf.unreadable),
        )

    def _row(self, one: Shelved) -> Mapping[str, Any]:
        return {
            "key": one.key,
            "name": one.name,
            "kind": one.kind,
            "started": one.started[:19].replace("T", " "),
            "target": one.target,
            "release": one.release,
            "suite": one.suite,
            "verdict": one.verdict,
            "signed": one.signed,
        }

    def run(self, one: Shelved) -> str:
        """Render a run or a load from its document: no page that lies in the folder is shown."""
        document = self._shelf.document(one)
        if one.kind == "load":
            return render_load_page(document, translations(), self._lang)
        faults = {requirement.id: requirement.killed_by for requirement in catalogue()}
        return render_page(document, translations(), self._lang, evidence=EvidenceExtract(faults=faults))

    def comparison(self, before: Shelved, after: Shelved) -> str:
        """Render what differs between two runs."""
        found = compare(self._shelf.document(before), self._shelf.document(after))
        lines = diff_lines(found, translations(), self._lang)
        return self._render(
            "serve-lines.html",
            heading=self._say("comparison"),
            sides=[self._row(before), self._row(after)],
            lines=lines,
        )

    def certificate(self, one: Shelved) -> str:
        """Render what the signed statement of a run claims, if the given keys signed it."""
        return self._render(
            "serve-lines.html", heading=self._say("certificate"), sides=[self._row(one)], lines=self._verified(one)
        )

    def _verified(self, one: Shelved) -> list[str]:
        if not one.signed or not self._keys:
            return [self._say("no-key" if one.signed else "not-signed")]
        now = datetime.now(UTC)
        found = verify_bundle(one.place.path, Wanted(keys=self._keys, since=now, until=now))
        if not found.genuine or found.statement is None:
            return [self._say("rejected"), *rejection_lines(found.rejections, translations(), self._lang)]
        words = translations().catalogues[self._lang]["certificate"]
        claims = claim_lines(summary(found.statement), translations(), self._lang)
        return [self._say("verified"), *claims, words["not-judged-again"]]

    def message(self, key: str) -> str:
        """Render a page with one sentence."""
        return self._render("serve-lines.html", heading=self._say(key), sides=[], lines=[])

    def _say(self, key: str, **parameters: object) -> str:
        return translations().catalogues[self._lang]["serve"][key].format(**parameters)

    def _render(self, template: str, **views: object) -> str:
        return (
            environment()
            .get_template(template)
            .render(
                say=self._say,
                word=lambda key: translations().word(key, self._lang),
                language_tag=LANGUAGE_TAGS[self._lang],
                folder=self._shelf.folder.name,
                **views,
            )
        )


def _brief(one: Shelved) -> JsonObject:
    """Write what a list knows of a run as the part of a report that a history reads."""
    rows = [{"id": key, "verdict": verdict} for key, verdict in zip(one.ids, one.verdicts, strict=True)]
    known = {"target": {"url": one.target, "release": one.release}, "requirement-set": {"digest": ""}, "partial": False}
    run = {"id": one.key, "started": one.started, "suite": {"version": one.suite}}
    return {**known, "run": run, "verdict": one.verdict, "requirements": rows}


def _some(names: Sequence[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" … (+{more})" if more > 0 else "")

"""What a load found, in lines for a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_zstack_ticket.report.exports.markdown import inert
from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.report.text.translations import Translations

Document = Mapping[str, Any]
QUANTILES = ("p50", "p95", "p99", "max")


class LoadWords:
    """The phrases of one load in one language."""

    def __init__(self, document: Document, translations: Translations, lang: str) -> None:
        self.document = document
        self.translations = translations
        self.lang = lang

    def say(self, key: str, **parameters: object) -> str:
        """Render a line of the load's own catalogue."""
        return self.translations.load(key, self.lang, **parameters)

    @property
    def title(self) -> str:
        """What this is the report of."""
        return self.say("title-soak" if self.document["load"]["kind"] == "soak" else "title")

    @property
    def headline(self) -> str:
        """The result in one line."""
        count = sum(row["failed"] for row in self.document["requirements"])
        return self.say(f"result-{self.document['result']}", users=self.document["load"]["users"], count=count)

    @property
    def facts(self) -> list[str]:
        """Lines below the headline."""
        load, swept = self.document["load"], self.document["cleanup"]
        found = [
            self.say(
                "totals",
                requests=self.document["requests"],
                lives=self.document["lives"],
                users=load["users"],
                time=duration(load["seconds"]),
            ),
            self.say("cleanup", deleted=swept["deleted"], left=len(swept["left"]), unseen=swept["unseen"]),
        ]
        if load["rate"]:
            found.append(self.say("rate-bound", rate=f"{load['rate']:g}"))
        ended, slower = self.document["ended-early"], self.document["slower"]
        if ended:
            known = self.translations.catalogues[self.lang]["load"]
            found.insert(0, self.say("ended-early", reason=known.get(ended, ended)))
        if slower:
            one, other = f"{slower['before']:.3g} s", f"{slower['after']:.3g} s"
            found.insert(0, self.say("slower", before=one, after=other))
        return found

    def finding(self, row: Document) -> list[str]:
        """Lines of one finding: what, how often, what was expected and what was there."""
        return [
            self.say("finding", id=row["requirement"], kind=self.say(f"kind-{row['kind']}"), count=row["count"]),
            self.say("expected", text=self.translations.render_json(row["expected"], self.lang)),
            self.say("actual", text=self.translations.render_json(row["actual"], self.lang)),
        ]

    def error(self, row: Document) -> str:
        """Line of one kind of error."""
        return self.say("error", call=self.call(row["call"]), error=row["error"], count=row["count"])

    def call(self, name: str) -> str:
        """Name of a call, or of the job that it started."""
        call, _, phase = name.partition(".")
        shown = self.say(f"call-{call}")
        return self.say("phase-job", call=shown) if phase else shown


def load_lines(words: LoadWords) -> list[str]:
    """Lines for a terminal."""
    document = words.document
    found = [f"{words.title}: {words.headline}", *words.facts]
    for row in document["findings"]:
        first, *more = words.finding(row)
        found += [f"- {first}", *(f"  {line}" for line in more)]
    found += [f"- {words.error(row)}" for row in document["errors"]]
    found += [
        f"  {words.call(call)}: p50 {figures['p50']:.3g} s, p95 {figures['p95']:.3g} s, p99 {figures['p99']:.3g} s"
        for call, figures in document["latencies"].items()
    ]
    return [visible(line) for line in found]


def load_markdown(words: LoadWords) -> str:
    """Markdown for the summary page of a CI job; text of the target is inert."""
    document = words.document
    found = [f"## {inert(words.title)}: {inert(words.headline)}", ""]
    found += [line for fact in words.facts for line in (inert(fact), "")]
    found += [f"### {inert(words.say('findings'))}", ""]
    found += [f"- {inert('; '.join(words.finding(row)))}" for row in document["findings"]]
    found += [] if document["findings"] else [inert(words.say("no-findings"))]
    found += ["", f"### {inert(words.say('errors'))}", ""]
    found += [f"- {inert(words.error(row))}" for row in document["errors"]]
    found += [] if document["errors"] else [inert(words.say("no-errors"))]
    found += ["", f"| {inert(words.say('call'))} | {inert(words.say('count'))} | {' | '.join(QUANTILES)} |"]
    found += ["| --- | --- " + "| --- " * len(QUANTILES) + "|"]
    for call, figures in document["latencies"].items():
        cells = " | ".join(f"{figures[name]:.3g} s" for name in QUANTILES)
        found.append(f"| {inert(words.call(call))} | {figures['count']} | {cells} |")
    return "\n".join([*found, ""])


def duration(seconds: float) -> str:
    """Seconds as people write them."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and not seconds % size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"

"""The page of a report: whole, in both languages, loading nothing, and inert whatever anybody wrote into the report."""

import ast
import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.report.html.causes_view import ACTIONS
from pytest_zstack_ticket.report.html.charts_view import duration
from pytest_zstack_ticket.report.html.finding_view import readable
from pytest_zstack_ticket.report.html.page import render_page
from pytest_zstack_ticket.report.html.page_context import EvidenceExtract
from pytest_zstack_ticket.report.html.rendering import TEMPLATES
from pytest_zstack_ticket.report.text.translations import LANGUAGES, translations
from pytest_zstack_ticket.strategies import open_questions
from tests.support.sample_report import HOSTILE, answered, hostile, message, requirement, sample_exchange, sample_report

ROOT = Path(__file__).parents[4]
WORDING = translations()
CSS = (TEMPLATES / "page.css").read_text("utf-8")
SCRIPT = (TEMPLATES / "page.js").read_text("utf-8")
ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "section",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "li",
    "dl",
    "div",
    "dt",
    "dd",
    "code",
    "strong",
    "span",
    "a",
    "svg",
    "rect",
    "line",
    "text",
    "figure",
    "figcaption",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "article",
    "pre",
    "mark",
    "nav",
    "i",
    "main",
    "form",
    "label",
    "input",
    "select",
    "option",
    "button",
    "output",
    "script",
}
ATTRIBUTES = {
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "id",
    "open",
    "scope",
    "x",
    "y",
    "width",
    "height",
    "x1",
    "x2",
    "y1",
    "y2",
    "dx",
    "rx",
    "text-anchor",
    "role",
    "aria-label",
    "hidden",
    "tabindex",
    "type",
    "value",
    "autocomplete",
    "data-verdict",
    "data-area",
    "data-level",
    "data-shown",
    "data-copy",
    "data-copied",
}
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def attribute(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def made(report: dict[str, Any] | None = None, lang: str = "en", **evidence: Any) -> str:
    return render_page(report or sample_report(), WORDING, lang, evidence=EvidenceExtract(**evidence))


def texts(markup: str) -> str:
    return "".join(Seen(markup).texts)


def literals() -> Iterator[str]:
    """Yield every string of the modules and templates that make a page."""
    folder = ROOT / "pytest_zstack_ticket" / "report"
    for file in TEMPLATES.iterdir():
        yield from re.findall(r'"([\w-]+)"', file.read_text("utf-8"))
    for file in (*folder.glob("html/*.py"), *folder.glob("pdf/*.py"), folder / "text" / "headline.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_sample_fits_the_schema_of_a_report():
    schema = json.loads((ROOT / "schemas" / "artefact" / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(sample_report())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("report", [sample_report(), hostile(sample_report())], ids=["plain", "hostile"])
def test_a_page_is_well_formed_and_has_only_our_elements(lang: str, report: dict[str, Any]):
    seen = Seen(made(report, lang))
    assert seen.elements <= ELEMENTS
    assert {name for name, _ in seen.attributes} <= ATTRIBUTES
    assert (seen.open, seen.unbalanced) == ([], [])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("report", [sample_report(), hostile(sample_report())], ids=["plain", "hostile"])
def test_a_page_is_xml_too(lang: str, report: dict[str, Any]):
    assert ET.fromstring(made(report, lang)).tag == "html"  # noqa: S314 - we made it


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_text_adds_no_element_and_steers_nothing(lang: str):
    keys = ["m-000001", "m-000002"]
    exchanges = {key: hostile(sample_exchange(key)) for key in keys}
    text = made(hostile(sample_report()), lang, exchanges=exchanges, faults={"ZT-BODY-001": [HOSTILE]})
    seen = Seen(text)
    assert not seen.elements & {"img", "link", "iframe", "object", "base", "use"}
    assert re.findall("<(script|form)", text) == ["form", "script"]
    assert f"<script>{SCRIPT}</script>" in text
    assert STEERING.findall(text) == []
    assert text.encode("utf-8")
    assert r"\u202e" in text
    assert r"\ud800" in text


def test_the_script_asks_for_nothing_and_makes_no_markup():
    for forbidden in (
        "fetch",
        "XMLHttpRequest",
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval",
        "http",
    ):
        assert forbidden not in SCRIPT


def test_without_scripts_there_is_no_dead_control():
    text = made()
    (form,) = re.findall("<form[^>]*>", text)
    assert 'hidden="hidden"' in form
    assert "<button" not in text.replace(text[text.index("<form") : text.index("</form>")], "")


def test_the_counts_of_the_list_add_up():
    report = sample_report()
    rows = [one["verdict"] for one in report["requirements"]]
    (listed,) = re.findall("<h2>Requirements</h2><p>(.*?)</p>", made(report))
    counted = {word: int(count) for word, count in (one.rsplit(" ", 1) for one in listed.split(" · "))}
    assert counted == {WORDING.word(one, "en"): rows.count(one) for one in rows}
    assert len(re.findall('<details class="requirement"', made(report))) == len(rows)


def test_rows_of_an_area_off_the_screen_cost_no_layout():
    page = ET.fromstring(made())  # noqa: S314 - we made it
    areas = page.findall(".//div[@class='area']")
    rows = [row for area in areas for row in area.findall("details[@class='requirement']")]
    assert len(rows) == len(sample_report()["requirements"])
    style = (TEMPLATES / "page.css").read_text("utf-8")
    screen, paper = style.split("@media print")
    assert ".area{content-visibility:auto" in screen
    assert ".area{content-visibility:visible}" in paper


def test_the_map_names_operation_field_and_variation():
    text = made()
    shown = texts(text)
    assert "POST /v1/tickets" in shown
    (field,) = re.findall('<details class="field"><summary><code>params.name</code>.*?</details>', text)
    assert "params.name/too-long" in texts(field)
    assert "params.name/null" in texts(field)


def test_the_timeline_has_a_mark_for_each_finding():
    known = {"m-000001": {**sample_exchange("m-000001"), "started": 101.0}}
    started, seconds = [100.0, 101.0, 110.0], [0.1, 2.0, 0.1]
    text = made(exchanges=known, started=started, seconds=seconds, tickets=[(100.5, 1), (101.5, 1), (109.0, -1)])
    timeline = text.split("<figcaption>Timeline")[1].split("</figure>")[0]
    assert "at most 2 s" in timeline
    assert "not yet deleted (at most 2)" in timeline
    marks = re.findall('<line x1="10.00%"[^>]*class="found"><title>([^<]*)', timeline)
    assert set(marks) == {one["id"] for one in sample_report()["requirements"] if has_subject(one, "m-000001")}
    assert "<figcaption>Timeline" not in made(started=[1.0], seconds=[1.0])


def has_subject(row: dict[str, Any], exchange: str) -> bool:
    return bool(row["findings"]) and (row["findings"][0]["subject"] or {}).get("exchange") == exchange


def test_a_link_leads_only_within_the_page():
    text = made(hostile(sample_report()))
    seen = Seen(text)
    assert [one for one in seen.attribute("href") if not one.startswith("#")] == []
    assert {one[1:] for one in seen.attribute("href")} <= set(seen.attribute("id"))
    assert not seen.attribute("src") + seen.attribute("style")
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_the_policy_allows_nothing_but_the_one_style_and_the_one_script():
    text = made()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    script = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    allowed = f"style-src 'sha256-{digest}'; script-src 'sha256-{script}'"
    assert policy == f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    assert text.index("Content-Security-Policy") < text.index("<style>")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_requirement_is_there_and_open_if_it_failed(lang: str):
    report = sample_report()
    text = made(report, lang)
    for row in report["requirements"]:
        (tag,) = re.findall(rf'<details class="requirement" id="{row["id"]}"[^>]*>', text)
        assert (' open="' in tag) == (row["verdict"] in ("failed", "error"))
        assert row["text"][lang] in text
        assert row["consequence"][lang] in text


def test_the_first_screen_says_what_limits_the_verdict():
    first = texts(made()).split("Causes and what to do")[0]
    for document in (
        "no verdict",
        "not every requirement",
        "Ctrl-C",
        "no flow",
        "tickets on the target: 1",
        "2 creates could not be looked up",
    ):
        assert document in first
    for document in (
        "http://h:8080/zstack",
        "4.5 to 5.2",
        "deployed",
        "smoke, seed 7",
        "0123456789abcdef",
        "9 requests",
    ):
        assert document in first
    assert "2026-11-24 01:58:30 – 2026-11-25 01:58:38 UTC" in first
    assert "waiver ZT-BODY-001" in first
    assert "regression" in first
    assert "a" * 32 in first


def test_a_target_that_only_waivers_keep_from_conformance_is_not_called_conformant():
    report = sample_report() | {"verdict": "passed", "deviations": 2}
    (document,) = re.findall(r"<strong>([^<]*)</strong>", made(report).split("</header>")[0])
    assert "2 deviations" in document


def test_a_calibration_that_was_accepted_limits_nothing():
    report = sample_report()
    report["calibration"]["accepted"] = True
    assert "calibration request was refused" not in made(report)


def test_a_run_that_was_never_dated_still_has_a_page():
    report = sample_report()
    report["run"] |= {"started": "then", "ended": "now"}
    assert "then – now" in texts(made(report))


def test_a_requirement_without_partitions_lists_none():
    report = sample_report()
    report["requirements"] = [{**requirement(1, "passed", []), "partitions": []}]
    assert "Variations with examples" not in made(report)


@pytest.mark.parametrize(("seconds", "shown"), [(75.0, "75 s"), (0.0125, "12.5 ms"), (0.00002, "20 µs")])
def test_a_duration_has_the_unit_that_reads_best(seconds: float, shown: str):
    assert duration(seconds) == shown


def test_the_difference_between_siblings_is_marked():
    marked = re.findall("<mark>(.*?)</mark>", made())
    assert '"' not in "".join(marked)
    assert f"{'n' * 64} … {'n' * 16} (300)" in marked
    assert "a" in marked


def test_a_simulator_is_never_taken_for_a_cloud():
    report = sample_report()
    report["target"] |= {"kind": "embedded", "given": "embedded"}
    assert "not a real ZStack" in made(report)
    assert "不是真实的 ZStack" in made(report, "zh")


def test_what_failed_stands_before_what_was_undecided_and_has_an_action():
    text = texts(made()).split("Causes and what to do")[1].split("At a glance")[0]
    order = [
        text.index(document)
        for document in (
            "ZT-BODY-001",
            "the suite broke",
            "the sample was refused",
            "not available on this target: asynchronous jobs",
        )
    ]
    assert order == sorted(order)
    assert "--zstack-context" in text
    assert "expected: refused; got: accepted; the response was {}" in text


def test_of_many_failed_requirements_the_rest_is_folded():
    report = sample_report()
    report["requirements"] = [requirement(number, "failed", []) for number in range(30)]
    text = made(report)
    assert "More failed requirements: 5" in text
    assert all(text.count(f"ZT-BODY-{number:03}</a>") == 1 for number in range(30))


def test_a_passed_run_needs_nobody():
    report = sample_report()
    report["requirements"] = [row for row in report["requirements"] if row["verdict"] == "passed"]
    assert "No action needed." in made(report)


def test_every_open_question_has_words_and_a_stranger_keeps_its_id():
    rows = open_questions(Context(), Limits())
    assert rows
    for row in rows:
        assert row.edit is not None
        assert row.edit.name in WORDING.catalogues["en"]["observed"]


def test_the_words_of_open_questions_are_all_asked():
    names = {row.edit.name for row in open_questions(Context(), Limits()) if row.edit}
    assert set(WORDING.catalogues["en"]["observed"]) == names


@pytest.mark.parametrize(("lang", "reading"), [("en", "A: accepts it: 1"), ("zh", "甲：接受: 1")])
def test_open_questions_are_shown_with_the_reading_that_was_seen(lang: str, reading: str):
    report = sample_report()
    report["observations"] = [
        {"id": "open.params.name/type-number", "values": [{"value": "accepted", "count": 2, "exchanges": []}]},
        {"id": "own.<b>fact</b>", "values": [{"value": {"a": 1}, "count": 1, "exchanges": []}]},
    ]
    text = render_page(report, WORDING, lang)
    assert reading in text
    assert WORDING.catalogues[lang]["observed"]["type-number"] in text
    assert "own.&lt;b&gt;fact" in text


def test_a_passed_requirement_shows_an_example_that_held():
    report = sample_report()
    row = next(one for one in report["requirements"] if one["verdict"] == "passed")
    subject = message("m-000009", "{}", answered("held here"))
    document = {"test": "t", "check": "refusal", "arguments": {}, "partition": "params.name/null", "subject": subject}
    row |= {
        "witnesses": [{**document, "exchanges": {"subject": ["m-000009"]}}],
        "distinct": 3,
        "killed_by": ["lose-ticket"],
    }
    row["without_example"] = ["params.name/drop"]
    text = render_page(report, WORDING, "en")
    assert "held here" in text
    assert "3 of 4" in text
    assert "params.name/drop" in text
    assert "lose-ticket" in text
    near = render_page(
        report, WORDING, "en", evidence=EvidenceExtract(exchanges={"m-000009": sample_exchange("m-000009")})
    )
    assert "from the evidence" in near


def test_what_judged_is_named_by_digest():
    report = sample_report()
    report["run"]["suite"]["digest"] = f"sha256:{'c' * 64}"
    report["run"] |= {"nonce": "CERT-2027-014", "installed": {"versions": {"pytest": "9.9"}, "digest": "sha256:0"}}
    report["environment"] = {
        "target": {"clock": -3, "server": "nginx", "gateway": ["via"]},
        "ours": {"python": "CPython 3.13", "system": "Linux", "machine": "x"},
    }
    report["kill-matrix"] = {"requirements": 7, "faults": 9, "digest": f"sha256:{'d' * 64}"}
    report["target"]["tls"] = [f"sha256:{'e' * 64}"]
    text = render_page(report, WORDING, "en")
    for shown_there in (
        "sha256:cccc",
        "pytest 9.9",
        "CERT-2027-014",
        "-3 s",
        "nginx, via",
        "Linux",
        "9 faults prove that 7",
        "eeee",
    ):
        assert shown_there in text


@pytest.mark.parametrize("body", ['{"a":1,"a":2}', '{"a": 1}', '{"a":1e0}', '{"a":"\\u0041"}', "[" * 5000, "no JSON"])
def test_a_body_is_laid_out_only_if_nothing_is_lost(body: str):
    assert readable(body) == body


def test_a_long_value_loses_its_middle_and_says_so():
    document = readable(json.dumps({"a": ["n" * 300]}, separators=(",", ":")))
    assert document is not None
    assert "(300)" in document
    assert len(document) < 150


def test_exchanges_come_from_the_evidence_where_it_is_at_hand():
    known = {key: sample_exchange(key) for key in ("m-000001", "m-000002")}
    assert "from the evidence" not in made()
    text = made(exchanges=known)
    assert "from the evidence" in text
    assert "12.3 ms" in text


def test_of_many_exchanges_the_ends_are_shown():
    report = sample_report()
    ids = [f"m-{number:06}" for number in range(9)]
    report["requirements"] = report["requirements"][:1]
    report["requirements"][0]["findings"][0]["exchanges"] = {"subject": ids}
    text = made(report, exchanges={key: sample_exchange(key) for key in ids})
    assert [key for key in ids if f"# {key}" in text] == [*ids[:2], *ids[-2:]]
    assert "5 more in the evidence" in text


def test_charts_have_figures_beside_them():
    seconds = [0.001 * number for number in range(1, 101)]
    text = texts(made(seconds=seconds, jobs=[2.0]))
    assert "100 measurements: p50 50 ms, p95 95 ms, p99 99 ms, max 100 ms" in text
    assert "1 measurement: p50 2 s" in text
    assert "failed 2, inconclusive 1, passed 1" in text


def test_a_page_names_the_faults_that_prove_a_check():
    assert "<code>accept-too-long:name</code>" in made(faults={"ZT-BODY-001": ["accept-too-long:name"]})


def test_a_page_says_its_language():
    assert '<html lang="en">' in made()
    assert '<html lang="zh-CN">' in made(lang="zh")


def test_the_same_report_makes_the_same_page():
    assert made() == made()


def test_ids_of_anybody_are_no_markup():
    report = sample_report()
    report["requirements"][0]["id"] = 'OWN "1"><b>'
    seen = Seen(made(report))
    assert "b" not in seen.elements
    assert "OWN--1---b-" in seen.attribute("id")


def test_every_line_of_the_page_is_said_and_every_action_can_be():
    known = set(WORDING.catalogues["en"]["page"])
    plain = set(literals())
    begun = ("verdict-", "basis-", "role-", "action-", "reading-")
    assert {key for key in known - plain if not key.startswith(begun)} == set()
    assert {f"action-{key}" for key in ACTIONS} <= known
    assert set(WORDING.catalogues["en"]["phrase"]) >= ACTIONS


def test_page_shows_what_passed_in_the_baseline_with_marks_on_what_differs():
    report = sample_report()
    failed = report["requirements"][0]["findings"][0]
    passed = {**failed["sibling"], "exchange": "m-000900"}
    other = {**passed, "request": {**passed["request"], "body": '{"params":{"name":"of another variation"}}'}}
    examples = [
        {"test": "test_other::test_it", "check": "refusal", "partition": "params.name/empty", "subject": other},
        {"test": failed["test"], "check": "refusal", "partition": failed["partition"], "subject": passed},
    ]
    text = made(report, baseline={failed["requirement"]: examples})
    assert "Passed in the baseline (params.name/too-long)" in texts(text)
    assert "of another variation" not in texts(text)
    pane = text[text.index("Passed in the baseline") :]
    assert "<mark>a</mark>" in pane[: pane.index("</pre>")]
    assert "Passed in the baseline" not in texts(made(report))


def test_causes_come_before_provenance_and_counts_add_up():
    report = sample_report()
    shown = texts(made(report))
    assert shown.index("Causes and what to do") < shown.index("Provenance")
    first = shown[: shown.index("Causes and what to do")]
    total = re.search(r"([^:]*): (\d+) in all", first)
    assert total is not None
    assert int(total[2]) == len(report["requirements"])
    assert sum(map(int, re.findall(r"(?:failed|error|inconclusive|passed|untested|inapplicable) (\d+)", first))) == int(
        total[2]
    )

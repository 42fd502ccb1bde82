"""EARL: an assertion for each requirement, in the five words of the vocabulary."""

import json

from pytest_zstack_ticket.report.exports.earl import CONTEXT, earl
from tests.support.reports import HOSTILE, VERDICTS, a_report


def of_type(graph: list, kind: str):
    return [node for node in graph if kind in ([node["@type"]] if isinstance(node["@type"], str) else node["@type"])]


def test_every_requirement_has_an_assertion_that_leads_to_nodes_that_are_there():
    graph = earl(a_report(*VERDICTS))["@graph"]
    known = {node["@id"] for node in graph}
    assert len(known) == len(graph)
    assertions = of_type(graph, "earl:Assertion")
    assert len(assertions) == len(of_type(graph, "earl:TestRequirement")) == len(VERDICTS)
    for one in assertions:
        assert all(one[f"earl:{name}"]["@id"] in known for name in ("assertedBy", "subject", "test"))
        assert one["earl:mode"] == {"@id": "earl:automatic"}


def test_outcomes_are_of_the_vocabulary():
    assertions = of_type(earl(a_report(*VERDICTS))["@graph"], "earl:Assertion")
    assert [one["earl:result"]["earl:outcome"]["@id"].partition(":")[2] for one in assertions] == [
        "passed",
        "failed",
        "cantTell",
        "cantTell",
        "inapplicable",
        "untested",
    ]


def test_a_waived_failure_stays_failed():
    (one,) = of_type(earl(a_report("failed", waived=True))["@graph"], "earl:Assertion")
    assert one["earl:result"]["earl:outcome"] == {"@id": "earl:failed"}
    assert one["earl:result"]["zt:waived"] is True


def test_every_prefix_is_declared_in_the_document():
    document = earl(a_report(*VERDICTS, text=HOSTILE))
    json.dumps(document, ensure_ascii=False).encode("utf-8")
    used = {key.partition(":")[0] for node in document["@graph"] for key in node if not key.startswith("@")}
    assert used <= set(CONTEXT)

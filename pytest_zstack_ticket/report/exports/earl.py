"""EARL 1.0 as JSON-LD: who (assertor) asserts what (outcome) of whom (subject) for which requirement (test).

EARL has no word for a failure of the suite, so error is cantTell, as inconclusive is; a waived failure stays failed.
"""

from __future__ import annotations

from typing import Any

from pytest_zstack_ticket.report.exports.plain_text import Report, Row, facts_of, message_of, plain, trace_of, waived
from pytest_zstack_ticket.report.text.columns import visible

OUTCOMES = {
    "passed": "earl:passed",
    "failed": "earl:failed",
    "error": "earl:cantTell",
    "inconclusive": "earl:cantTell",
    "inapplicable": "earl:inapplicable",
    "untested": "earl:untested",
}
CONTEXT = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "doap": "http://usefulinc.com/ns/doap#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "zt": "urn:zstack-ticket:earl:",
}
SUITE = "urn:zstack-ticket:suite"


def earl(report: Report) -> dict[str, Any]:
    """Write the JSON-LD of a report; its context is included, so that no reader has to fetch one."""
    run, suite = report["run"], report["run"]["suite"]
    subject = f"urn:zstack-ticket:run:{run['id']}:target"
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": SUITE,
                "@type": ["earl:Assertor", "earl:Software", "doap:Project"],
                "dct:title": suite["name"],
                "dct:hasVersion": suite["version"],
            },
            {
                "@id": subject,
                "@type": "earl:TestSubject",
                "dct:title": visible(report["target"]["url"]),
                "dct:hasVersion": facts_of(report)["target_release"],
                **{f"zt:{name}": value for name, value in facts_of(report).items()},
            },
            *(_requirement(row) for row in report["requirements"]),
            *(_assertion(row, report, subject) for row in report["requirements"]),
        ],
    }


def _iri(row: Row) -> str:
    return f"urn:zstack-ticket:requirement:{row['id']}"


def _requirement(row: Row) -> dict[str, Any]:
    return {
        "@id": _iri(row),
        "@type": ["earl:TestCriterion", "earl:TestRequirement"],
        "dct:identifier": row["id"],
        "dct:title": [{"@value": visible(row["text"][lang]), "@language": lang} for lang in ("en", "zh")],
        "dct:source": visible(row["source"]),
        "zt:level": row["level"],
        "zt:area": visible(row["area"]),
    }


def _assertion(row: Row, report: Report, subject: str) -> dict[str, Any]:
    run = report["run"]
    result = {
        "@type": "earl:TestResult",
        "earl:outcome": {"@id": OUTCOMES[row["verdict"]]},
        "dct:date": {"@value": run["ended"], "@type": "xsd:dateTime"},
        "dct:description": message_of(row),
        "earl:info": plain(trace_of(row)),
        "zt:verdict": row["verdict"],
        "zt:waived": waived(row),
    }
    return {
        "@id": f"urn:zstack-ticket:run:{run['id']}:{row['id']}",
        "@type": "earl:Assertion",
        "earl:assertedBy": {"@id": SUITE},
        "earl:subject": {"@id": subject},
        "earl:test": {"@id": _iri(row)},
        "earl:mode": {"@id": "earl:automatic"},
        "earl:result": {name: value for name, value in result.items() if value != ""},
    }

"""Findings as a stand-alone pytest file that needs httpx alone."""

from __future__ import annotations

import pprint
from dataclasses import asdict

from pytest_zstack_ticket.report.exports.sendable import Report, left_out, sendable_findings

HEAD = '''"""Findings of a run, to be sent again. Needs httpx and pytest alone:

    ZSTACK_SESSION=... pytest test_findings.py

A test fails while the target answers as it did in that run, and passes once the answer is another one. Whether that
is the right one, the suite says: `zstack-ticket replay REPORT ID`.
"""

import os
import re
import secrets
import time

import httpx
import pytest

URL = os.environ.get("ZSTACK_FINDINGS_URL", {url!r})
NONCE = re.compile("zt-[0-9a-f]{{16}}")
LEFT_OUT = {left}  # several calls or a long body show these
FINDINGS = {findings}


def send(client, request):
    """Send a request with a nonce of its own, and follow its job to the end."""
    headers = dict(request["headers"])
    if request["session"]:
        headers["Authorization"] = "OAuth " + os.environ[request["session"]]
    body = request["body"]
    if body is not None:
        body = NONCE.sub("zt-" + secrets.token_hex(8), body).encode("utf-8", "surrogatepass")
    answer = client.request(request["method"], URL + request["path"], headers=headers, content=body)
    ends = time.monotonic() + 60
    job = None
    while answer.status_code == 202 and time.monotonic() < ends:
        job = re.search("/v1/api-jobs/[0-9a-zA-Z-]+", answer.text) or job
        if job is None:
            break
        time.sleep(0.2)
        answer = client.get(URL + job[0], headers={{k: v for k, v in headers.items() if k == "Authorization"}})
    return answer


def shape(status, text):
    """Return an answer without what differs from one request to the next."""
    text = NONCE.sub("zt-", text)
    text = re.sub("[0-9a-f]{{32}}", "UUID", text)
    text = re.sub("[A-Z][a-z]{{2}} [0-9]+, [0-9]+ [0-9:]+ [AP]M", "DATE", text)
    return status, re.sub("[0-9]+", "0", text)


def delete(client, request, answer):
    """Delete the ticket that a request left."""
    found = re.search('"uuid" *: *"([0-9a-f]{{32}})"', answer.text)
    if request["method"] == "POST" and request["path"] == "/v1/tickets" and answer.status_code == 200 and found:
        headers = {{"Authorization": "OAuth " + os.environ["ZSTACK_SESSION"]}}
        ticket = URL + "/v1/tickets/" + found[1]
        client.put(ticket + "/actions", headers=headers, json={cancel})
        client.delete(ticket, headers=headers)


@pytest.mark.parametrize("found", FINDINGS, ids=[one["requirement"] for one in FINDINGS])
def test_finding(found):
    with httpx.Client(timeout=30) as client:
        for request in found["requests"]:
            answer = send(client, request)
            delete(client, request, answer)
            same = shape(answer.status_code, answer.text) == shape(request["status"], request["answer"])
            if request["role"] == "sibling":
                if answer.status_code != request["status"]:
                    pytest.skip("the valid sibling is answered otherwise, so this proves nothing: " + answer.text[:200])
            else:
                assert not same, "expected: {{expected}}; got: {{actual}}".format(**found)
'''
CANCEL = {"changeTicketStatus": {"statusEvent": "cancel"}}


def python_test(report: Report, lang: str) -> str:
    """Write the findings of a report as tests."""
    findings = [asdict(one) for one in sendable_findings(report, lang)]
    shown = pprint.pformat(findings, width=116, sort_dicts=False)
    return HEAD.format(url=report["target"]["url"], findings=shown, left=left_out(report, lang), cancel=CANCEL)

"""Findings as a request collection for the HTTP clients of editors (.http)."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_zstack_ticket.report.exports.sendable import Report, SendableRequest, left_out, sendable_findings
from pytest_zstack_ticket.report.text.columns import visible


def http_file(report: Report, lang: str) -> str:
    """Write the findings of a report; sessions come from environment variables."""
    lines = [f"@url = {visible(report['target']['url'])}", ""]
    for one in sendable_findings(report, lang):
        for request in one.requests:
            lines += [f"### {visible(one.requirement)} {request.role}: {visible(one.text)}"]
            if request.role == "subject":
                lines += [f"# expected: {visible(one.expected)}; got: {visible(one.actual)}"]
            lines += [*_request(request), ""]
    left = left_out(report, lang)
    if left:
        lines += [f"# left out, because several calls or a long body show them: {visible(', '.join(left))}"]
    return "\n".join(lines).rstrip() + "\n"


def _request(request: SendableRequest) -> Iterator[str]:
    """Write one request; a body that the format cannot hold is replaced by a comment."""
    yield f"{request.method} {{{{url}}}}{visible(request.path)}"
    yield from (f"{visible(name)}: {visible(value)}" for name, value in request.headers.items())
    if request.session:
        yield f"Authorization: OAuth {{{{$processEnv {request.session}}}}}"
    if request.body is not None:
        yield ""
        # variables and separators of the format would be read as such
        fits = request.body.isprintable() and "{{" not in request.body and not request.body.startswith(("#", "<", ">"))
        yield request.body if fits else "# the body cannot be written here: it is in requests/ beside the report"

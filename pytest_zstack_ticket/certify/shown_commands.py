"""Whether the commands that a report shows for its findings send what the evidence has, and nothing else."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from pytest_zstack_ticket.model.exchange import Exchange, JsonObject, Request
from pytest_zstack_ticket.report.curl import curl_line
from pytest_zstack_ticket.report.finding import subject_role
from pytest_zstack_ticket.report.sanitize import scrubbed

_VARIABLE = re.compile(r"\$(ZSTACK_(?:[A-Z]+_)?SESSION)\b")


def other_commands(report: JsonObject, exchanges: Mapping[str, Exchange]) -> Iterator[str]:
    """Yield the findings whose commands are not those of their requests."""
    for row in report["requirements"]:
        for finding in row["findings"]:
            trails = {role: tuple(exchanges[one] for one in ids) for role, ids in finding["exchanges"].items()}
            subject = trails.get(subject_role(trails), ())
            request = subject[0].request if subject else None
            if not (_sends(finding["curl"], request, report["target"]["url"]) and _is_one(finding["regenerate"])):
                yield f"a command of {row['id']} is not that of its request"


def _sends(curl: str, request: Request | None, url: str) -> bool:
    """Tell whether a command is the one of a request; the session may come from any of our variables."""
    if request is None:
        return curl == ""
    values = {value for name, value in request.headers if name.lower() == "authorization"}
    lines = [curl_line(request, url)]
    lines += [curl_line(request, url, others=dict.fromkeys(values, one)) for one in set(_VARIABLE.findall(curl))]
    return curl in map(scrubbed, lines)


def _is_one(command: str) -> bool:
    """Tell whether a text is one command of pytest, in which no character is more than it looks."""
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    return words[:1] == ["pytest"] and shlex.join(words) == command

"""Whether the commands that a report shows for its findings send what the evidence has, and nothing else."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile

from pytest_zstack_ticket.artifacts.execution import MAX_TEXT
from pytest_zstack_ticket.config.options import COMMAND_LINE
from pytest_zstack_ticket.model.codec import edit_from_json
from pytest_zstack_ticket.model.exchange import Exchange, JsonObject, Request
from pytest_zstack_ticket.report.curl import curl_line
from pytest_zstack_ticket.report.finding import subject_role
from pytest_zstack_ticket.report.sanitize import scrubbed

OF_A_READER = frozenset({"report", "pdf", "font-path", "lang"})
"""Options that no command repeats: where a reader's own files go, and in which language."""
OPTION = "--zstack-"
_VARIABLE = re.compile(r"\$(ZSTACK_(?:[A-Z]+_)?SESSION)\b")


def other_commands(report: JsonObject, exchanges: Mapping[str, Exchange]) -> Iterator[str]:
    """Yield the findings whose commands are not those of their requests."""
    for row in report["requirements"]:
        for finding in row["findings"]:
            trails = {role: tuple(exchanges[one] for one in ids) for role, ids in finding["exchanges"].items()}
            subject = trails.get(subject_role(trails), ())
            request = subject[0].request if subject else None
            edit = edit_from_json(finding["edit"])
            sendable = request if edit is None or not edit.is_framed else None
            sends = _sends(finding["curl"], sendable, report["target"]["url"])
            if not (sends and _repeats_the_run(finding, row["id"], report)):
                yield f"a command of {row['id']} is not that of its request"


def _sends(curl: str, request: Request | None, url: str) -> bool:
    """Tell whether a command is the one of a request; the session may come from any of our variables."""
    if request is None:
        return curl == ""
    values = {value for name, value in request.headers if name.lower() == "authorization"}
    lines = [curl_line(request, url)]
    lines += [curl_line(request, url, others=dict.fromkeys(values, one)) for one in set(_VARIABLE.findall(curl))]
    return curl in map(scrubbed, lines)


def _repeats_the_run(finding: JsonObject, requirement: str, report: JsonObject) -> bool:
    """Tell whether a command starts the run of a report again, for the tests of a requirement.

    It has the options that the report says the run was started with, all of them and no other: another URL would get
    the reader's password. It chooses tests by the requirement, by their place in a project, or as the run did.
    """
    command: str = finding["regenerate"]
    options, run = options_of_ours(command), report["run"]
    if options is None or not all(map(_given(report), options)):
        return False
    words, told = shlex.split(command), (run.get("execution") or {}).get("options", {})
    if words[1:] == run["arguments"][1:]:
        return True
    given = {name for name, one in told.items() if one["origin"] == COMMAND_LINE} | {"url", "effort", "seed"}
    if {one.removeprefix(OPTION).partition("=")[0] for one in options} != given - OF_A_READER:
        return False
    chosen, test = words[1 + len(options) :], finding["test"].partition("::")[2]
    of_a_project = len(chosen) == 1 and chosen[0].endswith(f"::{test}")
    return chosen == ["-k", requirement] or of_a_project or _chose(run, chosen)


def _chose(run: JsonObject, chosen: Sequence[str]) -> bool:
    """Tell whether words by which tests are chosen are those of a run: of its command line, or of its settings."""
    execution = run.get("execution") or {"addopts": "", "ini": {}}
    told = " ".join([execution["addopts"], *execution["ini"].values()])
    words = {"-k", "-m", *run["arguments"], *re.split(r"[\s'\"]+", told)}
    joined = {one[len("-k") :] for one in run["arguments"] if one.startswith(("-k", "-m"))}
    return all(one in words | joined or (" " in one and one in told) for one in chosen)


def options_of_ours(command: str) -> list[str] | None:
    """Return the options of a command of pytest that has none but ours, and chooses tests; None for another text.

    Pytest has options that write and delete, and a character may be more than it looks.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    options = list(takewhile(lambda one: one.startswith(OPTION), words[1:]))
    names = {one.removeprefix(OPTION).partition("=")[0] for one in options}
    ours = words[:1] == ["pytest"] and shlex.join(words) == command and not names & OF_A_READER
    return options if ours and _choose_tests(words[1 + len(options) :]) else None


def _given(report: JsonObject) -> Callable[[str], bool]:
    """Return what tells whether a run was started with an option."""
    run, told = report["run"], (report["run"].get("execution") or {}).get("options", {})
    given = {name: str(one["value"]) for name, one in told.items() if one["origin"] == COMMAND_LINE}
    given |= {"url": str(told.get("url", {}).get("value", report["target"]["url"]))}
    given |= {"effort": run["effort"], "seed": str(run["seed"])}

    def was_given(option: str) -> bool:
        name, _, value = option.removeprefix(OPTION).partition("=")
        text = given.get(name, "")
        if name not in given:
            return False
        if len(text) >= MAX_TEXT:
            return value.startswith(text)
        return value in (text, f"{_number(text):g}s") or (text, value) == (str(True), "")

    return was_given


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _choose_tests(words: Sequence[str]) -> bool:
    """Tell whether words choose tests: by expressions, and those of a project by their place."""
    while words[:1] in (["-k"], ["-m"]) and len(words) > 1:
        words = words[2:]
    return not any(one.startswith(("-", "@")) for one in words)

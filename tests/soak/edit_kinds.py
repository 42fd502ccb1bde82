"""Ways to edit a bundle: values of evidence and report of every kind, and lines that are cut, doubled or moved."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pytest_zstack_ticket.checks import CHECKS
from pytest_zstack_ticket.config.catalogue import catalogue

Line = dict[str, Any]
Path = tuple[str | int, ...]
DAY = 86400.0
NUMBER_FORM = "06"


@dataclass(slots=True, kw_only=True)
class Forgery:
    """A bundle under edit: the lines of its evidence without the footer, its report, and the lines of another run.

    `whole` are the lines of a run that tried every row of what failed here.
    """

    entries: list[Line]
    report: Line
    other: list[Line]
    whole: list[Line]
    touched: str = ""
    """What was edited, for messages and for the rule about what a run says of itself."""
    lost: Sequence[str] = ()
    """Processes that are said to have broken down, so that lines of theirs are missing."""
    files: Callable[[Line, FilePath], dict[str, bytes]] | None = None
    """What makes files of the report and the folder of the evidence, to lie beside them; `change` is made to each."""
    change: Callable[[str, bytes], bytes] = field(default=lambda _name, text: text)

    def picked(self, draw: random.Random, kind: str) -> Line:
        """Draw a line of a kind; there is none in a run without observations."""
        return draw.choice([one for one in self.entries if one["type"] == kind] or self.entries[1:])

    def failed(self) -> list[Line]:
        """List the examples that failed."""
        return [one for one in self.entries if "failed" in one.get("judgement", ())]


Kind = Callable[[random.Random, Forgery], None]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value that holds no other."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list) and value:
        for place, below in enumerate(value):
            yield from leaves(below, (*path, place))
    else:
        yield path


def holder_of(value: Any, path: Path) -> Any:
    """Return what holds the value at a path."""
    for step in path[:-1]:
        value = value[step]
    return value


def other_value(draw: random.Random, value: Any) -> Any:
    """Draw a value of the same kind, or of another one."""
    if draw.random() < 0.1:
        return draw.choice([None, True, 0, -1, "", "x", [], {}, 1.5])
    match value:
        case bool():
            return not value
        case int() | float():
            return draw.choice([value + 1, value - 1, value * 2 + 1, 0, -value - 1])
        case str():
            place = draw.randrange(len(value) or 1)
            changed = draw.choice("0123456789abcdefxyz ")
            return draw.choice([value[:place] + changed + value[place + 1 :], value[:place], value + changed])
        case None:
            return draw.choice(["x", 1, {}, True])
        case _:
            return [None] if isinstance(value, list) else {"x": None}


def edited(draw: random.Random, value: Any, path: Path) -> None:
    """Change, drop or double what stands at a path."""
    holder, key = holder_of(value, path), path[-1]
    how = draw.random()
    if how < 0.8:
        holder[key] = other_value(draw, holder[key])
    elif how < 0.9 or isinstance(holder, dict):
        del holder[key]
    else:
        holder.insert(key, copy.deepcopy(holder[key]))


def dotted(path: Path) -> str:
    return ".".join("*" if isinstance(step, int) else step for step in path)


def _value_in(draw: random.Random, forgery: Forgery, kind: str, within: str = "") -> None:
    """Edit any value of a line of a kind, `within` the part of that name."""
    one = forgery.picked(draw, kind)
    paths = [path for path in leaves(one) if path and path[0] != "type" and within in ("", *map(str, path))]
    if not paths:
        return relabel(draw, forgery)
    path = draw.choice(paths)
    forgery.touched = f"{one['type']}.{dotted(path)}"
    return edited(draw, one, path)


def value_of_exchange(draw: random.Random, forgery: Forgery) -> None:
    """Edit a value of an exchange."""
    _value_in(draw, forgery, "exchange")


def status_or_body(draw: random.Random, forgery: Forgery) -> None:
    """Edit a status or a body."""
    _value_in(draw, forgery, "exchange", draw.choice(["status", "body"]))


def header(draw: random.Random, forgery: Forgery) -> None:
    """Edit a header of a request or an answer."""
    _value_in(draw, forgery, "exchange", "headers")


def time_of(draw: random.Random, forgery: Forgery) -> None:
    """Edit when an exchange began or how long it took."""
    _value_in(draw, forgery, "exchange", draw.choice(["started", "elapsed"]))


def session(draw: random.Random, forgery: Forgery) -> None:
    """Put another session, of this run or of none, into a request."""
    values = [
        pair for one in forgery.entries for pair in one.get("request", {}).get("headers", ()) if _is_session(pair)
    ]
    one = draw.choice(values)
    others = sorted({pair[1] for pair in values} - {one[1]})
    one[1] = draw.choice([*others, "OAuth " + "0" * 32])
    forgery.touched = "exchange.request.headers"


def _is_session(pair: Sequence[str]) -> bool:
    return pair[0].lower() == "authorization"


def nonce(draw: random.Random, forgery: Forgery) -> None:
    """Put another nonce in the place of the certifier's, in one exchange or in all of them."""
    ours = forgery.report["run"]["nonce"]
    places = [place for place, one in enumerate(forgery.entries) if one["type"] == "exchange"]
    for place in places if draw.random() < 0.5 else [draw.choice(places)]:
        forgery.entries[place] = json.loads(json.dumps(forgery.entries[place]).replace(ours, f"{ours}X"))
    forgery.touched = "exchange.nonce"


def value_of_example(draw: random.Random, forgery: Forgery) -> None:
    """Edit a value of an example."""
    _value_in(draw, forgery, "example")


def value_of_observation(draw: random.Random, forgery: Forgery) -> None:
    """Edit a value of an observation."""
    _value_in(draw, forgery, "observation")


def value_of_header_line(draw: random.Random, forgery: Forgery) -> None:
    """Edit the first line."""
    path = draw.choice([path for path in leaves(forgery.entries[0]) if path != ("type",)])
    forgery.touched = f"header.{dotted(path)}"
    edited(draw, forgery.entries[0], path)


def relabel(draw: random.Random, forgery: Forgery) -> None:
    """Let an example decide another requirement."""
    one = forgery.picked(draw, "example")
    one["requirement"] = draw.choice([rule.id for rule in catalogue() if rule.id != one["requirement"]])


def other_check(draw: random.Random, forgery: Forgery) -> None:
    """Let another check decide."""
    one = forgery.picked(draw, "example")
    one.update(check=draw.choice(sorted(set(CHECKS) - {one["check"]})))


def other_arguments(draw: random.Random, forgery: Forgery) -> None:
    """Let a check decide with arguments of another example, or with none."""
    one = forgery.picked(draw, "example")
    known = [two["arguments"] for two in forgery.entries if two["type"] == "example"]
    one["arguments"] = copy.deepcopy(draw.choice([*(two for two in known if two != one["arguments"]), {"any": True}]))


def other_variation(draw: random.Random, forgery: Forgery) -> None:
    """Claim another variation than the one that was tried."""
    one = forgery.picked(draw, "example")
    known = {two["partition"] for two in forgery.entries if two["type"] == "example"} - {one["partition"]}
    one["partition"] = draw.choice([*sorted(known), "params.name/never-tried"])


def other_judgement(draw: random.Random, forgery: Forgery) -> None:
    """Write another judgement into an example."""
    one = draw.choice(forgery.failed() or [forgery.picked(draw, "example")])
    undecided = {"undecided": {"key": "no-example", "parameters": {}}}
    one["judgement"] = draw.choice([two for two in ({"held": True}, undecided) if two != one["judgement"]])


def other_exchange(draw: random.Random, forgery: Forgery) -> None:
    """Let an example rest on another exchange of the run."""
    one = draw.choice(forgery.failed() or [forgery.picked(draw, "example")])
    role = draw.choice(sorted(one["roles"]))
    held = [two for two in forgery.entries if two["type"] == "example" and role in two["roles"] and two is not one]
    one["roles"][role] = copy.deepcopy(draw.choice(held)["roles"][role])


def cut(draw: random.Random, forgery: Forgery) -> None:
    """Leave out some lines of one kind."""
    kind = draw.choice(["exchange", "example"])
    places = [place for place, one in enumerate(forgery.entries) if one["type"] == kind]
    first = draw.randrange(len(places))
    for place in reversed(places[first : first + draw.randint(1, 5)]):
        del forgery.entries[place]


def drop_failed(draw: random.Random, forgery: Forgery) -> None:
    """Leave out the examples that failed, and perhaps the exchanges that only they rest on."""
    gone = forgery.failed() or [forgery.picked(draw, "example")]
    forgery.entries = [one for one in forgery.entries if not any(one is two for two in gone)]
    if draw.random() < 0.5:
        rest = {one for two in forgery.entries for ids in two.get("roles", {}).values() for one in ids}
        ids = {one for two in gone for ids in two["roles"].values() for one in ids} - rest
        forgery.entries = [one for one in forgery.entries if one["type"] != "exchange" or one["id"] not in ids]


def drop_requirement(draw: random.Random, forgery: Forgery) -> None:
    """Leave out every example of one requirement."""
    one = draw.choice(forgery.failed() or [forgery.picked(draw, "example")])["requirement"]
    forgery.entries = [two for two in forgery.entries if two.get("requirement") != one]


def double(draw: random.Random, forgery: Forgery) -> None:
    """Repeat an example or an exchange, as it is or with the next number."""
    kind = draw.choice(["exchange", "example"])
    one = copy.deepcopy(forgery.picked(draw, kind))
    if draw.random() < 0.5:
        prefix = one["id"].rpartition("-")[0]
        known = [two["id"] for two in forgery.entries if two["type"] == kind and two["id"].startswith(f"{prefix}-")]
        last = max(int(two.rpartition("-")[2]) for two in known if two.rpartition("-")[0] == prefix)
        one["id"] = f"{prefix}-{last + 1:{NUMBER_FORM}}"
    forgery.entries.insert(draw.randint(1, len(forgery.entries)), one)


def swap(draw: random.Random, forgery: Forgery) -> None:
    """Swap two lines, or all but the ids of two exchanges."""
    exchanges = [one for one in forgery.entries if one["type"] == "exchange"]
    one, two = draw.sample(exchanges, 2)
    if draw.random() < 0.5:
        for key in set(one) & set(two) - {"id", "type"}:
            one[key], two[key] = two[key], one[key]
    else:
        first, second = (next(n for n, line in enumerate(forgery.entries) if line is x) for x in (one, two))
        forgery.entries[first], forgery.entries[second] = two, one


def move(draw: random.Random, forgery: Forgery) -> None:
    """Take an exchange from another run, beside those that are there or in the place of one."""
    one = copy.deepcopy(draw.choice([two for two in forgery.other if two["type"] == "exchange"]))
    one["started"] = forgery.picked(draw, "exchange")["started"]
    entries = forgery.entries
    same = [place for place, two in enumerate(entries) if two.get("id") == one["id"] and two["type"] == "exchange"]
    if same and draw.random() < 0.7:
        entries[same[0]] = one
    else:
        entries.insert(draw.randint(1, len(entries)), one)


def join(draw: random.Random, forgery: Forgery) -> None:
    """Join two runs: the examples of one requirement, or all lines, come from the other one."""
    whole = draw.random() < 0.5
    wanted = draw.choice([one["requirement"] for one in forgery.other if one["type"] == "example"])
    since = min(one["started"] for one in forgery.entries if one["type"] == "exchange")
    theirs = copy.deepcopy([one for one in forgery.other[1:] if whole or one.get("requirement") in (None, wanted)])
    text = json.dumps(theirs)
    for prefix in sorted({one["id"].rpartition("-")[0] for one in theirs if "id" in one}):
        text = text.replace(f'"{prefix}-0', f'"w2{prefix}-0')
    theirs = json.loads(text)
    begun = min(one["started"] for one in theirs if one["type"] == "exchange")
    for one in theirs:
        if one["type"] == "exchange":
            one["started"] = round(one["started"] - begun + since, 6)
    kept = forgery.entries if whole else [one for one in forgery.entries if one.get("requirement") != wanted]
    forgery.entries = [*kept, *theirs]


def report_value(draw: random.Random, forgery: Forgery) -> None:
    """Edit a value of the report: of one of its parts, each as likely as another."""
    part = draw.choice(sorted(set(forgery.report) - {"schema"}))
    if part == "requirements":
        place = draw.randrange(len(forgery.report[part]))
        rows = [n for n, row in enumerate(forgery.report[part]) if row["examples"]["held"] or row["findings"]]
        place = draw.choice([place, *rows])
        path: Path = (part, place, *draw.choice(list(leaves(forgery.report[part][place]))))
    else:
        path = (part, *draw.choice(list(leaves(forgery.report[part]))))
    forgery.touched = f"report.{dotted(path)}"
    edited(draw, forgery.report, path)


def run_value(draw: random.Random, forgery: Forgery) -> None:
    """Edit what the report says of the run: seed, effort, options, plugins, counters, times."""
    path: Path = ("run", *draw.choice(list(leaves(forgery.report["run"]))))
    forgery.touched = f"report.{dotted(path)}"
    edited(draw, forgery.report, path)


def profile_value(draw: random.Random, forgery: Forgery) -> None:
    """Edit what the target was judged by: limits, capabilities, release."""
    path: Path = ("profile", *draw.choice(list(leaves(forgery.report["profile"]))))
    forgery.touched = f"report.{dotted(path)}"
    edited(draw, forgery.report, path)


def waive(draw: random.Random, forgery: Forgery) -> None:
    """Waive a failed requirement in the report."""
    rows = forgery.report["requirements"]
    row = draw.choice([one for one in rows if one["verdict"] == "failed"] or rows)
    row["waived"] = True
    signature = row["findings"][0]["signature"] if row["findings"] else "0" * 16
    names = {"owner": "a@example.org", "approver": "b@example.org", "expires": "2027-01-01", "reason": "known"}
    one = {"requirement": row["id"], "signature": signature, "class": "by-design", "state": "waived", **names}
    forgery.report["waivers"].append({**one, "link": None, "replays": {"failed": 1, "decided": 1}, "found": True})
    forgery.report["deviations"] = 1
    forgery.touched = "report.waivers"


KINDS: tuple[Kind, ...] = (
    drop_failed, value_of_exchange, status_or_body, header, relabel, value_of_example, report_value, cut, double, move,
    other_check, other_arguments, other_variation, other_judgement, other_exchange, swap, join, nonce, session, time_of,
    run_value, profile_value, waive, drop_requirement, value_of_observation, value_of_header_line,
)  # fmt: skip

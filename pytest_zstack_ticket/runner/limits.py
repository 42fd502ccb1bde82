"""What a run may do to its target at most: its caps, the consent of its owner, and the plan that shows both."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from urllib.parse import urlsplit

from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.loopback import is_loopback
from pytest_zstack_ticket.model.quotas import FOREIGN, LABORATORY, UNBOUNDED, Quotas
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.target.settings import context_of

HOUR = 3600.0
METHODS = "GET, POST, PUT, DELETE"
WINDOWS = {"embedded": 8, "laboratory": 32, "foreign": 16}
"""Calls under way at once unless the user says otherwise, by the kind of target."""
TICKETS_EACH = 3
"""Tickets that may exist for each call under way: the one that it creates, and those that its test looks at."""
ORDER = ("requests", "rate", "created", "alive", "bytes")


def bounded(options: RunOptions) -> RunOptions:
    """Return options with small defaults of effort and time for a remote target."""
    if options.embedded or is_loopback(_url(options)):
        return options
    return options.with_default("effort", "smoke", "remote target").with_default("total-timeout", HOUR, "remote target")


def quotas_of(options: RunOptions) -> Quotas:
    """Return the caps of a run: none on the embedded simulator, small ones on a remote target, else as asked for."""
    caps = UNBOUNDED if options.embedded else LABORATORY if is_loopback(_url(options)) else FOREIGN
    asked = {name: options[f"max-{name}"] for name in ORDER if options[f"max-{name}"] != ""}
    for name, value in asked.items():
        if not 0 < value < inf:  # no number is beyond none, so nan would be no limit
            raise SettingsError(f"--zstack-max-{name} {value:g}: write a number above 0.")
    return replace(caps, **asked)


def window_of(options: RunOptions) -> int:
    """Return how many calls are under way at once: fewer where few tickets may exist, for each call may need some."""
    kind = "embedded" if options.embedded else "laboratory" if is_loopback(_url(options)) else "foreign"
    window, alive = int(options["concurrency"] or WINDOWS[kind]), quotas_of(options).alive
    return max(1, window if alive is None else min(window, int(alive) // TICKETS_EACH))


def host_of(options: RunOptions) -> str:
    """Return the host of the target in lower case."""
    return urlsplit(_url(options)).hostname or ""


def is_here(options: RunOptions) -> bool:
    """Return True if the target is on this machine."""
    return is_loopback(_url(options))


def _url(options: RunOptions) -> str:
    url = str(options["url"])
    return url if "://" in url else f"http://{url}"


def may_approve(options: RunOptions) -> bool:
    """Return True if the context file names an approver and allows its approvals."""
    context = context_of(options)
    return context.allow_approve and "approver" in context.users


def summary(caps: Quotas, options: RunOptions) -> str:
    """Return the bounds in one line, in English, for an error."""
    forms = {
        "requests": "{:.12g} requests",
        "rate": "{:g} a second",
        "created": "{:.12g} POST requests",
        "alive": "{:.12g} tickets at once",
        "bytes": "{:.12g} bytes",
    }
    parts = [forms[name].format(getattr(caps, name)) for name in ORDER if getattr(caps, name) is not None]
    if options["total-timeout"]:
        parts.append(f"{options['total-timeout']:g} seconds")
    if may_approve(options):
        parts.append("and approvals by the approver of the context file")
    return ", ".join(parts)


def lines(options: RunOptions, caps: Quotas, tests: int | None = None) -> list[str]:
    """Return the plan in the language of the run: what would be sent at most, where to, and what never is."""
    words, lang = translations(), options["lang"]
    none = words.say("no-bound", lang)
    title = "plan-title-probe" if options["plan"] == "probe" else "plan-title"
    plan = [words.say(title, lang, url=options["url"])]
    if tests is not None:
        plan.append(words.say("plan-tests", lang, count=tests, effort=options["effort"]))
    for name in ORDER:
        value = getattr(caps, name)
        plan.append(words.say(f"plan-{name}", lang, bound=none if value is None else f"{value:.12g}"))
    seconds = options["total-timeout"]
    plan.append(words.say("plan-time", lang, bound=f"{seconds:g} s" if seconds else none))
    plan.append(words.say("plan-methods", lang, methods=METHODS))
    if may_approve(options):
        return [*plan, words.say("plan-approvals", lang), words.say("plan-never-but", lang)]
    return [*plan, words.say("plan-never", lang)]

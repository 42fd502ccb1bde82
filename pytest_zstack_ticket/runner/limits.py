"""What a run may do to its target at most: its caps, the consent of its owner, and the plan that shows both."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.quotas import FOREIGN, LABORATORY, UNBOUNDED, Quotas
from pytest_zstack_ticket.report.text.translations import wording
from pytest_zstack_ticket.target.settings import context_of
from pytest_zstack_ticket.target.target import is_loopback

HOUR = 3600.0
METHODS = "GET, POST, PUT, DELETE"
ORDER = ("requests", "rate", "created", "alive", "bytes")


def bounded(wishes: RunOptions) -> RunOptions:
    """Return wishes whose effort and time are small for somebody's cloud, unless something else was asked for."""
    if wishes.embedded or is_loopback(_url(wishes)):
        return wishes
    return wishes.with_default("effort", "smoke", "foreign target").with_default(
        "total-timeout", HOUR, "foreign target"
    )


def quotas_of(wishes: RunOptions) -> Quotas:
    """Return the caps of a run: none on the embedded endpoint, small ones on somebody's cloud, else as asked for."""
    caps = UNBOUNDED if wishes.embedded else LABORATORY if is_loopback(_url(wishes)) else FOREIGN
    asked = {name: wishes[f"max-{name}"] for name in ORDER if wishes[f"max-{name}"] != ""}
    for name, value in asked.items():
        if value <= 0:
            raise SettingsError(f"--zstack-max-{name} {value:g}: write a number above 0.")
    return replace(caps, **asked)


def host_of(wishes: RunOptions) -> str:
    """Return the host of the target in lower case."""
    return urlsplit(_url(wishes)).hostname or ""


def _url(wishes: RunOptions) -> str:
    url = str(wishes["url"])
    return url if "://" in url else f"http://{url}"


def may_approve(wishes: RunOptions) -> bool:
    """Return True if the context file names an approver and allows that he approves."""
    context = context_of(wishes)
    return context.allow_approve and "approver" in context.people


def summary(caps: Quotas, wishes: RunOptions) -> str:
    """Return the bounds in one line, in English, for an error."""
    told = {
        "requests": "{:.12g} requests",
        "rate": "{:g} a second",
        "created": "{:.12g} POST requests",
        "alive": "{:.12g} tickets at once",
        "bytes": "{:.12g} bytes",
    }
    parts = [told[name].format(getattr(caps, name)) for name in ORDER if getattr(caps, name) is not None]
    if wishes["total-timeout"]:
        parts.append(f"{wishes['total-timeout']:g} seconds")
    if may_approve(wishes):
        parts.append("and approvals by the approver of the context file")
    return ", ".join(parts)


def lines(wishes: RunOptions, caps: Quotas, tests: int | None = None) -> list[str]:
    """Return the plan for people: what would be sent at most, where to, and what never is."""
    words, lang = wording(), wishes["lang"]
    none = words.say("no-bound", lang)
    told = [words.say("plan-title", lang, url=wishes["url"])]
    if tests is not None:
        told.append(words.say("plan-tests", lang, count=tests, effort=wishes["effort"]))
    for name in ORDER:
        value = getattr(caps, name)
        told.append(words.say(f"plan-{name}", lang, bound=none if value is None else f"{value:.12g}"))
    seconds = wishes["total-timeout"]
    told.append(words.say("plan-time", lang, bound=f"{seconds:g} s" if seconds else none))
    told.append(words.say("plan-methods", lang, methods=METHODS))
    if may_approve(wishes):
        return [*told, words.say("plan-approvals", lang), words.say("plan-never-but", lang)]
    return [*told, words.say("plan-never", lang)]

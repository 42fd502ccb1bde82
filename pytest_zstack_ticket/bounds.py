"""What a run may do to its target at most: its caps, the consent of its owner, and the plan that shows both."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from pytest_zstack_ticket.edge.state import consented, remember_consent
from pytest_zstack_ticket.model.caps import FOREIGN, LABORATORY, UNBOUNDED, Caps
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.opening import context_of
from pytest_zstack_ticket.options import Wishes
from pytest_zstack_ticket.target import is_loopback
from pytest_zstack_ticket.wording import wording

HOUR = 3600.0
METHODS = "GET, POST, PUT, DELETE"
ORDER = ("requests", "rate", "created", "alive", "bytes")


def bounded(wishes: Wishes) -> Wishes:
    """Return wishes whose effort and time are small for somebody's cloud, unless something else was asked for."""
    if wishes.embedded or is_loopback(_url(wishes)):
        return wishes
    return wishes.with_default("effort", "smoke", "foreign target").with_default(
        "total-timeout", HOUR, "foreign target"
    )


def caps_of(wishes: Wishes) -> Caps:
    """Return the caps of a run: none on the embedded endpoint, small ones on somebody's cloud, else as asked for."""
    caps = UNBOUNDED if wishes.embedded else LABORATORY if is_loopback(_url(wishes)) else FOREIGN
    asked = {name: wishes[f"max-{name}"] for name in ORDER if wishes[f"max-{name}"] != ""}
    for name, value in asked.items():
        if value <= 0:
            raise SettingsError(f"--zstack-max-{name} {value:g}: write a number above 0.")
    return replace(caps, **asked)


def host_of(wishes: Wishes) -> str:
    """Return the host of the target in lower case."""
    return urlsplit(_url(wishes)).hostname or ""


def _url(wishes: Wishes) -> str:
    url = str(wishes["url"])
    return url if "://" in url else f"http://{url}"


def require_consent(wishes: Wishes, caps: Caps, config: pytest.Config) -> None:
    """See that somebody consented to a run against this host under these caps; to approvals each time anew.

    Raises SettingsError, which shows the bounds, if nobody did and nobody is there to ask.
    """
    host = host_of(wishes)
    if wishes.embedded or is_loopback(_url(wishes)) or wishes["plan"]:
        return
    given = str(wishes["consent"]).lower()
    if given and given != host:
        raise SettingsError(f"--zstack-consent {given}: the target is {host}. Write --zstack-consent {host}.")
    if not given and not may_approve(wishes) and _within(caps, consented(host)):
        return
    if not given and not _typed(config, host, wishes, caps):
        raise SettingsError(
            f"nobody has consented to examine {host}, which is not this machine. At most {summary(caps, wishes)} "
            f"would be sent. Write --zstack-consent {host} (or ZSTACK_CONSENT={host}), or look first: --zstack-plan."
        )
    remember_consent(host, caps)


def may_approve(wishes: Wishes) -> bool:
    """Return True if the context file names an approver and allows that he approves."""
    context = context_of(wishes)
    return context.allow_approve and "approver" in context.people


def _within(caps: Caps, known: Caps | None) -> bool:
    """Return True if caps allow no more than those that somebody consented to."""
    if known is None:
        return False
    pairs = [(getattr(caps, one.name), getattr(known, one.name)) for one in fields(Caps)]
    return all(old is None or (new is not None and new <= old) for new, old in pairs)


def _typed(config: pytest.Config, host: str, wishes: Wishes, caps: Caps) -> bool:
    """Ask on a terminal for the name of the host; False where nobody can be asked."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    try:
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        for line in lines(wishes, caps):
            print(line, file=sys.stderr)  # noqa: T201 - a question on a terminal
        print(wording().say("consent", wishes["lang"], host=host), end=" ", file=sys.stderr, flush=True)  # noqa: T201 - as above
        return sys.stdin.readline().strip().lower() == host
    except (EOFError, OSError):
        return False
    finally:
        if capture is not None:
            capture.resume_global_capture()


def summary(caps: Caps, wishes: Wishes) -> str:
    """Return the bounds in one line, in English, for an error."""
    told = {
        "requests": "{:.12g} requests",
        "rate": "{:g} a second",
        "created": "{:.12g} creations",
        "alive": "{:.12g} tickets alive at once",
        "bytes": "{:.12g} bytes",
    }
    parts = [told[name].format(getattr(caps, name)) for name in ORDER if getattr(caps, name) is not None]
    if wishes["total-timeout"]:
        parts.append(f"{wishes['total-timeout']:g} seconds")
    if may_approve(wishes):
        parts.append("and approvals by the approver of the context file")
    return ", ".join(parts)


def lines(wishes: Wishes, caps: Caps, tests: int | None = None) -> list[str]:
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

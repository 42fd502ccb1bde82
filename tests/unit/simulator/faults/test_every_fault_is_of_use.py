"""Every named fault is killed by a requirement, or stands here with the reason why it need not be."""

from __future__ import annotations

import re

from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.simulator.faults.registry import FAULTS

GENERATED = {
    r"R\d+:.+": "a row of the master table, answered in one of eight wrong ways",
    r"(refuse|reject|crash|hang|close|lose|double|upper)-when:.+": "one of eight effects for each condition",
    r"[\w-]+-(every-7|after-20|after-100|first|busy|crowded|later|again|one-in-\d+|crowd|several|x-names)": "effect, moment",
    r"(wire-.+|close-when:.+)": "damage on the wire, for each kind of call: a failure of the network is no verdict",
    r"(store|store-hidden|mangle-name|mangle-description|mangle-stored-name):.+": "a way to store a value wrongly",
    r"(accepted|query|login|refusal|result|waiting)(-body)?:.+": "another body or status for each kind of response",
    r"result-inventory:.+|(row|inventory)(-\w+)?:.+": "a member of a ticket in a wrong form",
    r"error(-.+|:.+)": "an error object in a wrong form",
    r"sdk:.+": "a variant of a response that the SDK was recorded with",
    r"(location|apiTimeout|unknown-job|login(-\w+)?|logout|delete):.+": "a part of a response in a wrong form",
    r"null(-\w+)?:.+": "an endpoint that is none, for tests/kill/test_null_targets.py",
    r"drift:.+": "another fault that begins late",
    r"(ignore-operator|negate-operator|confuse-operator):.+": "a query operator that means another one",
    r"accept-(wrong-type|missing|malformed|null-element):.+|ignore-tags-beside:.+": "a rule that is not kept, by field",
    r"(change|update|delete|history)-.+": "an event or a deletion that does something else",
    r"job-.+": "a job that ends or is shown otherwise",
    r"hook-.+": "a web hook that is delivered otherwise",
    r"leak-.+": "a refusal that shows what it must not",
    r"blame-.+": "a refusal with a wrong reason",
    r"query-.+|filter-.+": "a query that shows something else",
    r"mix-up-.+": "members of two tickets that are exchanged",
    r"uuid-.+": "a uuid in another form",
    r"(ignore-(conditions|limit|sort|start)-of|total-one-more-of|ignore-condition-on):.+": "a list that is not as asked",
}
"""Families from a table: that one member is killed shows that the table is not idle."""

REASONS = {
    "healthy by what the sources say": (
        *("keep-outer-blanks", "slow-jobs", "direct-create", "direct-change", "direct-update", "direct-delete"),
        *("accept-scheme-case", "born-without-flow"),
    ),
    "dates that stand still show in a run of more than 30 seconds (ZT-STORE-025)": ("epoch-dates",),
    "no source says how a healthy cloud decides": (
        *("slash-is-nothing", "case-is-nothing", "accept-wrapper-case", "accept-clear-password", "born-approved"),
        *("content-type-garbage", "born-cancelled"),
    ),
    "no flow collection is for other ticket types at home; tests/unit/checks/test_family_lists.py has one": (
        "accept-mismatch:flowCollectionUuid",
    ),
    "nothing is accepted then, or nothing can be read: the run ends before any verdict, or all of it is undecided": (
        *("fail-always", "refuse", "reject", "crash", "no-json", "html-always", "redirect-always", "redirect-create"),
        *("busy-always", "unavailable", "gateway", "utf16", "mojibake", "refuse-live-session", "refuse-right-password"),
    ),
    "parts of killed combinations: alone, another rule stands in the way": (
        *("allow-foreign-update", "rename-foreign", "approve-skips", "reject-cancels"),
    ),
    "faults of a crowd, and their parts: `zstack-ticket load` names them, see tests/unit/load/test_session.py": (
        *("load:mix-up", "load:lost", "load:doubled", "load:stale", "load:leak"),
        *("mix-texts", "read-before", "keep-slot", "slow-by-slots"),
    ),
    "observed, for servers that buffer hold the word back, and no client is lost": ("no-continue",),
    "cannot be seen within a run": ("accept-expired-session", "accept-flows-of-tenants"),
    "as large-body-close, deep-body-close and the leaks, which are killed": ("large-body-crash", "deep-body-crash"),
    "expressions of faults that are killed by themselves": (
        *("late-loss", "late-double", "old-age", "double-delivery"),
    ),
}


def killed() -> set[str]:
    """Return every fault that a requirement names, alone or within an expression."""
    words = {word for row in catalogue() for fault in row.killed_by for word in re.split(r"[()+]", fault)}
    return words & FAULTS.keys()


def reasons() -> set[str]:
    return {name for names in REASONS.values() for name in names}


def test_every_fault_is_killed_or_says_why_not() -> None:
    idle = FAULTS.keys() - killed() - reasons()
    assert [name for name in sorted(idle) if not any(re.fullmatch(family, name) for family in GENERATED)] == []


def test_a_family_has_a_member_that_is_killed() -> None:
    dead = [family for family in GENERATED if not any(re.fullmatch(family, name) for name in killed())]
    assert dead == []


def test_reasons_are_given_for_faults_that_exist_and_that_nothing_kills() -> None:
    assert reasons() - FAULTS.keys() == set()
    assert reasons() & killed() == set()

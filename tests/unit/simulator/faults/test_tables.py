"""Each fault changes what the endpoint answers somewhere in the walk through its interface."""

from __future__ import annotations

import zlib
from urllib.parse import quote

import pytest

from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.simulator.faults import FAULTS
from tests.kill.matrix import shots, with_one_fault
from tests.support.simulator_chapters import CHAPTERS
from tests.support.simulator_probe import differs

BY_NAME = {chapter.__name__: chapter for chapter in CHAPTERS}
HINTS = (
    (
        ("crowd", "x-names", "-untrimmed", "mix-texts", "outer-blanks", "late-double", "unasked:20", "cut-to-char"),
        "data",
    ),
    (("malformed:separator", "malformed:trailing-object"), "careless"),
    (("late-loss", "error-after", "error-again", "error-busy", "error-later", "-in-50", "drift", "after-20"), "crowds"),
    (("negate-beside", "first-field", "R26", "R28"), "queries"),
    (("R6:", "scheme", "flows-of-tenants", "mojibake"), "sessions"),
    (("approve-skips", "mix-up-context", "refusal-tells", "allow-foreign"), "strangers"),
    (("lost-update", "session-of-body"), "access"),
    (("leaks-",), "between"),
    (("mix-up-name", "mix-up-requests", "read-before", "second-update", "clears-description"), "families"),
    (("body-crash", "dots-resolved"), "http"),
    (
        ("anonymous", "session-from", "own-member", "-by-", "get-writes", "body-uuid", "urls", "carried", "quotes"),
        "access",
    ),
    (("mangle", "store", "when:"), "data"),
    (("query", "operator", "sort", "limit", "start", "total", "fields", "filter", "condition", "row-"), "queries"),
    (("change", "update", "delete", "history", "denied", "cancel", "reopen", "approve", "reject"), "lives"),
    (("archive", "delete", "dead", "recreate", "history", "event", "reopen", "beside", "job"), "families"),
    (("R", "unknown-job", "job-method", "slash", "case-is"), "http"),
    (("login", "logout", "session", "password", "project"), "sessions"),
    (("malformed",), "malformed"),
    (("keys-", "unknown", "null-element", "alone", "only", "safe", "override", "trace", "empty", "fold"), "careless"),
    (("key", "signature", "R7:", "R8:", "R9:", "R10:", "R11:", "date"), "keys"),
    (("leaks-", "foreign", "-people", "neighbour"), "between"),
    (("foreign", "leaks", "anybody"), "strangers"),
    (("accept", "error", "refus", "leak", "blame"), "refusals"),
    (("after", "drift", "busy", "later", "again", "every", "one-in"), "crowds"),
)
# what has no effect in the walk, and why that is right
LISTS = (
    *("ignore-condition-on:", "ignore-conditions-of:", "ignore-limit-of:", "ignore-sort-of:", "ignore-start-of:"),
    *("ignore-path-of:", "ignore-unknown-of:", "number-for:", "text-for:", "join-flows-of:"),
    *("first-flow-of:", "stray-flow-of:"),
)
SILENT = {
    "accept-object-for-list:requests": "the walk sends no object of requests; the kill matrix does",
    "anonymous-lists": "the walk lists no types and flows without a session; the kill matrix does",
    "comment-sticks": "the walk sends no event behind one with a comment; the kill matrix does",
    "decode-by-part": "below the engine: tests/unit/transport/test_framing.py",
    "ended-session-reads-past": "the walk reads no history with an ended session; the kill matrix does",
    "apiTimeout:32-bit": "the walk asks for no timeout of weeks; the kill matrix does",
    "ignore-fields-with-total": "the walk asks for no fields with a total; the kill matrix does",
    "logout-leaves-virtual": "the walk logs no virtual ID out; the kill matrix does",
    "logout-by-beginning": "the walk logs no part of a session out; the kill matrix does",
    "not-modified-always": "the walk sends no If-None-Match; the kill matrix does",
    "reserve-denied-uuid": "the walk uses no resourceUuid of a denied create; the kill matrix does",
    "update-in-reopened": "the walk updates no reopened ticket; the kill matrix does",
    "reject-in-cancelled": "the walk rejects no cancelled ticket; the kill matrix does",
    "renew-revives": "the walk renews no ended session; the kill matrix does",
    "session-by-pattern": "the walk sends no pattern for a session; the kill matrix does",
    "session-from-query-of-create": "the walk sends no session in a query; the kill matrix does",
    "total-of-a-row": "the walk asks for no page beyond the last one; the kill matrix does",
    "accept-malformed:control-character": "gson takes it anyway; only the documented variant refuses it",
    "accept-malformed:lenient": "gson takes it anyway; only the documented variant refuses it",
    "any-framing": "below the engine: tests/unit/simulator/server/test_loose_framing.py",
    "carry-out-cut": "below the engine: tests/unit/simulator/server/test_loose_framing.py",
    "keep-header-blanks": "below the engine: tests/unit/simulator/server/test_loose_framing.py",
    "believe-length": "below the engine: the walk announces no chunks; the kill matrix does",
    "leave-refused-body": "below the engine: tests/unit/transport/test_framing.py",
    "leave-trailers": "below the engine: tests/unit/transport/test_framing.py",
    "leave-further-trailers": "below the engine: tests/unit/transport/test_framing.py",
    "password-by-pattern": "the walk logs in with no pattern; the kill matrix does",
    "password-of-beginning": "the walk logs in with no part of a password; the kill matrix does",
    "pattern-carried-out": "the walk asks for no pattern that is always true; the kill matrix does",
    "filter-compares-191": "the walk asks for no name of that length; the kill matrix does",
    "filter-repeats-in": "the walk names no value twice in a list; the kill matrix does",
    "filter-unquotes": "the walk puts no quotes around a value; the kill matrix does",
    "own-member:known-account": "the walk names no account in a create; the kill matrix does",
    "own-member:operator": "the walk names no operator in an event; the kill matrix does",
    "delete-namesakes-alike": "the walk deletes no ticket whose name and status another has; the kill matrix does",
    "own-member:accountUuid": "the walk names no account in a create; the kill matrix does",
    "override-path": "the walk names no path in a header; the kill matrix does",
    "path-carried-out": "the walk asks for no path that is always true; the kill matrix does",
    "session-from-set-cookie": "the walk sends no cookie of an answer without a session; the kill matrix does",
    "merge-parameters": "the walk sends no create with parameters; the kill matrix does",
    "merge-trailers": "below the engine: the walk sends no trailer; the kill matrix does",
    "no-continue": "below the engine: tests/unit/transport/test_framing.py",
    "answer-beside-slow": "below the engine: tests/unit/transport/test_framing.py",
    "head-with-body": "below the engine: tests/unit/transport/test_framing.py",
    "first-chunk-only": "below the engine: the walk announces no chunks; the kill matrix does",
    "null-as-text": "the walk stores no null; the kill matrix does",
    "archive-says-cancelled": "the walk deletes cancelled tickets; the kill matrix a pending one, too",
    "update-merges": "the walk leaves no member out of an update; the kill matrix does",
    "update-keeps-the-rest": "the walk updates no ticket of several requests; the kill matrix does",
    "overwrite-cancelled:resourceUuid": "the walk uses no uuid of a cancelled ticket again; the kill matrix does",
    "refused-update-half-done": "the walk's refused updates are of one request; the kill matrix sends two",
    "session-by-beginning": "the walk cuts no session; the kill matrix does",
    "jobs-by-beginning": "the walk asks for no part of a job's id; the kill matrix does",
    "history-names-owner": "the walk's owner is its approver too; the kill matrix has two users",
    "event-takes-ticket": "the walk's owner is its approver too; the kill matrix has two users",
    "forget-job-ids": "the walk uses no job id again after another job; the kill matrix does",
    "accept-empty:apiName": "the walk sends no empty apiName; the kill matrix does",
    "query-split-late": "the walk asks for no value with an ampersand; the kill matrix does",
    "limit-without-fields": "the walk asks for no page with fields; the kill matrix does",
    "total-of-join": "the walk counts no tickets of several requests; the kill matrix does",
    "count-kept": "the walk counts nothing twice; the kill matrix does",
    "count-of-page": "the walk asks for no total of less than a page; the kill matrix does",
    "count-of-any-value": "the walk says of no query that it shall not count; the kill matrix does",
    "total-keeps-deleted": "the walk asks for no total of what was deleted; the kill matrix does",
    "filter-ten-of-in": "the walk asks for no list of over ten values; the kill matrix does",
    "start-unless-counted": "the walk asks for no total from a start on; the kill matrix does",
    "sort-drops-null": "the walk sorts by no member that may be missing; the kill matrix does",
    "sort-among-fields": "the walk asks for no sort with fields; the kill matrix does",
    "null-meets-zero": "the walk stores no 0; the kill matrix does",
    "ignore-condition-value:empty": "the walk asks for no empty text; the kill matrix does",
    "ignore-condition-value:zero": "the walk asks for no 0; the kill matrix does",
    "null-meets-empty": "the walk asks for no empty text by is null; the kill matrix does",
    "update-keeps-date": "the walk waits for no new second; the kill matrix does",
    "ignore-fields-of:archive": "the walk asks for no fields of archives; the kill matrix does",
    "sequence-sorted-as-text": "the walk sorts no histories; the kill matrix does",
    "ignore-fields-of:history": "the walk asks for no fields of histories; the kill matrix does",
    "dates-by-day": "the walk asks for no date of today; the kill matrix does",
    **dict.fromkeys(
        ("edge-of-dates:gt:ge", "edge-of-dates:lt:le", "edge-of-dates:ge:gt", "edge-of-dates:le:lt"),
        "the walk asks for no date of a ticket; the kill matrix does",
    ),
    "page-numbers-cut": "the walk asks for no page over 32 bits; the kill matrix does",
    "sort-dates-upwards": "all tickets of the walk are of one second; the kill matrix waits",
    "accepted-body:latin1": "a 202 has ASCII only",
    "accepted-body:mojibake": "a 202 has ASCII only",
    "login-body:latin1": "a log-in has ASCII only",
    "login-body:mojibake": "a log-in has ASCII only",
    "row-name:html-escaped": "the first row of the walk's queries has no markup in its name",
    "old-age": "the walk takes no twenty seconds",
    **dict.fromkeys(
        ("load:mix-up", "load:lost", "load:doubled", "load:stale", "load:leak", "keep-slot", "slow-by-slots"),
        "the walk has no dozen of running jobs: tests/unit/simulator/faults/test_load.py",
    ),
    "hang-first": "the first create of the walk is not followed to its end",
}
SILENT_ENDINGS = ("-crowded", "-one-in-200")
"""Four jobs at once and one body in two hundred do not occur in so short a walk."""
GENERATED = ("mangle-", "store", "inventory-", "row-", "-body:", "wire-", "R")
SAMPLE = 20
KILLING = {shot.fault for shot in shots(with_one_fault(load_catalogue(suites_folder())))}
"""By these the short kill matrix makes a requirement fail, so that they show there."""


def is_sampled(name: str) -> bool:
    """Generated rows are alike: one in twenty of them is walked, chosen by its name and for ever the same.

    Conditions have tests of their own, so that their faults are walked with one condition only.
    """
    if "-when:" in name:
        return name.endswith(":name-astral")
    generated = any(part in name if part != "R" else name.startswith("R") for part in GENERATED)
    return not generated or zlib.crc32(name.encode()) % SAMPLE == 0


def is_silent(name: str) -> bool:
    return name in SILENT or name.endswith(SILENT_ENDINGS) or name.startswith((*LISTS, "total-one-more-of:"))


def in_order(name: str) -> list[object]:
    hinted = [BY_NAME[chapter] for parts, chapter in HINTS if any(part in name for part in parts)]
    return [*hinted, *(chapter for chapter in CHAPTERS if chapter not in hinted)]


HEALTHY: dict[str, list[object]] = {}


@pytest.mark.parametrize("group", range(8))
def test_every_fault_shows_somewhere(group: int) -> None:
    names = [name for name in FAULTS if is_sampled(name) and not is_silent(name) and name not in KILLING]
    unseen = []
    for name in names[group::8]:
        extra = f"&fault={quote(name, safe='')}"
        if not differs(extra, HEALTHY, in_order(name)):  # type: ignore[arg-type] # chapters are objects here
            unseen.append(name)
    assert unseen == []


def test_the_healthy_engine_does_not_differ_from_itself() -> None:
    assert differs("", HEALTHY, CHAPTERS) == ""
    assert differs("&fault=when-name-starts:nobody(lose-ticket)", HEALTHY, CHAPTERS) == ""


def test_what_is_said_to_be_silent_exists() -> None:
    assert set(SILENT) <= set(FAULTS)

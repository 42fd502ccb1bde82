"""Checks that compare a ticket, as the target shows it, with the draft that made it.

Values are compared after JSON decoding, numbers by value (`1` and `1.0` are equal, and integers past 2^53 may have gone
through a double before 4.6), strings without their outer white space (the API trims its own string fields).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pytest_zstack_ticket.api.messages import final_answer, json_object, moment, same_id, sent_params
from pytest_zstack_ticket.checks.outcomes import Arguments, violation
from pytest_zstack_ticket.model.exchange import Exchange, Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

EXACT = 2**53
_OUTER = "".join(one for one in map(chr, range(0x3001)) if one <= " " or one.isspace())
SAMPLE_API = "org.zstack.header.vm.APICreateVmInstanceMsg"
SAMPLE_MEMBERS = ("name", "instanceOfferingUuid", "imageUuid", "l3NetworkUuids")
CONTEXT = ("projectUuid", "virtualIDUuid")
"""What the page puts in accountSystemContext for iam2."""
INVENTED = "conformance"
"""How the members begin that the suites add to an apiBody: no API knows them, so what keeps one keeps plain JSON."""


def inventory_of(exchanges: Sequence[Exchange]) -> dict[str, Json] | None:
    """Return the inventory of the last response, or the only row of a query's response, or None."""
    answer = final_answer(exchanges)
    body = json_object(answer.body) if answer else {}
    rows = body.get("inventories")
    inventory = rows[0] if isinstance(rows, list) and len(rows) == 1 else body.get("inventory")
    return inventory if isinstance(inventory, dict) else None


def member_echo(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the inventory shows one member of `params` as it was sent.

    Role `subject` is the create; role `shown` (the create itself if missing) shows the ticket. Argument `member`.
    """
    member = str(arguments["member"])
    sent = sent_params(trails["subject"])
    inventory = inventory_of(trails.get("shown") or trails["subject"])
    if inventory is None or member not in sent:
        return Undecided(Phrase.of("no-such-part", schema=member))
    wanted, shown = sent[member], inventory.get(member)
    if wanted is None and shown == "":
        return None  # null is as absent, and some show an empty text for it
    if same(trimmed(wanted), trimmed(shown), loose=True) and not _lost(member, wanted, shown):
        return None
    return violation(
        Phrase.of("expect-value", member=member, value=brief(wanted)), Phrase.of("shows", value=brief(shown))
    )


def _lost(member: str, wanted: Json, shown: Json) -> bool:
    """Return True if a context came back without a member that the page names; others need not be kept."""
    if member != "accountSystemContext" or not isinstance(wanted, dict) or not isinstance(shown, dict):
        return False
    return any(wanted.get(name) is not None and shown.get(name) is None for name in CONTEXT)


def request_echo(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check one member of every ticket request: `count`, requestName, apiName, executeTimes or apiBody.

    Members of apiBody that do not come back are not judged, for whether they do is unknown (wire dossier 10.4 U7), but
    for those of the page's own sample: its API has them, so that binding keeps them. None comes back under a name in
    other letters. Of members that no API knows, all come back or none. Nothing is lost inside a member
    that no API knows, if it comes back: it was kept as it is, not bound.
    """
    member = str(arguments["member"])
    sent = sent_params(trails["subject"]).get("requests")
    inventory = inventory_of(trails.get("shown") or trails["subject"])
    if inventory is None or not isinstance(sent, list):
        return Undecided(Phrase.of("no-such-part", schema="request"))
    shown = inventory.get("request")
    if not isinstance(shown, list) or len(shown) != len(sent):
        count = len(shown) if isinstance(shown, list) else brief(shown)
        return violation(Phrase.of("expect-requests", count=len(sent)), Phrase.of("shows", value=count))
    if member == "count":
        return None
    for number, (asked, reported) in enumerate(zip(sent, shown, strict=True)):
        if not isinstance(asked, dict) or asked.get(member) is None:
            continue
        value = reported.get(member) if isinstance(reported, dict) else None
        gone = _gone(asked, value) if member == "apiBody" else ""
        if gone:
            where = f"request[{number}].apiBody.{gone}"
            return not_as_sent(where, asked["apiBody"][gone], value.get(gone) if isinstance(value, dict) else None)
        if not _fits(member, asked[member], value):
            where = f"request[{number}].{member}"
            return violation(
                Phrase.of("expect-value", member=where, value=brief(asked[member])),
                Phrase.of("shows", value=brief(value)),
            )
    return None


def _gone(asked: dict[str, Json], shown: Json) -> str:
    """Return a member of an apiBody that was lost: of the page's sample, or invented and with a gap; else empty."""
    sent = asked.get("apiBody")
    if not isinstance(sent, dict) or not isinstance(shown, dict):
        return ""
    known = SAMPLE_MEMBERS if asked.get("apiName") == SAMPLE_API else ()
    lost = [name for name in known if sent.get(name) is not None and shown.get(name) is None]
    own = [name for name in sent if name.startswith(INVENTED) and sent[name] is not None]
    kept = [name for name in own if shown.get(name) is not None]
    lost += [name for name in own if name not in shown] if kept else []
    broken = (name for name in (*lost, *kept) if name in lost or not _is_whole(sent[name], shown[name]))
    return next(broken, "") or _respelt(sent, shown)


def _respelt(sent: dict[str, Json], shown: dict[str, Json]) -> str:
    """Return a member that came back under its name in other letters, such as `image_uuid` for `imageUuid`."""
    new = {_letters(name) for name in shown if name not in sent} - {_letters(name) for name in shown if name in sent}
    return next((name for name in sent if name not in shown and _letters(name) in new), "")


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in "-_ .")


def _is_whole(sent: Json, shown: Json) -> bool:
    """Say whether objects have all members that were sent but for those with null; other values are not compared."""
    if isinstance(sent, dict) and isinstance(shown, dict):
        filled = {key: value for key, value in sent.items() if value is not None}
        return all(key in shown and _is_whole(value, shown[key]) for key, value in filled.items())
    if isinstance(sent, list) and isinstance(shown, list):
        return all(_is_whole(one, other) for one, other in zip(sent, shown, strict=False))
    return True


def _fits(member: str, asked: Json, value: Json) -> bool:
    if member == "apiBody":
        return value is None or same(asked, value, loose=True)
    if member == "executeTimes" and isinstance(asked, str):
        asked = float(asked)
    return same(asked, value, loose=True)


def not_as_sent(member: str, wanted: Json, shown: Json) -> Violation:
    """Build the violation of a member that is not shown as it was sent."""
    expected = Phrase.of("expect-value", member=member, value=brief(wanted))
    return violation(expected, Phrase.of("shows", value=brief(shown)))


def requested_uuid(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the ticket got the resourceUuid that was sent."""
    wanted = sent_params(trails["subject"]).get("resourceUuid")
    inventory = inventory_of(trails.get("shown") or trails["subject"])
    if not isinstance(wanted, str) or inventory is None:
        return Undecided(Phrase.of("no-such-part", schema="resourceUuid"))
    if not same_id(inventory.get("uuid"), wanted.strip()):
        return violation(
            Phrase.of("expect-value", member="uuid", value=wanted),
            Phrase.of("shows", value=brief(inventory.get("uuid"))),
        )
    return None


def distinct_uuids(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the tickets of all roles have UUIDs of their own."""
    seen: dict[str, str] = {}
    for role, exchanges in sorted(trails.items()):
        inventory = inventory_of(exchanges)
        uuid = inventory.get("uuid") if inventory else None
        if not isinstance(uuid, str):
            return Undecided(Phrase.of("no-such-part", schema="uuid"))
        if uuid in seen:
            return violation(Phrase.of("expect-own-uuid"), Phrase.of("same-uuid", uuid=uuid))
        seen[uuid] = role
    return None


def date_order(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a ticket was not changed before it was created; times of unknown shape are another check's."""
    inventory = inventory_of(trails["subject"])
    shown = inventory or {}
    created, changed = moment(shown.get("createDate")), moment(shown.get("lastOpDate"))
    if created is None or changed is None or (created.tzinfo is None) != (changed.tzinfo is None):
        return Undecided(Phrase.of("not-shown", member="createDate"))
    if changed < created:
        return violation(
            Phrase.of("expect-date-order"),
            Phrase.of("date-order", created=shown["createDate"], changed=shown["lastOpDate"]),
        )
    return None


def trimmed(value: Json) -> Json:
    """Return a string without its outer white space; other values as they are.

    Java trims up to U+0020, other languages all that Unicode calls white space: which it is the page does not say.
    """
    return value.strip(_OUTER) if isinstance(value, str) else value


def same(one: Json, other: Json, *, loose: bool = False) -> bool:
    """Compare two JSON values, numbers by value and booleans apart from them.

    `loose` lets members with null vanish, lets numbers past 2^53 lose digits and lets members of objects be missing in
    `other`.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or (loose and abs(one) >= EXACT and _float(one) == _float(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return _same_objects(one, other, loose=loose)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b, loose=loose) for a, b in zip(one, other, strict=True))
    if loose and isinstance(one, str) and isinstance(other, str):
        return one == other or _replaced(one, other)
    return type(one) is type(other) and bool(one == other)


def same_result(one: Json, other: Json) -> bool:
    """Compare two readings of one job's result; an empty `causes` is none.

    A node that read the job's row shows `causes: []` in each error, one that had it in its cache shows none, and the
    next poll may come to either (ErrorFacadeImpl.doInstantiateErrorCode, measured on 5.2.1).
    """
    return same(_without_empty_causes(one), _without_empty_causes(other))


def _without_empty_causes(value: Json) -> Json:
    """Return the body of a failure without the members `causes` of its errors that are empty or null."""
    if not isinstance(value, dict) or not isinstance(value.get("error"), dict):
        return value
    return {**value, "error": _error_without(value["error"])}


def _error_without(error: Json) -> Json:
    if isinstance(error, list):
        return [_error_without(one) for one in error]
    if not isinstance(error, dict):
        return error
    kept = {key: value for key, value in error.items() if key != "causes" or value}
    return {key: _error_without(value) if key in ("cause", "causes") else value for key, value in kept.items()}


_BEYOND = re.compile("[?\ufffd\U00010000-\U0010ffff]+")


def _replaced(sent: str, shown: str) -> bool:
    """Return True if only characters beyond the BMP were replaced: the tables hold none (wire dossier 5.3).

    Runs of them and of what stands for them count as one: how many question marks a character becomes is unknown.
    """
    if sent.isascii() or max(sent) <= "\uffff" or max(shown, default="") > "\uffff":
        return False
    return _BEYOND.sub("?", sent) == _BEYOND.sub("?", shown)


def _same_objects(one: dict[str, Json], other: dict[str, Json], *, loose: bool) -> bool:
    if not loose and set(one) != set(other):
        return False
    return all(same(value, other[key], loose=loose) for key, value in one.items() if key in other)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def brief(value: Json) -> str:
    """Show a JSON value in at most 80 characters."""
    # JSON, for what `repr` escapes depends on the Python
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"

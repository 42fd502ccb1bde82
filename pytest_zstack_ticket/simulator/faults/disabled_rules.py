"""Rules of the API that a fault switches off, one row each: name, calls, what is wrong then."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.faults.effects import Break
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.json.body_defects import KINDS

_CREATE = "create"
_ACTIONS = "change update"

_VALIDATION: tuple[tuple[str, str, str], ...] = (
    *(
        (f"accept-{how}:{name}", "create update", f"a create {what} is accepted")
        for name in ("name", "requests", "accountSystemType", "accountSystemContext", "apiName", "apiBody")
        for how, what in (("missing", f"without {name}"), ("null", f"with {name} null"))
        if not (how == "null" and name.startswith("api"))
    ),
    *(
        (f"accept-wrong-type:{name}", "create update change", f"a value of a wrong type is accepted for {name}")
        for name in (
            *("params", "name", "description", "requests", "accountSystemType", "accountSystemContext"),
            *("flowCollectionUuid", "resourceUuid", "tagUuids", "systemTags", "userTags"),
            *("requestName", "apiName", "executeTimes", "apiBody", "comment"),
        )
    ),
    ("accept-too-long:name", _CREATE, "a name longer than 255 units is accepted"),
    ("accept-too-long:description", "create update", "a description longer than 2048 units is accepted"),
    ("accept-too-long:comment", "change", "a comment longer than 65535 units is accepted"),
    ("reserve-refused-uuid", _CREATE, "the resourceUuid of a refused create counts as used"),
    ("reserve-denied-uuid", _CREATE, "the resourceUuid of a create counts as used that is well-formed and denied"),
    ("accept-empty-list:requests", "create update", "an empty list of requests is accepted"),
    ("accept-object-for-list:requests", "create update", "an object whose values are requests is read as their list"),
    ("accept-null-element:requests", "create update", "a null among the requests is accepted"),
    ("accept-unknown:accountSystemType", _CREATE, "any accountSystemType is accepted"),
    ("accept-unknown:apiName", _CREATE, "any apiName is accepted"),
    ("accept-empty:apiName", _CREATE, "an empty apiName is accepted"),
    ("accept-unknown:tagUuids", _CREATE, "tags that do not exist are accepted"),
    ("accept-unknown:flowCollectionUuid", _CREATE, "a flow collection that does not exist is accepted"),
    ("accept-foreign:flowCollectionUuid", _CREATE, "a flow collection of another project is accepted"),
    ("accept-unknown:systemTags", _CREATE, "a system tag that does not exist is accepted"),
    ("accept-null-element:tagUuids", _CREATE, "a null among the tagUuids is accepted"),
    ("validation-only-creates", _CREATE, "a create that asks for validation alone makes a ticket"),
    ("accept-disabled:flowCollectionUuid", _CREATE, "a disabled flow collection is accepted"),
    ("accept-mismatch:flowCollectionUuid", _CREATE, "a flow collection for other ticket types is accepted"),
    ("accept-malformed:resourceUuid", _CREATE, "a resourceUuid that is not a uuid is accepted"),
    ("keep-outer-blanks", "", "blanks around strings are not trimmed"),
    ("ignore-tags-beside:systemTags", _CREATE, "systemTags beside params are not read"),
    ("ignore-tags-beside:userTags", _CREATE, "userTags beside params are not read"),
    ("accept-missing:statusEvent", "change", "a change without statusEvent is accepted"),
    ("accept-null:statusEvent", "change", "an unknown statusEvent is accepted"),
    ("accept-wrong-wrapper", "", "an action under any wrapper is carried out"),
    ("empty-action-cancels", "", "an action that says nothing cancels the ticket"),
    ("keys-trimmed", "", "blanks and invisible characters in the name of a member are ignored"),
    ("merge-parameters", "", "a parameter of the query counts as a member of the message"),
    ("keys-any-case", "", "members are taken in any case, the last one counts"),
    ("fold-lookalikes", "", "a name or word of letters that look alike is taken for the right one"),
    ("overlong-decoded", "", "ill-formed UTF-8 is read as the characters that it stands for"),
    ("override-method", "", "a header or a parameter changes the method"),
    ("override-path", "", "a header changes the path"),
    ("safe-method-acts", "", "a GET, HEAD or OPTIONS with a body is carried out as a POST or PUT"),
    ("any-framing", "", "a request is carried out whatever is wrong with its framing"),
    ("believe-length", "", "a length counts even where chunks are announced beside it"),
    ("first-chunk-only", "", "of a body in chunks only the first one is read"),
    ("decode-by-part", "", "each part of a body is decoded by itself: a character in two parts is lost"),
    ("leave-refused-body", "", "the body of a refused request is left on the line and taken for the next request"),
    ("merge-trailers", "", "what stands in the trailer behind chunks counts as a header"),
    ("leave-trailers", "", "the trailer behind chunks is left on the line and taken for the next request"),
    ("leave-further-trailers", "", "of the trailer behind chunks only the first field is read, the rest as a request"),
    ("no-continue", "", "a client that waits for 100 Continue gets nothing until it sends the body"),
    ("answer-beside-slow", "", "while a client sends its body slowly, no other is answered"),
    ("head-with-body", "", "the answer to a HEAD has the body of a GET"),
    ("carry-out-cut", "", "a message that ends too early is carried out"),
    ("keep-header-blanks", "", "blanks around the value of a header belong to it"),
    ("accept-wrapper-case", "", "an action is carried out under a wrapper in another case"),
    *((f"accept-malformed:{kind}", "", f"a create whose body is {kind} is accepted") for kind in KINDS),
)

_SESSIONS: tuple[tuple[str, str, str], ...] = (
    ("accept-no-authorization", "", "no Authorization header is needed"),
    ("dots-resolved", "", "`..` in a path, encoded or not, is resolved after the path was looked at"),
    ("accept-other-scheme", "", "any authorization scheme lets the administrator's rights through"),
    ("scheme-quotes-header", "", "the refusal of another scheme quotes the whole header"),
    ("accept-scheme-case", "", "the scheme is accepted in any case"),
    ("accept-empty-session", "", "an empty session is accepted"),
    ("accept-unknown-session", "", "a session that never existed is accepted"),
    ("accept-malformed-session", "", "a session that is not a uuid is accepted"),
    ("accept-logged-out-session", "", "a session still works after its log-out"),
    ("accept-expired-session", "", "an expired session still works"),
    ("refuse-live-session", "", "a live session is refused"),
    ("accept-key-without-date", "", "an access key without Date is accepted"),
    ("accept-key-bad-date", "", "an access key with any Date is accepted"),
    ("accept-old-date", "", "an access key's request may be of any age"),
    ("accept-key-form", "", "an access key without a signature part is looked at"),
    ("accept-unknown-key-id", "", "an unknown access key id is accepted with a right signature"),
    ("accept-any-signature", "", "any signature is accepted"),
    ("signature-by-beginning", "", "only the first eight characters of a signature are compared"),
    ("key-tells-signature", "", "the refusal of a wrong signature quotes the right one"),
    ("key-tells-digest", "", "the refusal of a wrong signature quotes a digest of the secret"),
    ("refuse-correct-signature", "", "a correct signature is refused"),
    ("signature-ignores-method", "", "a signature made for another method is accepted"),
    ("signature-ignores-path", "", "a signature made for another path is accepted"),
    ("accept-wrong-password", "login", "any password logs in"),
    ("password-by-beginning", "login", "only the first 32 digits of a password's digest are compared"),
    ("password-of-beginning", "login", "the first digits of a password's digest log in"),
    ("password-by-pattern", "login", "a password is compared as a pattern with wildcards"),
    ("accept-clear-password", "login", "the clear password logs in, not only its digest"),
    ("accept-unknown-account", "login", "an unknown account logs in as the administrator, given the right password"),
    ("refuse-right-password", "login", "the right password does not log in"),
    ("login-tells-users", "login", "the refusal of a log-in says that there is no such account"),
    ("accept-foreign-project", "login", "a virtual ID may enter any project"),
    ("wrong-login-ends-sessions", "login", "a log-in with a wrong password ends the sessions of its user"),
    ("logout-does-nothing", "logout", "a log-out answers success and does nothing"),
    ("logout-leaves-virtual", "logout", "a log-out of a virtual ID answers success and does nothing"),
    ("logout-ends-all", "logout", "a log-out ends every session of its account"),
    ("ended-session-is-valid", "session", "a session that was logged out is still said to be valid"),
)

_RIGHTS: tuple[tuple[str, str, str], ...] = (
    ("accept-flows-of-tenants", "flow", "tenants may change flows"),
    ("allow-foreign-change", "change", "the status of another user's ticket can be changed"),
    ("allow-foreign-update", "update", "the requests of another user's ticket can be changed"),
    ("allow-foreign-delete", "delete", "another user's ticket can be deleted"),
    ("anybody-approves", "change", "whoever sees a ticket may approve or reject it"),
    ("anybody-cancels", _ACTIONS, "whoever sees a ticket may cancel, reopen or update it"),
    ("anybody-deletes", "delete", "whoever sees a ticket may delete it"),
    ("update-in-any-status", "update", "requests can be changed without cancelling the ticket"),
    ("reject-in-cancelled", "change", "a ticket that was cancelled can be rejected"),
    ("update-in-reopened", "update", "requests can be changed once the ticket was cancelled, also after its reopening"),
    ("update-in-rejected", "update", "the requests of a rejected ticket can be changed"),
    ("accept-job-id-length", "", "an X-Job-UUID of any length is accepted"),
    ("accept-used-job-id", "", "a used X-Job-UUID is accepted and the call carried out again"),
    ("forget-job-ids", "", "an X-Job-UUID is remembered until the next job only"),
    ("jobs-by-beginning", "", "a job is found by the beginning of its id"),
    ("ignore-job-id", "", "the job gets an id of its own although X-Job-UUID was sent"),
    ("accept-bad-api-timeout", "", "an X-API-Timeout that is not a number is accepted"),
    ("accept-unknown-field", "query", "an unknown field in a condition is not refused"),
    ("query-split-late", "query", "a query string is split at an ampersand that belongs to a value"),
    ("accept-unknown-sort", "query", "an unknown member to sort by is ignored"),
    ("accept-unknown-fields", "query", "unknown members among the fields are ignored"),
    ("accept-negative", "query", "a negative limit or start is taken for none"),
    ("accept-not-a-number:limit", "query", "a limit that is not a number is ignored"),
    ("count-of-any-value", "query", "a query with a count counts, also where it says false"),
    ("page-numbers-cut", "query", "a limit or start over 32 bits is cut to its last 32"),
    ("accept-not-a-number:start", "query", "a start that is not a number is ignored"),
)

_DIRECT = tuple(
    Fault(
        name=f"direct-{call}",
        description=f"a {call} is answered directly, without a job",
        effects=(Break("answer-directly", frozenset({call})),),
    )
    for call in ("create", "change", "update", "delete")
)

RULES: tuple[Fault, ...] = (
    *(
        Fault(name=name, description=about, effects=(Break(name, frozenset(calls.split())),))
        for name, calls, about in (*_VALIDATION, *_SESSIONS, *_RIGHTS)
    ),
    *_DIRECT,
)
"""Every rule that can be switched off."""

"""The deviating servers that the real Java SDK was run against, under the names of that study.

Source: the SDK behaviour table beside the dossier; its column "what the real SDK client reports" says why each matters.
"""

from __future__ import annotations

from pytest_zstack_ticket.simulator.faults.expression import Fault

_ERROR = '{"error":{"code":"SYS.1001","description":"A message or a operation timeout","details":"timeout"}}'
_POLL = "create/success"
_POST = "create/accepted"
_OTHER = "/zstack/v1/tickets2"


def _says(scope: str, status: int, text: str) -> str:
    return f"text:{scope}={text}+status:{scope}={status}"


def _moved(scope: str, status: int, target: str) -> str:
    return f"body:{scope}=empty+status:{scope}={status}+header:{scope}=location={target}"


_BODIES = (
    *(("empty-body", "empty"), ("whitespace", "blank"), ("null", "null"), ("array", "array"), ("string", "string")),
    *(("text", "text"), ("html", "html"), ("truncated", "half"), ("trailing", "newline"), ("bom", "bom")),
    *(("trailing-garbage", "trailing"), ("single-quoted", "single-quoted"), ("dup-key", "doubled-key")),
)

_POLLS: dict[str, str] = {
    "poll-500-html": "body:create/success=html+status:create/success=500",
    "poll-401": _says(_POLL, 401, "session expired"),
    "poll-204": "result:204",
    "poll-201": "result:201",
    "poll-503-empty-object": "error:missing",
    "poll-503-error-null": "error:null",
    "poll-503-error-string": "error:text",
    "poll-503-error-empty-obj": "error:empty-object",
    "poll-503-bare-error": "error:unwrapped",
    "poll-503-text": "text:create/failure=it failed",
    "poll-503-json-string": "body:create/failure=string",
    "poll-503-empty": "body:create/failure=empty",
    "poll-503-html": "body:create/failure=html",
    "poll-503-code-number": "error-code:number",
    "poll-503-retry-after-0": "header:create/failure=retry-after=0",
    "poll-503-retry-after-1": "header:create/failure=retry-after=1",
    "poll-500-error-json": "status:create/failure=500",
    "poll-400-error-json": "status:create/failure=400",
    "poll-200-error": "status:create/failure=200",
    "poll-200-error-and-success-false": "status:create/failure=200+set:create/failure=success=false",
    "poll-202-error": "status:create/failure=202",
    "poll-202-text": "body:create/waiting=text",
    **{f"poll-200-{name}": f"body:create/success={kind}" for name, kind in _BODIES},
    "poll-200-inventory-null": "result-inventory:null",
    "poll-200-inventory-string": "result-inventory:string",
    "poll-200-inventory-array": "result-inventory:list",
    "poll-200-inventories": "result:inventories",
    "poll-200-bare-inventory": "result:bare-inventory",
    "poll-200-status-unknown": "inventory-status:unknown",
    "poll-200-status-lower": "inventory-status:lower",
    "poll-200-status-number": "inventory-status:number",
    "poll-200-status-bogus-schema": "inventory-status:unknown",
    "poll-200-date-iso": "inventory-createDate:iso",
    "poll-200-date-sql": "inventory-createDate:sql",
    "poll-200-date-epoch": "inventory-createDate:epoch",
    "poll-200-date-empty": "inventory-createDate:empty",
    "poll-200-date-nnbsp": f"set:{_POLL}=inventory.createDate=Nov 14, 2017, 10:20:57\u202fPM",
    "poll-200-request-object": "inventory-request:in-object",
    "poll-200-name-number": "inventory-name:number",
    "poll-200-name-object": "inventory-name:object",
    "poll-200-schema-missing-path": f'set:{_POLL}=schema={{"inventory.none":"org.zstack.ticket.entity.TicketStatus"}}',
    "poll-200-schema-inventory-null": "result-inventory:null",
    "poll-200-schema-list": f"set:{_POLL}=schema=[]",
    "poll-200-schema-null": f"set:{_POLL}=schema=null",
    "poll-301": f"first:1({_moved('create/success/polled', 301, '/zstack/v1/api-jobs/')})",
    "poll-302-loop": _moved("create/success/polled", 302, "/zstack/v1/api-jobs"),
    "poll-404-json": _says("create/result/polled", 404, _ERROR),
    "ctype-latin1": "header:*=content-type=application/json;charset=ISO-8859-1",
    "ctype-garbage": "content-type-garbage",
    "gzip-lie": "wire-gzip-lie:poll",
    "br": "header:create/success=content-encoding=br",
    "short-content-length": "wire-long-length:poll",
    "cl-too-small": "wire-short-length:poll",
    "status-line-garbage": "wire-garbage-status:poll",
}
_POSTS: dict[str, str] = {
    "post-200-empty-object": "direct-create+body:create/success=object",
    "post-200-inventory": "direct-create",
    "post-200-inventory-schema": "direct-create",
    "post-200-error": _says(_POST, 200, _ERROR),
    "post-200-location": "accepted:200",
    "post-200-text": "body:create/accepted=text+status:create/accepted=200",
    "post-200-empty": "body:create/accepted=empty+status:create/accepted=200",
    "post-201-location": "accepted:201",
    "post-201-inventory": "direct-create+status:create/success=201",
    "post-204": "accepted:204",
    "post-202-empty-object": "location:missing+drop:create/accepted=apiTimeout",
    "post-202-empty": "accepted-body:empty",
    "post-202-text": "accepted-body:text",
    "post-202-array": "accepted-body:array",
    "post-202-location-null": "location:null",
    "post-202-location-number": "location:number",
    "post-202-location-empty": "location:empty",
    "post-202-Location-case": "location:capital",
    "post-202-location-header-only": "location:in-header",
    "post-202-location-https": "location:https",
    "post-202-location-relative": "location:relative",
    "post-202-location-relative-noctx": "location:relative-without-context",
    "post-202-location-same-host-odd-path": "location:other-path",
    "post-202-location-other-uuid": "ignore-job-id",
    "post-202-location-no-slash-uuid": "location:without-id",
    "post-202-location-bad-url": "location:no-scheme",
    "post-202-and-error": "accepted:with-error",
    **{f"post-{code}-text": _says(_POST, code, "refused") for code in (401, 409, 415, 422, 429, 502, 504)},
    "post-400-error-json": _says(_POST, 400, _ERROR),
    "post-500-html": "body:create/accepted=html+status:create/accepted=500",
    "post-503-error-retry-after-0": _says(_POST, 503, _ERROR) + f"+header:{_POST}=retry-after=0",
    "post-408": _says(_POST, 408, "timeout"),
    "post-408-then-202": f"first:1({_says(_POST, 408, 'timeout')})",
    **{f"post-{code}": _moved(_POST, code, _OTHER) for code in (301, 302, 303, 307, 308)},
    "post-304": "body:create/accepted=empty+status:create/accepted=304",
    "async-poll-text": "body:create/success=text",
    "async-poll-503-text": "text:create/failure=it failed",
    "async-post-200": "direct-create",
    "async-post-503": _says(_POST, 503, _ERROR),
    "async-post-202-no-location": "location:missing",
}
_OTHERS: dict[str, str] = {
    "query-noschema": "query:no-schema",
    "query-schema-only-inventory": (
        'set:query/success=schema={"inventories[0]":"org.zstack.ticket.entity.TicketInventory"}'
    ),
    "query-schema-second-missing": (
        'set:query/success=schema={"inventories[0]":"org.zstack.ticket.entity.TicketInventory"}'
    ),
    "query-schema-beyond": ('set:query/success=schema={"inventories[3]":"org.zstack.ticket.entity.TicketInventory"}'),
    "query-inventories-null": "query:null-rows",
    "query-empty-object": "query:empty-object",
    "query-total-float": "query:total-float",
    "query-total-string": "query:total-text",
    "query-object": "query:rows-in-object",
    "query-bare-array": "query:bare-list",
    "query-202": _says("query/success", 202, '{"location":"/zstack/v1/api-jobs/x"}'),
    "query-200-error": "query:only-error",
    "query-204": "query:204",
    "query-date-epoch": "row-createDate:epoch",
    "query-date-epoch-noschema": "row-createDate:epoch+query:no-schema",
    **{f"{call}-200-direct": f"direct-{call}+body:{call}/success=object" for call in ("change", "update", "delete")},
    **{
        f"{call}-204": f"direct-{call}+body:{call}/success=empty+status:{call}/success=204"
        for call in ("change", "update", "delete")
    },
    "delete-poll-inventory": "delete:with-inventory",
    "login-401": "status:login/failure=401",
    "login-200-empty": "login:empty-object",
    "login-200-error": "login:only-error",
    "login-202": _says("login/success", 202, '{"location":"/zstack/v1/api-jobs/x"}'),
    "login-date-epoch": "login-date:epoch",
    "login-date-iso": "set:login/success=inventory.expiredDate=2026-11-14T22:20:57Z",
    "logout-204": "logout:204",
    "logout-empty": "body:logout/success=empty",
    "logout-202": "logout:202",
    "webhook-missing-success-header": "hook-without-success",
    "webhook-wrong-job": "hook-wrong-id",
    "webhook-never": "hook-never",
}

SDK: tuple[Fault, ...] = tuple(
    Fault(name=f"sdk:{name}", description=f"deviation of the Java SDK study: {name}", expression=text)
    for name, text in {**_POLLS, **_POSTS, **_OTHERS}.items()
)
"""Every deviating server of the SDK study."""

"""The healthy clouds: each a reading of the dossier that a conformance suite must pass."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Kind:
    """What one healthy cloud does where the dossier leaves a choice."""

    release: tuple[int, int] = (4, 8)
    direct: bool = False  # an async call answers at once
    bare: bool = False  # success is `{}`
    refusal: str = "late"  # late: REST texts, then the job's 503; json400: one JSON error, status 400
    media: str | None = None  # Content-Type of every answer
    charset_matters: bool = True  # no charset in the request means ISO-8859-1
    lenient: bool = True  # gson's reader
    coerce: bool = True  # gson's coercions
    chinese: bool = True
    cookie: bool = True
    reason: bool = False
    close: tuple[int, ...] = (400, 500, 503)
    http10: bool = False
    proxy: bool = False
    pretty: bool = False
    extra: bool = False
    last_first: bool = False  # key order reversed
    dates: str = "java8"
    codes: str = "zstack"
    trim: bool = True
    four_byte: bool = True
    empty_name: bool = True
    reopen: bool = True
    archive: bool = True
    second_delete: str = "success"  # or SYS.1003
    stubborn: str = ""  # refuses every create for its own reason
    minimal: bool = False
    location: str = ""  # another host
    job_delay: tuple[float, float] = (0.0, 0.0)
    poll_delay: float = 0.0
    session_uses: int = 0
    collation: bool = False  # MySQL's: case and trailing spaces do not count
    accents: bool = False  # nor do accents, nor the case of ids, as in utf8_general_ci
    astral_lost: bool = False  # a job with a character beyond U+FFFF is never saved, and neither is its ticket
    causes: str = ""  # errors of jobs have `causes: []`: raced (the first poll only) or present
    job_race: float = 0.0  # seconds between the look for a used job id and its saving
    container: bool = False  # the container's own pages: invalid UTF-8, and empty 500s once compiled
    histories: bool = True  # or `/v1/tickets/histories` is the path of a ticket with that uuid
    tag_uuids: bool = True  # or tagUuids is ignored as any unknown member
    keys_given: bool = False  # the suite has an access key, whatever the cloud makes of it
    limited: int = 0  # every n-th request is answered 429
    keeps_api_body: bool = True
    access_keys: bool = False
    code_points: bool = False  # lengths: an emoji counts one
    statuses: bool = False  # refusals by kind: 401, 404, 409, 422
    latency: float = 0.0
    options: tuple[str, ...] = ()
    one_session: bool = False  # a new log-in ends the account's older sessions
    virtual: bool = False  # the suite logs in as a virtual ID, and to a project
    profile: str = "deployed"  # what the suite is told
    cast: str = ""  # whom the context file names
    consent: bool = False  # it allows approvals
    flows_named: bool = True  # it names the flow collections of both projects
    contexts_named: bool = True  # it names the project and the virtual ID of each user
    steps: int = 0  # of rocket's flow; the last one is the administrator's, without any a virtual ID approves
    sight: str = "owner"  # or project: all of a project see its tickets
    approver_sees: str = "current"  # or any: tickets of his flows at whatever step
    foreign: str = "resource"  # how a stranger is refused: resource, default, operator, named, unknown
    foreign_get: str = "empty"  # GET of a foreign path: empty as of an unknown one, or denied
    foreign_delete: str = "refused"  # or success, as for a missing one
    status_first: bool = False  # the status is looked at before the operator
    operators: str = "strict"  # loose: owner, approver and administrator do each other's part
    context: str = "free"  # accountSystemContext: free, checked against the session, or it names the owner
    flows_shown: str = "all"  # or project: flow collections of others are left out
    final: str = "done"  # a final approval: done, refused as its requests fail, or back: FinalApproved, then Rejected


REAL = Kind()
GATE = Kind(
    direct=True,
    bare=True,
    refusal="json400",
    media="application/json;charset=UTF-8",
    charset_matters=False,
    lenient=False,
    coerce=False,
    chinese=False,
    cookie=False,
    reason=True,
    close=(),
    trim=False,
    second_delete="SYS.1003",
    profile="documented",
)
CAST = replace(REAL, consent=True)  # several people, the rest as in a real one

KINDS: dict[str, Kind] = {
    "real": REAL,
    "band30": replace(REAL, release=(3, 0), second_delete="SYS.1003"),
    "band36": replace(REAL, release=(3, 6)),
    "band41": replace(REAL, release=(4, 1)),
    "band45": replace(REAL, release=(4, 5), chinese=False),
    "band46": replace(REAL, release=(4, 6), dates="java9"),
    "band54": replace(REAL, release=(5, 4), limited=97, dates="java20", chinese=False),
    "direct-inventory": replace(GATE, bare=False, profile="deployed"),
    "direct-empty": GATE,
    "documented-jobs": replace(GATE, direct=False),
    "direct-own-codes": replace(GATE, codes="own"),
    "jobs-own-codes": replace(GATE, codes="own", direct=False),
    "no-flow": replace(REAL, stubborn="no matched ticket flow collection or no default ticket flow collection found"),
    "no-flow-direct": replace(GATE, stubborn="no flow collection"),
    "three-byte": replace(REAL, four_byte=False, chinese=False),
    "trims": replace(GATE, bare=False, trim=True, profile="deployed"),
    "no-trim": replace(REAL, trim=False),
    "jitter": replace(REAL, job_delay=(0.05, 0.3)),
    "slow-polls": replace(REAL, poll_delay=0.08),
    "hard-delete": replace(REAL, archive=False, second_delete="SYS.1003"),
    "no-reopen": replace(REAL, reopen=False, empty_name=False),
    "minimal": replace(REAL, minimal=True),
    "minimal-direct": replace(GATE, minimal=True),
    "proxy": replace(REAL, proxy=True, close=()),
    "proxy-direct": replace(GATE, proxy=True, bare=False, profile="deployed"),
    "iso-dates": replace(REAL, dates="iso"),
    "pretty": replace(REAL, pretty=True, extra=True, last_first=True, media="application/json"),
    "own-codes": replace(REAL, codes="service"),
    "elsewhere": replace(REAL, location="https://10.99.0.1:9443", cookie=False),
    "http10": replace(REAL, http10=True),
    "short-sessions": replace(REAL, session_uses=200),
    "collation": replace(REAL, collation=True),
    "drops-body": replace(REAL, keeps_api_body=False),
    "code-points": replace(REAL, code_points=True),
    "statuses": replace(GATE, bare=False, statuses=True, profile="deployed"),
    "statuses-empty": replace(GATE, statuses=True),
    "one-session": replace(REAL, one_session=True),
    "latency": replace(REAL, latency=0.02),
    "far": replace(REAL, latency=0.15, job_delay=(1.0, 1.0)),
    "few-tickets": replace(REAL, job_delay=(0.05, 0.1), options=("--zstack-max-alive=50", "--zstack-concurrency=16")),
    "virtual-id": replace(REAL, virtual=True),
    "keys": replace(REAL, access_keys=True),
    "keys-absent": replace(REAL, keys_given=True),
    "astral-lost": replace(REAL, four_byte=False, astral_lost=True),
    "causes-raced": replace(REAL, causes="raced", chinese=False),
    "causes-present": replace(REAL, causes="present"),
    "accents": replace(REAL, collation=True, accents=True),
    "job-race": replace(REAL, job_race=0.15),
    "container": replace(REAL, container=True),
    "no-histories": replace(REAL, histories=False),
    "no-histories-direct": replace(GATE, histories=False, bare=False, profile="deployed"),
    "no-tags": replace(GATE, direct=False, bare=False, tag_uuids=False, profile="deployed"),
    "measured": replace(
        REAL,
        release=(5, 2),
        four_byte=False,
        astral_lost=True,
        causes="raced",
        collation=True,
        accents=True,
        job_race=0.15,
        container=True,
        keys_given=True,
    ),
    "people-no-histories": replace(CAST, cast="us", steps=2, histories=False),
    "people": replace(CAST, cast="us", steps=2),
    "people-admin": replace(CAST, cast="admin-both", steps=1),
    "people-stranger": replace(REAL, cast="alone", flows_named=False),
    "people-stranger-flow": replace(REAL, cast="alone"),
    "people-no-approver": replace(REAL, cast="no-approver", steps=2, chinese=False),
    "people-accounts": replace(CAST, cast="accounts", foreign="default"),
    "people-project": replace(CAST, cast="us", steps=3, sight="project", foreign="default", approver_sees="any"),
    "people-unknown": replace(CAST, cast="us", foreign="unknown", foreign_delete="success", chinese=False),
    "people-named": replace(CAST, cast="us", foreign="named", second_delete="SYS.1003", reopen=False),
    "people-operator": replace(CAST, cast="us-admin", steps=1, foreign="operator", status_first=True),
    "people-loose": replace(CAST, cast="admin", steps=2, operators="loose", foreign="default"),
    "people-context": replace(CAST, cast="us", steps=2, context="owner"),
    "people-context-admin": replace(CAST, cast="admin", steps=2, context="owner", operators="loose"),
    "people-context-strict": replace(CAST, cast="admin", steps=2, context="owner"),
    "people-checked": replace(CAST, cast="us", steps=2, context="checked", flows_shown="project"),
    "people-checked-unnamed": replace(CAST, cast="us", steps=2, context="checked", contexts_named=False),
    "people-default-flow": replace(CAST, cast="admin-both", flows_named=False, approver_sees="any"),
    "people-fail": replace(CAST, cast="us-admin", steps=1, final="refused"),
    "people-back": replace(CAST, cast="us-admin", steps=1, final="back"),
    "people-band30": replace(CAST, cast="us", steps=2, release=(3, 0), second_delete="SYS.1003"),
    "people-band54": replace(CAST, cast="us", steps=2, release=(5, 4), dates="java20", chinese=False),
    "people-jitter": replace(CAST, cast="us", steps=2, job_delay=(0.01, 0.06)),
    "people-hard-delete": replace(CAST, cast="us", archive=False, second_delete="SYS.1003", foreign="unknown"),
    "people-one-session": replace(CAST, cast="us", steps=2, one_session=True, session_uses=200),
    "people-direct": replace(GATE, bare=False, profile="deployed", cast="us", steps=2, consent=True),
    "people-statuses": replace(
        GATE, bare=False, statuses=True, profile="deployed", cast="us", steps=2, consent=True, foreign_get="denied"
    ),
    "people-page": replace(GATE, cast="us", steps=2, consent=True, foreign="unknown"),
    "people-get-denied": replace(CAST, cast="us", steps=2, foreign_get="denied"),
    "people-own-codes": replace(GATE, direct=False, codes="own", cast="us", steps=2, foreign="default"),
}

"""Evidence held to what a witness saw: pseudonyms on one side, secrets on the other, and each kind of difference."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pytest_zstack_ticket.certify.witness_comparison import Comparison, compared
from pytest_zstack_ticket.certify.witness_record import WitnessRecord
from pytest_zstack_ticket.certify.witnessed import Witnessed
from pytest_zstack_ticket.model.exchange import (
    ANSWERED_AGAIN,
    NOT_TOLD_TO_GO_ON,
    Exchange,
    Failure,
    FailureKind,
    Headers,
    Request,
    Response,
)
from pytest_zstack_ticket.redaction.redactor import Redactor
from pytest_zstack_ticket.transport.disconnect import CUT
from pytest_zstack_ticket.witness.conversation import Overheard
from pytest_zstack_ticket.witness.recording import Recording

BEGAN = 1_800_000_000.0
ONE, TWO = "1f" * 16, "2e" * 16
JSON = (("Content-Type", "application/json"),)


def oauth(session: str) -> Headers:
    return (("Authorization", f"OAuth {session}"),)


def log_in(session: str) -> tuple[Request, Response]:
    body = b'{"logInByAccount":{"accountName":"admin","password":"%b"}}' % (b"ab" * 64)
    answer = Response(
        status=200, headers=(("content-type", "a/b"),), body=f'{{"inventory":{{"uuid":"{session}"}}}}'.encode()
    )
    return Request(method="PUT", path="/v1/accounts/login", headers=JSON, body=body), answer


def get(path: str, session: str, body: bytes = b"{}") -> tuple[Request, Response]:
    return Request(method="GET", path=path, headers=oauth(session)), Response(status=200, body=body)


HONEST = (
    log_in(ONE),
    log_in(TWO),
    get("/v1/tickets?a=1", ONE),
    get("/v1/tickets?a=2", TWO, f'{{"mine":"{TWO}","other":"{ONE}"}}'.encode()),
    get("/v1/tickets?same", ONE),
    get("/v1/tickets?same", TWO),
    (Request(method="DELETE", path=f"/v1/accounts/sessions/{ONE}"), Response(status=200, body=b"{}")),
)


class Case:
    """What passed, as the evidence has it and as the witness has it, one exchange a second."""

    def __init__(self) -> None:
        redactor, recording = Redactor(b"k"), Recording()
        self.salt = recording.salt
        self.evidence: list[Exchange] = []
        self.lines: list[Witnessed] = []
        for number, (request, answer) in enumerate(HONEST, start=1):
            at = BEGAN + number
            raw = Exchange(id=f"m-{number:06}", request=request, answer=answer, started=at, elapsed=0.1)
            self.evidence.append(redactor.exchange(raw))
            sent = replace(request, path=f"/zstack{request.path}", headers=(("host", "cloud"), *request.headers))
            overheard = Overheard(started=at, request=sent, answer=answer, ended=at + 0.1)
            recording.learn(overheard)
            self.lines.append(recording.line(overheard))

    def come_to(self, *, shift: float = 0.0, since: float = BEGAN, until: float = BEGAN + 60) -> Comparison:
        """Compare; the witness's clock is `shift` seconds ahead."""
        record = WitnessRecord(
            exchanges=tuple(replace(one, at=one.at + shift) for one in self.lines),
            since=BEGAN - 5 + shift,
            until=BEGAN + 65 + shift,
            target="http://cloud",
            root="",
            keyid="",
            salt=self.salt,
        )
        times = {"started": since, "ended": until}
        run = {name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in times.items()}
        report = {"run": run, "target": {"url": "http://cloud/zstack"}}
        return compared(report, lambda: iter(self.evidence), record)

    def fail(self, place: int, kind: FailureKind, *, detail: str = "", elapsed: float = 60.0) -> None:
        """Let the evidence have no answer to a request."""
        failure = Failure(kind=kind, detail=detail)
        self.evidence[place] = replace(self.evidence[place], answer=failure, elapsed=elapsed)

    def end(self, place: int, **changed: object) -> None:
        """Let the witness have no whole answer to a request."""
        self.lines[place] = replace(self.lines[place], **{"answer": "", "end": "client", **changed})  # type: ignore[arg-type] # as named


@pytest.mark.parametrize("shift", [0.0, 3.0, -500.0, 500.0])
def test_an_honest_run_is_seen_whole_whatever_the_clocks_say(shift: float):
    found = Case().come_to(shift=shift)
    assert (found.seen, found.exchanges, found.rejections) == (len(HONEST), len(HONEST), [])


def test_clocks_that_are_far_apart_or_a_record_that_ends_before_the_run_are_of_another_time():
    assert set(Case().come_to(shift=5000.0).found) == {"other-time"}
    assert set(Case().come_to(until=BEGAN + 100).found) == {"other-time"}
    assert set(Case().come_to(since=BEGAN - 100).found) == {"other-time"}


def test_an_exchange_at_another_time_than_the_others_is_named():
    case = Case()
    case.evidence[2] = replace(case.evidence[2], started=BEGAN + 300)
    assert case.come_to().found == {"times": ["m-000003 GET /v1/tickets?a=1"]}


def test_a_request_of_another_session_is_named_also_where_another_looks_the_same():
    case = Case()
    other = case.evidence[3].request.headers
    case.evidence[2] = replace(case.evidence[2], request=replace(case.evidence[2].request, headers=other))
    assert "session" in case.come_to().found
    case = Case()
    case.evidence[4] = replace(case.evidence[4], request=case.evidence[5].request)
    assert case.come_to().found == {"session": ["m-000005 GET /v1/tickets?same"]}


@pytest.mark.parametrize("place", range(len(HONEST)))
def test_what_is_left_out_added_or_changed_is_named(place: int):
    case = Case()
    del case.evidence[place]
    # without a log-in, nobody knows the pseudonym of its session where it stands in answers
    assert set(case.come_to().found) == ({"missing", "differs"} if place == 0 else {"missing"})
    case = Case()
    case.evidence.append(replace(case.evidence[place], id="m-000099"))
    assert set(case.come_to().found) == {"unseen"}
    case = Case()
    answer = case.evidence[place].answer
    assert isinstance(answer, Response)
    case.evidence[place] = replace(case.evidence[place], answer=replace(answer, status=299))
    assert set(case.come_to().found) == {"differs"}


def test_a_leak_that_the_evidence_does_not_report_is_named():
    case = Case()
    assert case.evidence[3].leaks == ("session",)
    case.evidence[3] = replace(case.evidence[3], leaks=())
    assert case.come_to().found == {"leaks": ["m-000004 GET /v1/tickets?a=2"]}


@pytest.mark.parametrize("there", [b"0" * 20, b"x" * 20, b"*" * 20], ids=["digits", "letters", "stars"])
def test_a_target_cannot_answer_what_hides_a_secret_for_the_evidence_to_fill_in(there: bytes):
    """The vendor claims that a cookie is the text that the target should have answered."""
    case, recording = Case(), Recording()
    request, claimed = HONEST[6][0], "the-name-as-was-sent"
    passed = Response(status=200, headers=(("set-cookie", f"a={'c' * 20}"),), body=there)
    overheard = Overheard(started=BEGAN + 7, request=replace(request, path=f"/zstack{request.path}"), answer=passed)
    case.lines[6] = replace(recording.line(overheard), number=7)
    case.salt = recording.salt
    case.evidence = case.evidence[6:]
    case.lines = case.lines[6:]
    answer = Response(status=200, headers=(("set-cookie", f"a={claimed}"),), body=claimed.encode())
    case.evidence[0] = replace(case.evidence[0], answer=answer, leaks=("cookie",))
    assert set(case.come_to().found) == {"differs"}
    same = replace(answer, body=there)
    case.evidence[0] = replace(case.evidence[0], answer=same)
    assert set(case.come_to().found) == set()


FAILURES = {
    "the connection ended": ("reset", {}, {"end": "target"}),
    "it took long": ("timeout", {}, {"end": "complete", "answer": "a" * 64, "elapsed": 61.0}),
    "too large": ("too-large", {}, {"end": "complete", "answer": "a" * 64, "size": 1 << 20}),
    "no HTTP": ("protocol", {}, {"end": "unreadable"}),
    "a gateway": ("gateway", {}, {"end": "complete", "answer": "a" * 64, "status": 502}),
    "we cut it": ("reset", {"detail": CUT}, {"end": "complete", "answer": "a" * 64}),
    "it was answered twice": ("protocol", {"detail": ANSWERED_AGAIN}, {"end": "complete", "answer": "a" * 64}),
    "it was answered late": ("protocol", {"detail": NOT_TOLD_TO_GO_ON}, {"end": "complete", "answer": "a" * 64}),
}


@pytest.mark.parametrize(("kind", "claimed", "seen"), FAILURES.values(), ids=FAILURES)
def test_a_request_without_an_answer_needs_a_reason_that_the_witness_knows(
    kind: FailureKind, claimed: dict, seen: dict
):
    case = Case()
    case.fail(2, kind, **claimed)
    case.end(2, **seen)
    assert case.come_to().rejections == []


@pytest.mark.parametrize("kind", ["reset", "timeout", "too-large", "protocol", "gateway"])
def test_an_answer_that_the_witness_saw_cannot_be_claimed_to_have_failed(kind: FailureKind):
    for elapsed in (0.0, 0.1, 60.0):
        case = Case()
        case.fail(2, kind, elapsed=elapsed)
        assert set(case.come_to().found) == {"differs"}


def test_a_request_that_failed_before_it_reached_the_witness_is_counted_unless_it_was_cut():
    case = Case()
    case.fail(2, "reset")
    del case.lines[2]
    found = case.come_to()
    assert (found.rejections, found.unanswered) == ([], 1)
    case.fail(2, "reset", detail=CUT)
    assert set(case.come_to().found) == {"unseen"}


def test_tries_that_were_repeated_signs_of_life_and_other_times_are_no_part_of_the_evidence():
    case = Case()
    busy = replace(case.lines[2], number=90, answer="b" * 64, status=429)
    probe = replace(
        case.lines[2], number=91, method="PUT", path="/zstack/v1/management-nodes/actions", request="c" * 64
    )
    earlier = replace(case.lines[2], number=92, request="d" * 64, who=0, at=BEGAN - 3)
    case.lines += [busy, probe, earlier]
    found = case.come_to()
    assert (found.rejections, found.repeated, found.probes, found.beside) == ([], 1, 1, 1)


@pytest.mark.parametrize("shift", [0.0, 500.0])
def test_the_same_request_of_an_earlier_run_is_not_taken_for_that_of_this_one(shift: float):
    case = Case()
    case.lines.append(replace(case.lines[6], number=90, at=BEGAN - 300))
    found = case.come_to(shift=shift)
    assert (found.rejections, found.beside) == ([], 1)


@pytest.mark.parametrize(
    "more",
    [
        {"status": 503},
        {"status": 429, "request": "d" * 64},
        {"status": 200, "request": "d" * 64, "at": BEGAN - 3},
        {"status": 200, "request": "d" * 64, "who": 0},
    ],
    ids=["a refusal", "another request", "a session of the run before it", "without a session"],
)
def test_nothing_else_that_the_witness_saw_may_be_left_out(more: dict):
    case = Case()
    case.lines.append(replace(case.lines[2], number=90, answer="b" * 64, **more))
    assert set(case.come_to().found) == {"missing"}


def test_a_webhook_goes_past_the_witness_and_nothing_else_passes_for_one():
    case = Case()
    request = Request(method="POST", path="/hook/abc", body=b"{}")
    hook = Exchange(id="m-hook-000001", request=request, answer=Response(status=200), started=BEGAN + 3)
    case.evidence.append(hook)
    found = case.come_to()
    assert (found.rejections, found.hooks) == ([], 1)
    for other in (
        replace(hook, id="m-000098"),
        replace(hook, request=replace(request, path="/v1/tickets")),
        replace(hook, answer=Response(status=200, body=b"{}")),
        replace(hook, answer=Response(status=202)),
    ):
        case.evidence[-1] = other
        assert set(case.come_to().found) == {"unseen"}

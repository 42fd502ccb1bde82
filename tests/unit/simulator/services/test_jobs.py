from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.services import jobs
from tests.support.simulator_endpoint import Endpoint, body, code
from tests.support.simulator_probe import Caller, job_of, message


def test_a_job_waits_until_its_time_and_can_be_read_any_number_of_times() -> None:
    endpoint = Endpoint("embedded?latency=1")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()})
    assert list(body(answer)) == ["apiTimeout", "location"]
    assert body(answer)["location"].startswith("http://127.0.0.1:8080/zstack/v1/api-jobs/")
    waiting = endpoint.finish(answer)
    assert (waiting.status, waiting.body) == (202, b"{}")
    assert endpoint.rows("name=a ticket") == []
    endpoint.now += 1
    first, second = endpoint.finish(answer), endpoint.finish(answer)
    assert (first.status, first.body) == (200, second.body)
    assert len(endpoint.rows("name=a ticket")) == 1


def test_before_4_1_there_is_no_apiTimeout() -> None:  # noqa: N802
    answer = Endpoint("embedded:deployed@3.6").send("POST", "/v1/tickets", {"params": message()})
    assert list(body(answer)) == ["location"]


def test_the_job_has_the_id_that_was_wished_for() -> None:
    answer = Endpoint().send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="j" * 32)
    assert job_of(answer) == "j" * 32


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_a_job_can_only_be_read(method: str) -> None:
    answer = Endpoint().send(method, "/v1/api-jobs/x")
    assert (answer.status, answer.body) == (405, b"only GET method is allowed for querying job status")


def test_an_unknown_job_is_said_to_have_expired() -> None:
    answer = Endpoint().handle(Caller().send("GET", "/v1/api-jobs/any%20text"))
    assert (answer.status, answer.body) == (404, b"the job has been expired")


def test_a_used_id_is_refused_from_4_5_on_and_carried_out_twice_before() -> None:
    new = Endpoint()
    for status in (202, 400):
        answer = new.send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="j" * 32)
        assert answer.status == status
    assert answer.body == b"Duplicate job uuid[" + b"j" * 32 + b"]"
    assert new.query().status == 200
    assert len(new.rows("name=a ticket")) == 1
    old = Endpoint("embedded:deployed@4.1")
    for name in ("a", "b"):
        answer = old.send("POST", "/v1/tickets", {"params": message(name=name)}, X_Job_UUID="j" * 32)
        assert answer.status == 202
    assert body(old.finish(answer))["inventory"]["name"] == "a"
    assert len(old.rows("status=Pending", "name?=a,b")) == 2


def test_done_jobs_are_purged_by_a_scan_long_after_their_request() -> None:
    endpoint = Endpoint()
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()})
    endpoint.finish(answer)
    endpoint.now += jobs.EXPIRES_AFTER - 60
    assert endpoint.finish(answer).status == 200
    endpoint.now += jobs.SCAN_EVERY
    assert endpoint.finish(answer).status == 404


def test_a_job_that_waits_is_never_purged() -> None:
    endpoint = Endpoint("embedded?latency=100000")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()})
    endpoint.now += jobs.EXPIRES_AFTER + jobs.SCAN_EVERY
    assert endpoint.finish(answer).status == 202


def test_only_so_many_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "KEPT", 5)
    endpoint = Endpoint()
    answers = [endpoint.send("POST", "/v1/tickets", {"params": message()}) for _ in range(12)]
    assert endpoint.finish(answers[0]).status == 404
    assert endpoint.finish(answers[-1]).status == 200
    assert len(endpoint.engine.jobs.rows) <= 6


def test_waiting_jobs_are_kept_whatever_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "KEPT", 1)
    endpoint = Endpoint("embedded?latency=100")
    answers = [endpoint.send("POST", "/v1/tickets", {"params": message()}) for _ in range(5)]
    assert {endpoint.finish(answer).status for answer in answers} == {202}


def test_the_result_names_its_classes_only_if_asked() -> None:
    endpoint = Endpoint()
    accepted = endpoint.send("POST", "/v1/tickets", {"params": message()}, X_JSON_Schema="true")
    assert list(body(endpoint.finish(accepted))) == ["inventory"]
    answer = endpoint.finish(accepted, X_JSON_Schema="false")
    assert list(body(answer)) == ["schema", "inventory"]
    assert body(answer)["schema"]["inventory.request[0]"] == "org.zstack.ticket.entity.TicketRequest"
    uuid = body(answer)["inventory"]["uuid"]
    answer = endpoint.finish(endpoint.send("DELETE", f"/v1/tickets/{uuid}", X_JSON_Schema="true"))
    assert answer.body == b"{}"
    answer = endpoint.send("PUT", "/v1/management-nodes/actions", {"getVersion": {}}, X_JSON_Schema="true")
    assert body(answer)["schema"] == {}


def test_a_failed_job_closes_the_connection_and_shows_all_fields_of_an_error() -> None:
    endpoint = Endpoint("embedded?choice=causes:absent")
    answer = endpoint.create(name="<" * 256)
    assert (answer.status, answer.header("connection")) == (503, "close")
    assert list(body(answer)["error"]) == ["code", "description", "details", "cost"]
    assert b"\\u003c\\u003d 255" in answer.body
    modern = Endpoint("embedded:deployed@after-5.3").create(name="")
    assert modern.status == 200
    modern = Endpoint("embedded:deployed@after-5.3").create(name=...)
    assert set(body(modern)["error"]) >= {"retryable", "httpStatus", "message"}
    old = Endpoint("embedded:deployed@3.2?choice=causes:absent").create(name=...)
    assert list(body(old)["error"]) == ["code", "description", "details"]


def test_a_dead_session_is_elaborated() -> None:
    endpoint = Endpoint(name="")
    endpoint.token = "x"
    error = body(endpoint.query())["error"]
    assert list(error) == ["code", "description", "details", "elaboration", "messages", "cost"]
    assert error["messages"]["message_en"] == "Session expired or wrong session ID."
    old = Endpoint("embedded:deployed@3.2", name="")
    old.token = "x"
    assert list(body(old.query())["error"]) == ["code", "description", "details", "elaboration"]
    assert code(old.query()) == "ID.1001"


def test_details_are_cut_like_those_of_the_target() -> None:
    answer = Endpoint().create(accountSystemType="x" * 5000)
    text = body(answer)["error"]["details"]
    assert (len(text), text[-3:]) == (4096, "...")


def test_a_web_hook_gets_what_a_poll_would_show() -> None:
    endpoint = Endpoint("embedded?choice=causes:absent")
    hook = "http://127.0.0.1:1/hook"
    answers = [
        endpoint.send("POST", "/v1/tickets", {"params": params}, X_Web_Hook=hook, X_Job_UUID=job * 32)
        for params, job in ((message(), "a"), (message(name=...), "b"))
    ]
    assert endpoint.engine.next_delivery() is not None
    polls = [endpoint.finish(answer) for answer in answers]
    deliveries = endpoint.engine.take_deliveries()
    assert endpoint.engine.next_delivery() is None
    assert endpoint.engine.take_deliveries() == ()
    assert [one.body for one in deliveries] == [poll.body for poll in polls]
    assert [dict(one.headers)["X-Job-Success"] for one in deliveries] == ["true", "false"]
    assert [dict(one.headers)["X-Job-UUID"] for one in deliveries] == ["a" * 32, "b" * 32]
    assert {(one.url, one.attempts) for one in deliveries} == {(hook, 15)}


def test_a_web_hook_that_is_no_url_is_dropped_and_the_job_still_works() -> None:
    endpoint = Endpoint()
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()}, X_Web_Hook="nonsense")
    assert endpoint.finish(answer).status == 200
    assert endpoint.engine.take_deliveries() == ()


def test_an_advertised_address_stands_in_the_location() -> None:
    endpoint = Endpoint(SimulatorOptions(advertised="http://10.0.0.1:8080/zstack"))
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()})
    assert body(answer)["location"].startswith("http://10.0.0.1:8080/zstack/v1/api-jobs/")


def test_a_held_job_is_running_at_its_first_poll_however_late() -> None:
    endpoint = Endpoint()
    endpoint.engine.jobs.held_every = 2
    answers = [endpoint.send("POST", "/v1/tickets", {"params": message()}) for _ in range(2)]
    assert [endpoint.finish(one).status for one in answers] == [200, 202]
    assert [endpoint.finish(one).status for one in answers] == [200, 200]

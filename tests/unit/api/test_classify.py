import pytest

from pytest_zstack_ticket.api.classify import classify, job_id, segment
from pytest_zstack_ticket.api.foreign_answers import looks_like_page
from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Refused, Unanswered, Unfinished
from pytest_zstack_ticket.model.profile import Release
from tests.support.builders import JOB, LOCATION, answered, error, failed, inventory, job, profile

DEPLOYED, DOCUMENTED = profile(), profile("documented")
OLD = profile(newest=Release(3, 1))


def reasons(outcome):
    assert isinstance(outcome, Malformed), outcome
    return [reason.key for reason in outcome.reasons]


def test_an_empty_object_is_accepted_directly_and_from_a_job():
    assert classify([answered(200, {})], DEPLOYED) == Accepted(result={}, inventory=None, direct=True)
    assert classify(job(200, {}), DEPLOYED) == Accepted(result={}, inventory=None, direct=False)


def test_an_inventory_is_accepted_with_extra_fields():
    outcome = classify(job(200, inventory(extra=1) | {"more": 2}), DEPLOYED)
    assert isinstance(outcome, Accepted)
    assert outcome.inventory["extra"] == 1


def test_a_null_error_beside_a_success_is_harmless():
    assert isinstance(classify([answered(200, {"error": None})], DEPLOYED), Accepted)


@pytest.mark.parametrize(
    ("status", "body", "key", "leaning"),
    [
        (200, b"[]", "not-an-object", "neither"),
        (200, b"null", "not-an-object", "neither"),
        (200, b"success", "not-json", "neither"),
        (200, b"{}xyz", "not-json", "neither"),
        (200, b'{"a":1,"a":2}', "not-json", "neither"),
        (200, b'{"a":NaN}', "not-json", "neither"),
        (200, b'{"a":"\xff"}', "not-json", "neither"),
        (200, b"[" * 100_000, "not-json", "neither"),
        (200, b"", "empty-body", "accepted"),
        (200, error(), "error-under-success", "neither"),
        (200, {"uuid": "x", "name": "y"}, "stray-result", "neither"),
        (200, {"inventories": []}, "stray-result", "neither"),
        (200, {"params": {}}, "stray-result", "neither"),
        (200, {"inventory": {"uuid": 5}}, "schema-defect", "accepted"),
        (200, {"inventory": None}, "schema-defect", "accepted"),
        (201, {}, "status-no-success", "accepted"),
        (204, b"", "status-no-success", "accepted"),
        (302, b"", "status-no-success", "neither"),
        (202, {}, "no-location", "neither"),
        (202, {"location": 5}, "no-location", "neither"),
        (202, {"location": ""}, "no-location", "neither"),
        (202, {"location": "http://h/v1/api-jobs/"}, "no-location", "neither"),
        (202, b"later", "no-location", "neither"),
        (503, {}, "no-error-object", "refused"),
        (503, {"error": None}, "no-error-object", "refused"),
        (503, {"error": "text"}, "no-error-object", "refused"),
        (503, [], "not-an-object", "refused"),
        (503, error(code=5), "schema-defect", "refused"),
        (503, error(code=""), "schema-defect", "refused"),
        (503, error(code="oops"), "schema-defect", "refused"),
        (503, error(cause={"code": "SYS.1000"}), "schema-defect", "refused"),
        (400, {"message": "bad"}, "no-error-object", "refused"),
        (500, {"timestamp": 1, "error": "Internal"}, "no-error-object", "refused"),
    ],
)
def test_other_answers_are_malformed(status, body, key, leaning):
    outcome = classify([answered(status, body)], DEPLOYED)
    assert reasons(outcome)[0] == key
    assert outcome.leaning == leaning


def test_an_empty_body_is_a_success_before_3_2():
    assert isinstance(classify([answered(200, b"")], OLD), Accepted)


def test_an_empty_body_is_a_success_where_pending_polls_are_empty_too():
    start, pending, end = job(200, b"")
    assert reasons(classify([start, pending, end], DEPLOYED)) == ["empty-body"]
    empty = answered(202, b"", method="GET")
    assert isinstance(classify([start, empty, end], DEPLOYED), Accepted)


@pytest.mark.parametrize("call", ["delete", "logout"])
def test_an_empty_body_is_a_success_of_calls_without_result(call):
    assert isinstance(classify([answered(200, b"")], DEPLOYED, call=call), Accepted)


@pytest.mark.parametrize(
    ("status", "body", "form"),
    [
        (400, b"missing header 'Authorization'", "text"),
        (500, b"", "empty"),
        (404, b"<!DOCTYPE html><title>HTTP Status 404</title>", "page"),
    ],
)
def test_the_rest_layer_refuses_in_forms_of_its_own(status, body, form):
    outcome = classify([answered(status, body)], DEPLOYED)
    assert isinstance(outcome, Refused)
    assert (outcome.form, outcome.status, outcome.direct) == (form, status, True)


@pytest.mark.parametrize(
    ("body", "key"), [(b"text", "text-failure"), (b"", "empty-failure"), (b"<html>HTTP Status 400", "page-failure")]
)
def test_the_documented_profile_wants_structured_refusals(body, key):
    assert reasons(classify([answered(400, body)], DOCUMENTED)) == [key]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 413, 414, 500])
@pytest.mark.parametrize("profile", [DEPLOYED, DOCUMENTED])
def test_a_page_that_is_not_the_containers_is_of_something_in_front(status, profile):
    outcome = classify([answered(status, b"<html><center><h1>Error</h1></center><hr>nginx</html>")], profile)
    assert isinstance(outcome, Unanswered)
    assert outcome.failure.kind == "gateway"
    own = classify([answered(status, b"<!doctype html><title>HTTP Status %d</title>" % status)], profile)
    assert not isinstance(own, Unanswered)


def test_a_structured_refusal_keeps_its_error():
    outcome = classify(job(503, error(details="field[name] is mandatory")), DEPLOYED)
    assert isinstance(outcome, Refused)
    assert outcome.code == "SYS.1007"
    assert "field[name]" in outcome.details
    assert not outcome.direct


def test_a_job_that_ends_in_text_is_malformed():
    assert reasons(classify(job(404, b"the job has been expired"), DEPLOYED)) == ["text-failure"]


def test_the_documented_profile_wants_exactly_the_empty_object():
    assert isinstance(classify([answered(200, {})], DOCUMENTED), Accepted)
    outcome = classify([answered(200, inventory())], DOCUMENTED)
    assert reasons(outcome) == ["not-exactly-empty"]
    assert outcome.leaning == "accepted"


@pytest.mark.parametrize(("status", "body"), [(502, b"<html>"), (504, b""), (503, b"<html>"), (503, b"busy")])
def test_a_gateway_is_not_the_api(status, body):
    outcome = classify([answered(status, body)], DEPLOYED)
    assert isinstance(outcome, Unanswered)
    assert outcome.failure.kind == "gateway"


def test_no_answer_is_unanswered():
    assert classify([failed()], DEPLOYED) == Unanswered(failure=failed().answer, first=True)
    assert classify([*job()[:1], failed()], DEPLOYED) == Unanswered(failure=failed().answer, first=False)
    assert isinstance(classify([], DEPLOYED), Unanswered)


def test_a_job_that_runs_on_is_unfinished():
    outcome = classify(job()[:2], DEPLOYED)
    assert isinstance(outcome, Unfinished)
    assert outcome.promised == 1800.0
    assert isinstance(classify(job()[:1], DEPLOYED), Unfinished)
    assert classify(job(apiTimeout=True)[:1], DEPLOYED).promised is None


def test_a_query_is_never_a_job():
    assert reasons(classify([answered(202, {"location": LOCATION})], DEPLOYED, call="query")) == ["status-no-success"]
    assert isinstance(classify([answered(200, {"inventories": []})], DEPLOYED, call="query"), Accepted)
    assert reasons(classify([answered(200, {})], DEPLOYED, call="query")) == ["schema-defect"]


def test_a_job_id_is_the_last_segment_alone():
    assert segment("https://elsewhere:1/x/v1/api-jobs/abc?x=/y#/z") == "abc"
    assert job_id(job()) == JOB
    assert job_id([failed()]) == ""
    assert job_id([answered(202, b"x")]) == ""


def test_a_page_is_known_by_its_head():
    assert looks_like_page(b"\xef\xbb\xbf\n<!DOCTYPE HTML>")
    assert not looks_like_page(b"java.lang.String cannot be cast")

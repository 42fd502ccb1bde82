"""What a cap of the run kept back is in the evidence, and is no request."""

from pytest_zstack_ticket.certify.plausibility import was_sent
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response

REQUEST = Request(method="POST", path="/v1/tickets")


def test_only_what_was_kept_back_is_not_counted():
    stopped = Failure(kind="stopped", detail="the cap is reached", sent=False)
    lost = Failure(kind="timeout", detail="no answer", sent=True)
    found = [was_sent(Exchange(id="m-1", request=REQUEST, answer=one)) for one in (stopped, lost, Response(status=202))]
    assert found == [False, True, True]

"""Sessions that a run opened are known until they are logged out, whoever asked for them."""

import json
from dataclasses import replace

from pytest_zstack_ticket.api.auth import login_request, logout_request, project_request
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.model.settings import Session
from pytest_zstack_ticket.transport.open_sessions import OpenSessions


class Target:
    """Opens a session `s1`, `s2` and so on for each log-in, while it is up."""

    def __init__(self) -> None:
        self.opened = 0
        self.answers = True
        self.says: Response | None = None

    def send(self, request: Request, /) -> Response | Failure:
        if not self.answers:
            return Failure(kind="reset", detail="")
        if self.says:
            return self.says
        if request.method == "PUT":
            self.opened += 1
        return Response(status=200, body=json.dumps({"inventory": {"uuid": f"s{self.opened}"}}).encode())

    def close(self) -> None:
        """Nothing is open."""


def logged_out(session: str) -> Request:
    """The log-out at the end of a run, which shows the session to gateways that want to see one."""
    return replace(logout_request(session), headers=(("Authorization", f"OAuth {session}"),))


def test_a_page_instead_of_a_log_out_leaves_the_session_open():
    target = Target()
    sessions = OpenSessions(target)
    sessions.send(login_request("account", "admin", "password"))
    target.says = Response(status=200, body=b"<html><title>Request Rejected</title></html>")
    sessions.send(logout_request("s1"))
    assert sessions.log_out() == [logged_out("s1")]


def test_what_is_not_logged_out_is_logged_out_once():
    sessions = OpenSessions(Target())
    sessions.send(login_request("account", "admin", "password"))
    sessions.send(login_request("virtual-id", "zhang", "password"))
    sessions.send(project_request(Session(uuid="s2"), "p"))
    sessions.send(logout_request("s2"))
    assert sessions.log_out() == [logged_out("s1"), logged_out("s3")]
    assert sessions.log_out() == []


def test_a_log_out_without_an_answer_leaves_the_session_open():
    target = Target()
    sessions = OpenSessions(target)
    sessions.send(login_request("account", "admin", "password"))
    target.answers = False
    sessions.send(logout_request("s1"))
    sessions.send(login_request("account", "admin", "password"))
    assert sessions.log_out() == [logged_out("s1")]


def test_other_answers_with_a_uuid_are_no_sessions():
    sessions = OpenSessions(Target())
    sessions.send(Request(method="PUT", path="/v1/tickets/login/actions"))
    sessions.send(Request(method="GET", path="/v1/accounts/login"))
    assert sessions.log_out() == []

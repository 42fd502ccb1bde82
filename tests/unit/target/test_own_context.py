"""The stranger's tickets are of the stranger's own project, where that is known and the target takes it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.settings import Session
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.ticket_context import Context, OtherUser
from pytest_zstack_ticket.target.actors import context_for
from pytest_zstack_ticket.target.own_context import with_own_context
from tests.support.builders import answered

HOME, ACCOUNT, BOB = "a" * 32, "b" * 32, "c" * 32
OWNERS = Context().account_system_context
CREATED = b'{"inventory": {"uuid": "%s"}}' % (b"d" * 32)
REFUSED = b'{"error": {"code": "SYS.1006", "description": "denied", "details": "not that of the session"}}'


DEPLOYED = load_profile("deployed")


class Cloud:
    """A target on which a stranger has logged in; `projects` is what it answers to a query for projects."""

    def __init__(self, projects: list[dict[str, Any]], create: bytes = CREATED, **user: Any) -> None:
        person = OtherUser(user="bob", **({"login": "virtual-id", "project": "p2"} | user))
        self.context = Context(users={"stranger": person})
        self.projects, self.created, self.sent = projects, create, list[Draft]()
        connection = SimpleNamespace(
            settings=SimpleNamespace(login=person.login, project=person.project),
            sessions=SimpleNamespace(session=Session(uuid="s", account=ACCOUNT, user=BOB, kind=person.login)),
            endpoint=self,
        )
        self.actors = cast("Any", SimpleNamespace(parts=("stranger",), connect=lambda _part: connection))

    def call(self, method: str, path: str) -> SimpleNamespace:
        """Answer a query for projects."""
        assert (method, path) == ("GET", "/v1/iam2/projects?q=name%3Dp2&limit=2")
        return SimpleNamespace(rows=self.projects)

    def create(self, draft: Draft) -> CallResult:
        """Answer a create."""
        self.sent.append(draft)
        exchange = answered(200 if self.created is CREATED else 503, self.created, sent=draft.body)
        return CallResult(exchanges=(exchange,), profile=DEPLOYED, call="create")

    def sends(self) -> Any:
        """Return what the stranger's tickets are sent with now."""
        return context_for("stranger", with_own_context(self.context, self.actors)).account_system_context


@pytest.mark.parametrize(
    ("projects", "project"),
    [([{"name": "p2", "uuid": HOME}], HOME), ([], ACCOUNT), ([{"name": "p2", "uuid": HOME}] * 2, ACCOUNT)],
)
def test_a_virtual_id_names_its_own_project_and_itself(projects: list[dict[str, Any]], project: str):
    cloud = Cloud(projects)
    assert cloud.sends() == {"projectUuid": project, "virtualIDUuid": BOB}
    assert [BOB.encode() in draft.body for draft in cloud.sent] == [True]


def test_without_a_project_the_virtual_id_is_known():
    assert Cloud([], project="").sends() == OWNERS | {"virtualIDUuid": BOB}


def test_a_target_that_refuses_it_is_sent_what_the_owner_sends():
    cloud = Cloud([], create=REFUSED)
    assert cloud.sends() == OWNERS
    assert len(cloud.sent) == 1


def test_an_account_and_a_context_of_the_file_are_left_as_they_are():
    account, given = Cloud([], login="account", project=""), Cloud([], account_system_context={"projectUuid": "x"})
    assert (account.sends(), given.sends()) == (OWNERS, {"projectUuid": "x"})
    assert [*account.sent, *given.sent] == []


def test_another_process_sends_the_same():
    found = with_own_context(Cloud([]).context, Cloud([]).actors)
    assert found.calibrated["own_contexts"] == {"stranger": {"projectUuid": ACCOUNT, "virtualIDUuid": BOB}}

"""Clean-up: what is ours goes, what is not stays, and what cannot go is counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_zstack_ticket.cleaning import MOST_SILENT, clean_up
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.trail import Trail
from tests.support.builders import answered, error, failed, profile


@dataclass
class Endpoint:
    """Deletes every ticket but those in `stuck`; a dead one answers nothing."""

    created: list[str]
    found: list[Json] = field(default_factory=list)
    stuck: tuple[str, ...] = ()
    dead: bool = False
    mark: str = "zt-00"
    profile: Profile = field(default_factory=lambda: Profile(capabilities=frozenset({"query"})))
    calls: list[tuple[str, str]] = field(default_factory=list)

    def call(self, method: str, path: str, *, body: Json = None) -> Trail:
        self.calls.append((method, path))
        kind = {"PUT": "action", "DELETE": "delete"}.get(method, "query")
        return Trail(exchanges=(self.exchange(method, path),), profile=profile(), call=kind)

    def exchange(self, method: str, path: str) -> Exchange:
        if self.dead:
            return failed()
        if method == "GET":
            return answered(200, {"inventories": self.found}, method="GET")
        if any(one in path for one in self.stuck):
            return answered(503, error("SYS.1000"), method=method)
        return answered(200, {}, method=method)


def deleted(endpoint: Endpoint) -> Iterator[str]:
    return (path.rpartition("/")[2] for method, path in endpoint.calls if method == "DELETE")


def test_what_was_created_is_cancelled_and_deleted():
    endpoint = Endpoint(["a", "b"])
    assert clean_up(endpoint) == 0
    assert list(deleted(endpoint)) == ["a", "b"]
    assert ("PUT", "/v1/tickets/a/actions") in endpoint.calls


def test_what_carries_our_mark_is_found_and_nothing_else_is_touched():
    rows = [{"uuid": "c", "name": "x zt-00ff"}, {"uuid": "d", "name": "foreign"}, {"name": "zt-00"}, "zt-00"]
    endpoint = Endpoint(["a"], found=rows)
    assert clean_up(endpoint) == 0
    assert list(deleted(endpoint)) == ["a", "c"]


def test_a_target_without_query_is_not_asked():
    endpoint = Endpoint(["a"], profile=Profile())
    clean_up(endpoint)
    assert not [method for method, _ in endpoint.calls if method == "GET"]


def test_what_cannot_be_deleted_is_counted():
    assert clean_up(Endpoint(["a", "b", "c"], stuck=("b",))) == 1


def test_a_dead_target_is_left_alone():
    endpoint = Endpoint([f"t{number}" for number in range(20)], dead=True)
    assert clean_up(endpoint) == 20
    assert len(list(deleted(endpoint))) == MOST_SILENT


def test_an_answer_that_is_no_list_of_tickets_finds_nothing():
    assert clean_up(Endpoint([], found={"uuid": "x"})) == 0
    assert clean_up(Endpoint([], dead=True)) == 0

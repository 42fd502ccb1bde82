"""Where paths lead; the expected answers are those of Tomcat 8.5.100 with Spring 5.2.25."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.http.container_pages import outside
from pytest_zstack_ticket.simulator.http.host_header import refused_host
from pytest_zstack_ticket.simulator.http.locations import below_root, normalized, reaches_api, refused_escape
from tests.support.simulator_endpoint import Endpoint


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("/v1/tickets", True),
        ("//v1//tickets", True),
        ("/v1;x=1/tickets", True),
        ("/v1", True),
        ("/./v1/tickets", True),
        ("/v1/./tickets", True),
        ("/v1/x/../tickets", True),
        ("/static/../v1/tickets", True),
        ("/v1/tickets/..;/x", True),
        ("/v1/tickets/..", False),
        ("/v1/tickets/../tickets", False),
        ("/v1/tickets/.", False),
        ("/v1/tickets/%2E", False),
        ("/v1/tickets/./", False),
        ("/v1/..", False),
        ("/v1x", False),
        ("/V1/tickets", False),
        ("/", False),
    ],
)
def test_the_dispatcher_maps_what_the_container_resolved_or_what_was_asked(path: str, reached: bool) -> None:
    assert reaches_api(path) is reached


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/zstack;x=1/v1/tickets", None),
        ("/%7Astack/v1", None),
        ("/..", 400),
        ("/../zstack/v1", 400),
        ("/Zstack/v1", 404),
    ],
)
def test_the_context_is_found_in_the_resolved_path(path: str, status: int | None) -> None:
    answer = outside(path)
    assert (answer.status if answer else None) == status


def test_the_name_of_the_context_is_taken_off_as_it_stands() -> None:
    assert [below_root(one) for one in ("/zstack/v1", "/zstack;a=b/v1", "/%7Astack/v1")] == ["/v1"] * 3


@pytest.mark.parametrize(
    ("path", "found"), [("/a//b", "/a/b"), ("/a/./b/", "/a/b/"), ("/a/..", "/"), ("/a/b/..", "/a/")]
)
def test_a_path_is_resolved_as_the_adapter_resolves_it(path: str, found: str) -> None:
    assert normalized(path) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/a%", "End of file (EOF)"),
        ("/a%2", "End of file (EOF)"),
        ("/a%zz", "The hexadecimal encoding is invalid"),
        ("/a%2F%", "The encoded slash character is not allowed"),
        ("/a;%zz/b", ""),
    ],
)
def test_the_first_bad_escape_is_named(path: str, said: str) -> None:
    assert refused_escape(path) == said


@pytest.mark.parametrize("end", ["%0a", "%0dx", "%E2%80%A8"])
def test_no_variable_of_a_path_takes_a_line_end(end: str) -> None:
    for path in (f"/v1/tickets/{end}", f"/v1/api-jobs/a{end}"):
        assert Endpoint().send("GET", path).body.startswith(b"no api mapping to ")


def test_connect_is_not_supported() -> None:
    answer = outside("x:80", "CONNECT")
    assert answer is not None
    assert (answer.status, b"HTTP requests using the CONNECT method are not supported" in answer.body) == (501, True)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("a_b", "The character [_] is never valid in a domain name."),
        ("a b", "The character [ ] is never valid in a domain name."),
        ("a..b", "The character [.] is not valid after a period in a domain name."),
        ("a-.b", "The character [.] is not valid after a hyphen in a domain name."),
        ("a.-b", "The character [-] is not valid after a period in a domain name."),
        ("a-", "The state [HYPHEN] is not valid for the end of a segment."),
        ("1_a", "The character [_] is never valid in an IPv4 address."),
        ("[x]", "The character [x] is never valid in an IPv6 address."),
        ("-a", "Host.parse(Host.java:69)"),
        ("x:abc", "HttpParser.validatePort(HttpParser.java:971)"),
        ("1.2.3.4:x", "HttpParser.readHostIPv4(HttpParser.java:844)"),
    ],
)
def test_what_is_no_host_is_named(host: str, said: str) -> None:
    assert said in refused_host(host)


@pytest.mark.parametrize(
    "host", ["", "x", "a.", "1.2.3", "999.1.1.1", "1a.b", "x:", "x:70000", "[::1]:80", "127.0.0.1:8080"]
)
def test_every_other_host_is_taken(host: str) -> None:
    assert refused_host(host) == ""

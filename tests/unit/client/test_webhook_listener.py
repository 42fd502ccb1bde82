"""Web hooks: what a listener keeps, and when a bell rings."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from pytest_zstack_ticket.client.webhook_listener import (
    MOST_DELIVERIES,
    MOST_SILENT,
    JobNotificationListener,
    WebhookListener,
    address_towards,
)

JOB = "0" * 32


def deliver(url: str, job: str = JOB, path: str = "", method: str = "POST") -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request(method, path or parts.path, b"{}", {"X-Job-UUID": job} if job else {})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.fixture
def notifier() -> Iterator[JobNotificationListener]:
    with JobNotificationListener() as listening:
        yield listening


def test_a_delivery_before_anybody_waits_is_remembered(notifier: JobNotificationListener) -> None:
    assert deliver(notifier.url) == 200
    assert notifier.wait(JOB, 0.0)


def test_a_delivery_ends_a_wait(notifier: JobNotificationListener) -> None:
    threading.Timer(0.05, deliver, (notifier.url,)).start()
    assert notifier.wait(JOB, 30.0)


def test_a_delivery_rings_once_and_for_its_own_job(notifier: JobNotificationListener) -> None:
    deliver(notifier.url)
    assert not notifier.wait("1" * 32, 0.0)
    assert notifier.wait(JOB, 0.0)
    assert not notifier.wait(JOB, 0.0)


def test_a_delivery_to_another_path_is_not_heard(notifier: JobNotificationListener) -> None:
    assert deliver(notifier.url, path="/hook/guessed") == 404
    assert not notifier.wait(JOB, 0.0)


@pytest.mark.parametrize("job", ["", "x" * 65])
def test_a_delivery_without_a_usable_id_rings_for_nobody(notifier: JobNotificationListener, job: str) -> None:
    assert deliver(notifier.url, job) == 200
    assert not notifier.wait(job, 0.0)


def test_nobody_waits_for_a_silent_target_until_it_delivers_again(notifier: JobNotificationListener) -> None:
    url = notifier.url
    for _ in range(MOST_SILENT):
        notifier.wait(JOB, 0.0)
    assert notifier.url == ""
    deliver(url)
    assert notifier.url == url


def test_a_listener_answers_only_the_paths_that_it_gave_out() -> None:
    with WebhookListener() as listener:
        url = listener.url("known", refuse=1)
        assert [deliver(url), deliver(url), deliver(url, path="/hook/unknown")] == [500, 200, 404]
        assert len(listener.wait("known", count=2, seconds=5.0)) == 2
        assert listener.wait("unknown", seconds=0.0) == ()


def test_a_listener_keeps_no_more_than_it_can_hold() -> None:
    with WebhookListener() as listener:
        url = listener.url("flood")
        listener._kept = MOST_DELIVERIES - 1
        assert [deliver(url), deliver(url)] == [200, 200]
        assert len(listener.wait("flood", seconds=0.0)) == 1


def test_a_target_on_this_machine_is_told_the_loopback_address() -> None:
    assert address_towards("http://127.0.0.1:8080/zstack") == "127.0.0.1"


def test_a_name_that_leads_nowhere_is_told_the_loopback_address() -> None:
    assert address_towards("http://no-such-host.invalid/zstack") == "127.0.0.1"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_a_visit_by_another_method_is_kept_and_is_no_webhook(method: str) -> None:
    with WebhookListener() as listener:
        assert deliver(listener.url("a"), method=method) == 200
        assert [one.request.method for one in listener.visits("a")] == [method]
        assert listener.wait("a", seconds=0.0) == ()
        assert listener.visits("b") == ()


def test_only_a_post_rings(notifier: JobNotificationListener) -> None:
    assert deliver(notifier.url, method="GET") == 404
    assert not notifier.wait(JOB, 0.0)

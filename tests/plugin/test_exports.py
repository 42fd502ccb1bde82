"""A run with a folder for its report writes the forms that other tools read."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

SOME = ("--zstack-effort=smoke", "-k", "ZT-BODY-004 or ZT-ANSWER-001", "--zstack-report=out")


def test_junit_and_ctrf_say_what_the_report_says(pytester: pytest.Pytester, report: Callable[[], Any]):
    pytester.runpytest("--zstack-url=embedded?fault=accept-too-long:name", *SOME)
    document = report()
    root = ET.fromstring((pytester.path / "out" / "junit.xml").read_bytes())  # noqa: S314 - our own writing
    ctrf = json.loads((pytester.path / "out" / "ctrf.json").read_text("utf-8"))
    assert int(root.get("tests")) == len(document["requirements"]) == ctrf["results"]["summary"]["tests"]
    assert root.get("failures") == "1"
    failed = [one["name"] for one in ctrf["results"]["tests"] if one["status"] == "failed"]
    assert len(failed) == 1
    assert failed[0].startswith("ZT-BODY-004")

"""The document of a load with a finding, an error and a chart."""

from __future__ import annotations

from typing import Any

FIGURES = {"count": 10, "mean": 0.2, "p50": 0.1, "p95": 0.3, "p99": 0.4, "max": 0.5}


def sample_load(text: str = "x") -> dict[str, Any]:
    """Return a document in which `text` stands wherever a target could have written it."""
    exchange = {"id": "m-000001", "request": {"body": text}, "response": {"status": 200, "body": text}}
    windows = [
        {"at": float(place), "requests": 50, "errors": 0, "latencies": {"create.job": {"p50": 0.1, "p95": 0.2 + place}}}
        for place in range(5)
    ]
    return {
        "schema": "urn:zstack-ticket:artefact:load:1",
        "suite": {"name": "pytest-zstack-ticket", "version": "0.1.0"},
        "load": {
            "id": "0123456789abcdef",
            "kind": "load",
            "started": "2027-01-02T03:04:05+00:00",
            "users": 20,
            "seconds": 60.0,
            "rate": 0.0,
            "workers": 1,
        },
        "target": {"url": text, "profile": "deployed", "release": "5.2"},
        "result": "failed",
        "exit-status": 1,
        "ended-early": "",
        "requests": 250,
        "lives": 20,
        "usage": {"requests": 250, "created": 20, "most-alive": 20, "bytes": 9999},
        "latencies": {"create": FIGURES, "create.job": FIGURES, "query": FIGURES},
        "windows": {"seconds": 1.0, "rows": windows},
        "requirements": [
            {
                "id": "ZT-STORE-001",
                "verdict": "failed",
                "held": 19,
                "failed": 1,
                "undecided": 0,
                "text": {"en": text, "zh": text},
            }
        ],
        "findings": [
            {
                "requirement": "ZT-STORE-001",
                "kind": "lost",
                "check": "stored-once",
                "signature": "0123456789abcdef",
                "count": 1,
                "first": 1.0,
                "last": 1.0,
                "expected": {"key": "expect-stored", "parameters": {"count": "1"}},
                "actual": {"key": "shows", "parameters": {"value": text}},
                "examples": [{"subject": [exchange]}],
            }
        ],
        "errors": [{"call": "create", "error": text, "count": 2, "first": 1.0, "last": 2.0, "exchanges": [exchange]}],
        "slower": {"before": 0.3, "after": 1.2, "rising": 0.95},
        "probes": {"before": [0.3], "after": [1.2]},
        "cleanup": {"deleted": 3, "left": [], "unseen": 0, "why": ""},
        "evidence": {},
    }

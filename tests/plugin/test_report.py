"""What a run writes: complete, by its schema, without secrets, and whatever the target answered."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema
import pytest

from pytest_zstack_ticket.artifacts.evidence_reader import read_evidence
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data

SESSION = "5ec2e7" + "0" * 26
HOSTILE = "\\ud800 \\u202e \\u0007 \\u001b[31m ::error::"
FAULTY = "--zstack-url=embedded?fault=accept-too-long:name"
MISSING = ("name", "requests", "accountSystemType", "accountSystemContext", "apiName", "apiBody")
LAX = f"--zstack-url=embedded?fault={'+'.join(f'accept-missing:{name}' for name in MISSING)}"
SOME = ("--zstack-effort=smoke", "-k", "ZT-BODY-004 or ZT-ANSWER-001")


def schema() -> jsonschema.Draft202012Validator:
    document = json.loads((schemas_folder() / "artefact" / "report.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(document, format_checker=jsonschema.FormatChecker())


def test_the_report_fits_its_schema(pytester: pytest.Pytester, report: Callable[[], Any]):
    pytester.runpytest(FAULTY, *SOME, "--zstack-report=out")
    output = report()
    schema().validate(output)
    assert output["exit_status"] == 1
    assert output["verdict"] == "failed"
    assert output["target"]["kind"] == "embedded"
    assert output["counts"]["requirements"]["failed"] == 1


def test_the_report_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema().schema)


def test_a_finding_holds_all_that_is_needed_to_see_it_again(pytester: pytest.Pytester, report: Callable[[], Any]):
    pytester.runpytest(FAULTY, *SOME, "--zstack-report=out", "-n", "2")
    (finding,) = (one for row in report()["requirements"] for one in row["findings"])
    evidence = read_evidence(pytester.path / "out" / "evidence.jsonl.gz")
    assert finding["edit"]["path"] == "params.name"
    assert len(json.loads(finding["subject"]["request"]["body"])["params"]["name"]) > 255
    assert finding["sibling"]["answer"]["status"] == 200
    assert finding["actual"]["en"].startswith("accepted")
    assert "$ZSTACK_SESSION" in finding["curl"]
    assert all(one in evidence.exchanges for ids in finding["exchanges"].values() for one in ids)
    assert evidence.complete


def test_the_terminal_shows_one_card_for_each_failed_requirement(pytester: pytest.Pytester):
    result = pytester.runpytest(FAULTY, *SOME)
    result.stdout.fnmatch_lines(
        [
            "ZT-BODY-004 (must): A name longer than 255 UTF-16 code units is refused.",
            "  expected  refused",
            "  actual    accepted; *",
            "  change    params.name: too-long*",
            "  request   POST /v1/tickets {*",
            "  sibling   200 *",
            "  curl      curl *",
            "  run again pytest * -k ZT-BODY-004",
            "verdict: Not conformant, * of * passed, 1 failed, * not examined (* must),*",
        ]
    )
    assert "\x1b" not in result.stdout.str()
    assert result.stdout.str().count("A name longer than 255 UTF-16 code units is refused.") == 1
    result.stdout.fnmatch_lines(["no report was kept: --zstack-report=DIR *"])


def test_a_card_is_short_and_its_request_body_lies_beside_the_report(pytester: pytest.Pytester):
    result = pytester.runpytest(FAULTY, *SOME, "--zstack-report=out")
    lines = result.stdout.lines
    card = lines[lines.index("ZT-BODY-004 (must): A name longer than 255 UTF-16 code units is refused.") :]
    assert card.index("") <= 15
    (curl,) = (line for line in card if line.startswith("  curl"))
    assert "--data-binary @out/requests/ZT-BODY-004.json" in curl
    body = json.loads((pytester.path / "out" / "requests" / "ZT-BODY-004.json").read_bytes())
    assert len(body["params"]["name"]) > 255
    result.stdout.fnmatch_lines(["report: out/report.html"])


def test_a_chinese_terminal_keeps_to_eighty_columns(pytester: pytest.Pytester):
    result = pytester.runpytest(FAULTY, *SOME, "--zstack-lang=zh")
    ours = result.outlines[result.outlines.index(next(line for line in result.outlines if "一致性测试 " in line)) :]
    broken = [line for line in ours if not line.startswith(("  curl", "  复现", "FAILED", "=", "报告"))]
    wide = [sum(1 + (ord(letter) > 0x2E7F) for letter in line) for line in broken]
    assert max(wide) <= 80
    assert any(re.match(r"结论：不符合，\d+ 条中 ", line) for line in result.outlines)


def test_a_foreign_folder_is_left_alone(pytester: pytest.Pytester, own_test: Path):
    folder = pytester.mkdir("out")
    (folder / "mine.txt").write_text("keep")
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", own_test)
    assert result.ret == 4
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_folder_of_ours_is_written_again(pytester: pytest.Pytester, own_test: Path, report: Callable[[], Any]):
    for _ in range(2):
        pytester.runpytest("--zstack-url=embedded", "--zstack-report=out", own_test).assert_outcomes(passed=1)
    assert report()["verdict"] == "passed"


def test_the_same_seed_finds_the_same(pytester: pytest.Pytester, report: Callable[[], Any]):
    bodies = []
    for _ in range(2):
        pytester.runpytest(LAX, "--zstack-seed=5", "-k", "ZT-BODY-061", "--zstack-report=out")
        (finding,) = (one for row in report()["requirements"] for one in row["findings"])
        bodies.append(re.sub("zt-[0-9a-f]{16}", "the nonce", finding["subject"]["request"]["body"]))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_no_secret_is_written_or_shown(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
):
    leaky = pytester.makepyfile(
        """
        import pytest

        @pytest.mark.requirement("OWN-1")
        def test_it(ticket_endpoint, zstack_session, zstack_examine):
            print(zstack_session.uuid)
            assert not zstack_session, ticket_endpoint._settings.credentials.access_key_secret
        """
    )
    with SimulatorServer("embedded") as cloud:
        monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
        monkeypatch.setenv("ZSTACK_ACCESS_KEY_ID", seed_data.ACCESS_KEY_ID)
        monkeypatch.setenv("ZSTACK_ACCESS_KEY_SECRET", seed_data.ACCESS_KEY_SECRET)
        result = pytester.runpytest(
            f"--zstack-url={cloud.url}", "--zstack-report=out", "--junitxml=out.xml", "-l", *workers, leaky
        )
    result.assert_outcomes(failed=1)
    sessions = {token for token, _ in live_sessions(cloud)}
    secrets = {hashlib.sha512(seed_data.PASSWORD.encode()).hexdigest(), seed_data.ACCESS_KEY_SECRET, *sessions}
    written = {path.name: text_of(path) for path in pytester.path.rglob("*.*") if path.is_file()}
    written["terminal"] = result.stdout.str()
    assert sessions
    assert not [(name, secret) for name, text in written.items() for secret in secrets if secret in text]


def text_of(path: Path) -> str:
    """Return what a file holds, unpacked if it is packed."""
    whole = path.read_bytes()
    return (gzip.decompress(whole) if path.suffix == ".gz" else whole).decode("utf-8", "replace")


def live_sessions(cloud: SimulatorServer) -> Iterator[tuple[str, Any]]:
    """Yield every session that the endpoint ever gave out."""
    sessions = cloud.engine.state.sessions
    yield from (*sessions.live.items(), *sessions.ended.items())


@pytest.fixture
def hostile_cloud() -> Iterator[str]:
    """Serve a cloud whose texts are meant to break whoever shows them."""

    class Hostile(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.give(200, f'{{"inventory": {{"uuid": "{SESSION}"}}, "version": "5.2.0"}}')

        def do_GET(self) -> None:
            self.give(200, '{"inventories": []}')

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            output = f'{{"code": "SYS.1007", "description": "no", "details": "{HOSTILE}", "{HOSTILE}": 1}}'
            self.give(503, f'{{"error": {output}}}')

        do_DELETE = do_GET  # noqa: N815 - http.server names it so

        def give(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_hostile_text_breaks_no_reporter(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    hostile_cloud: str,
    report: Callable[[], Any],
    workers: tuple[str, ...],
):
    shows_all = pytester.makepyfile(
        """
        import pytest

        @pytest.mark.requirement("OWN-1")
        def test_departs(ticket_endpoint, zstack_examine):
            assert zstack_examine("error-code", subject=ticket_endpoint.calibration, arguments={"codes": ["X"]}) is None

        @pytest.mark.requirement("OWN-2")
        def test_breaks(ticket_endpoint, zstack_examine):
            print("printed \\ud800")
            raise ValueError(ticket_endpoint.calibration.outcome.details)
        """
    )
    monkeypatch.setenv("ZSTACK_PASSWORD", "hunter22")
    arguments = (f"--zstack-url={hostile_cloud}", "--zstack-report=out", "--junitxml=out.xml", "--alluredir=allure")
    result = pytester.runpytest(*arguments, *workers, shows_all)
    result.assert_outcomes(failed=2)
    output = report()
    schema().validate(output)
    assert output["verdict"] == "error"
    shown = result.stdout.str()
    assert not [letter for letter in shown if letter in "\x1b\x07\u202e\ud800"]

"""What a dishonest vendor leaves out of a run is named by the policy, and the first lines of the certificate say it."""

import copy
from datetime import UTC, datetime

import pytest

from pytest_zstack_ticket.certify.policy import shortfalls, wrongly_claimed
from pytest_zstack_ticket.certify.statement import test_result as result_of
from pytest_zstack_ticket.config.policy_file import load_policy, shipped_like
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.config.waiver_file import load_waivers
from pytest_zstack_ticket.model.errors import PolicyError, ProfileError, WaiverError
from pytest_zstack_ticket.model.look_alikes import one_person
from pytest_zstack_ticket.model.nonce import nonce_seed
from pytest_zstack_ticket.verdicts.coverage import coverage

POLICY = load_policy("standard-2026")
AT = datetime(2027, 1, 31, tzinfo=UTC)
CLAIM = {"name": POLICY["name"], "digest": POLICY["digest"]}


def report() -> dict:
    """Return what a policy looks at in the report of an honest run."""
    return {
        "verdict": "passed",
        "partial": False,
        "deviations": None,
        "run": {
            "effort": "certify",
            "suite": {"version": "0.1.0"},
            "nonce": "CERT-2027-014",
            "seed": nonce_seed("CERT-2027-014"),
            "ended": "2027-01-30T10:00:00+00:00",
        },
        "target": {"kind": "foreign", "version": "5.2.1", "release": {"oldest": "5.2", "newest": "5.2"}},
        "profile": {
            "name": "deployed",
            "limits": {"name": 255, "description": 2048, "comment": 65535},
            "capabilities": list(POLICY["capabilities"]),
            "absent": [],
            "digest": f"sha256:{'a' * 64}",
        },
        "requirement-set": {"digest": f"sha256:{'b' * 64}"},
        "requirements": [row("ZT-BODY-001", "passed"), row("ZT-BODY-002", "passed")],
        "waivers": [],
    }


def row(key: str, verdict: str, **more: object) -> dict:
    return {"id": key, "area": key.split("-")[1].lower(), "level": "must", "verdict": verdict, **more}


def waived(key: str, **more: object) -> tuple[dict, dict]:
    """Return the row and the waiver of a waived failure."""
    waiver = {"requirement": key, "state": "waived", "class": "product-bug", "expires": "2027-06-30", **more}
    return row(key, "failed", waived=True), waiver


def with_waiver(found: dict, key: str, **more: object) -> None:
    one, waiver = waived(key, **more)
    found["requirements"].append(one)
    found["waivers"].append(waiver)


def test_an_honest_run_meets_the_shipped_policy():
    assert shortfalls(POLICY, report(), AT) == []


ATTACKS = {
    "smoke": (lambda one: one["run"].update(effort="smoke"), "effort smoke"),
    "other suite": (lambda one: one["run"]["suite"].update(version="0.0.9"), "suite 0.0.9"),
    "no nonce": (lambda one: one["run"].update(nonce=None), "no certifier's nonce"),
    "chosen seed": (lambda one: one["run"].update(seed=7), "seed 7, which is not that of the nonce"),
    "old run": (lambda one: one["run"].update(ended="2026-12-01T00:00:00+00:00"), "run of 2026-12-01"),
    "simulator": (lambda one: one["target"].update(kind="embedded"), "target embedded"),
    "own profile": (lambda one: one["profile"].update(name="mine"), "profile mine"),
    "other limits": (lambda one: one["profile"]["limits"].update(name=10), "limits that are not"),
    "no context": (lambda one: one["profile"]["capabilities"].remove("own-context"), "no own-context"),
    "no stranger": (lambda one: one["profile"]["capabilities"].remove("stranger"), "no stranger"),
    "no queries": (lambda one: one["profile"]["capabilities"].remove("query"), "no query"),
    "partial": (lambda one: one.update(partial=True), "partial run"),
    "failed": (lambda one: one.update(verdict="failed"), "verdict failed"),
    "capabilities off": (
        lambda one: one["requirements"].extend(row(f"ZT-BODY-{n:03}", "inapplicable") for n in range(100, 261)),
        "161 must requirements not examined",
    ),
    "waived without a waiver": (
        lambda one: one["requirements"].append(row("ZT-BODY-003", "failed", waived=True)),
        "ZT-BODY-003 waived without",
    ),
    "waived security": (lambda one: with_waiver(one, "ZT-ISOLATION-003"), "about security"),
    "waived for ever": (lambda one: with_waiver(one, "ZT-BODY-003", expires="2099-01-01"), "waiver until 2099"),
    "waived as design": (lambda one: with_waiver(one, "ZT-BODY-003", **{"class": "by-design"}), "class by-design"),
    "many waivers": (lambda one: [with_waiver(one, f"ZT-BODY-{n:03}") for n in range(10, 20)], "10 waivers"),
}


@pytest.mark.parametrize(("attack", "named"), ATTACKS.values(), ids=ATTACKS)
def test_what_is_left_out_is_named(attack, named):
    found = report()
    attack(found)
    assert any(named in one for one in shortfalls(POLICY, found, AT)), shortfalls(POLICY, found, AT)


def test_a_policy_may_ask_for_tickets_without_a_mark():
    policy = {**POLICY, "unmarked": True}
    found = report()
    assert shortfalls(policy, found, AT) == ["every ticket carried a mark: no --zstack-unmarked"]
    found["run"]["execution"] = {
        "plugins": [],
        "options": {"unmarked": {"value": "True", "origin": "the command line"}},
    }
    assert shortfalls(policy, found, AT) == []
    used = {"creates": 100, "carrying": 95, "unmarked": 2}
    assert shortfalls(policy, found, AT, used) == ["tickets carried a mark: the evidence has 2 creates without one"]
    assert shortfalls(policy, found, AT, {**used, "unmarked": 60}) == []


def test_without_a_policy_the_result_is_never_passed():
    one = {**report(), "run": {**report()["run"], "suite": {"version": "0.1.0"}, "installed": None}}
    assert result_of(one, policy=None)["result"] == "WARNED"
    assert result_of(one, policy=CLAIM)["result"] == "PASSED"
    failed = {**copy.deepcopy(one), "verdict": "failed"}
    assert result_of(failed, policy=CLAIM)["result"] == "FAILED"


def test_a_claim_says_how_much_was_not_examined():
    found = report()
    found["requirements"].append(row("ZT-BODY-003", "untested"))
    assert coverage(found) == {
        "requirements": 3,
        "not-examined": 1,
        "must-not-examined": 1,
        "because": [{"reason": "", "of": "", "count": 1, "ids": ["ZT-BODY-003"]}],
        "absent": [],
        "other-limits": {},
        "plugins": [],
        "other-release": "",
        "inputs": {"least": 0, "median": 0, "single": 0},
        "own": 0,
        "tests-left-out": 0,
    }


LIKE_SHIPPED = (
    *("standard-2026", "stаndard-2026", "Standard 2O26 ", "standard–2026"),
    *("standard-2026\u3164", "stan\u115fdard-2026"),  # letters that show nothing
    *("ꓢꓔꓮꓠꓓꓮꓣꓓ-2026", "ЅᎢᎪNᎠᎪᎡᎠ-2026", "ѕtаndаrⲇ-2026", "ᔑtandard-2026"),  # letters of scripts that read alike
    *("$tandard-2026", "🆂tandard-2026", "standar∂-2026"),
)
LIKE_BUILT_IN = (
    *("deployed", "documented", "dеployed", "deployed ", "depIoyed", "dep1oyed"),
    *("docurnented", "deployed\uffa0", "deρlოyed", "ᗞeployed"),
)


@pytest.mark.parametrize("name", LIKE_SHIPPED)
def test_the_name_of_a_shipped_policy_is_reserved(name, tmp_path):
    shipped = (POLICY["name"], tmp_path / "mine.toml")
    text = f'name = "{name}"\nefforts = ["smoke"]\nkinds = ["embedded"]\nprofiles = ["deployed"]\n'
    text += "standard-limits = false\ncapabilities = []\nsuite-versions = []\nmost-waivers = 99\nwaiver-classes = []\n"
    shipped[1].write_text(text + "most-must-not-examined = 283\nlongest-age-days = 999\nnonce = false\n", "utf-8")
    with pytest.raises(PolicyError, match="shipped policy"):
        load_policy(str(shipped[1]))


@pytest.mark.parametrize(
    "name", ["标准-2026", "standard-2027", "lab-2026", "standard-2026-strict", "экзамен-2026", "+"]
)
def test_a_name_that_reads_otherwise_is_free(name):
    assert not shipped_like(name)


@pytest.mark.parametrize("name", LIKE_BUILT_IN)
def test_the_name_of_a_built_in_profile_is_reserved(name, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "{name}"\nbase = "deployed"\n[capabilities]\nquery = false\n', "utf-8")
    with pytest.raises(ProfileError, match="built-in"):
        load_profile(str(path))


@pytest.mark.parametrize(
    ("owner", "approver"),
    [
        ("anna", "Аnna"),
        ("anna@vendor.cn", "anna+approval@vendor.cn"),
        ("Li Wei", "li.wei"),
        ("ｂｏｂ", "bob"),
        ("bob", "b0b"),
        ("Li Anna", "anna.li@vendor.cn"),
        ("ɑnna", "anna"),
        ("ᴀnna", "anna"),
        ("Li Anna", "Li Anna\u3164"),
    ],
)
def test_an_owner_cannot_approve_under_another_spelling(owner, approver, tmp_path):
    path = tmp_path / "waivers.toml"
    path.write_text(
        '[[waiver]]\nrequirement = "ZT-BODY-004"\nsignature = "0123456789abcdef"\nclass = "product-bug"\n'
        f'reason = "known"\nowner = "{owner}"\napprover = "{approver}"\nexpires = "2027-06-30"\n',
        "utf-8",
    )
    with pytest.raises(WaiverError, match="another person"):
        load_waivers(path)


@pytest.mark.parametrize(
    ("owner", "approver"), [("anna", "hanna"), ("李雷", "韩梅梅"), ("...", "---"), ("a@x.org", "b@x.org")]
)
def test_two_people_may_answer_for_a_waiver(owner, approver):
    assert not one_person(owner, approver)


@pytest.mark.parametrize(
    ("claim", "version", "reasons"),
    [
        (CLAIM, "0.1.0", []),
        (CLAIM, "0.0.9", ["policy-unmet"]),
        ({**CLAIM, "digest": f"sha256:{'1' * 64}"}, "0.1.0", ["policy-borrowed"]),
        ({**CLAIM, "digest": f"sha256:{'1' * 64}"}, "0.0.9", []),
        ({"name": "stаndard-2026", "digest": CLAIM["digest"]}, "0.0.9", ["policy-borrowed"]),
        ({"name": "house rules", "digest": CLAIM["digest"]}, "0.1.0", []),
        (None, "0.1.0", []),
    ],
)
def test_a_shipped_policy_is_not_claimed_without_being_met(claim, version, reasons):
    found = report()
    found["run"]["suite"]["version"] = version
    assert [one.reason for one in wrongly_claimed(claim, found, AT, None)] == reasons


def test_a_claim_says_on_how_many_inputs_its_passes_rest():
    found = report()
    found["requirements"] = [row(f"ZT-BODY-{n:03}", "passed", distinct=n) for n in (1, 1, 5, 9, 40)]
    found["requirements"].append(row("ZT-BODY-050", "failed", distinct=99))
    assert coverage(found)["inputs"] == {"least": 1, "median": 5, "single": 2}

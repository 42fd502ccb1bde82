"""Files of waivers: written, read back, and refused with file, line and field."""

from datetime import date

import pytest

from pytest_zstack_ticket.config.waiver_file import add_waiver, load_waivers
from pytest_zstack_ticket.model.errors import WaiverError
from pytest_zstack_ticket.model.saved_example import Observed, SavedCall, SavedExample
from pytest_zstack_ticket.model.waiver import Waiver

GOOD = """[[waiver]]
requirement = "ZT-BODY-004"
signature = "0123456789abcdef"
class = "product-bug"
reason = "fixed in 5.3"
owner = "li"
approver = "wang"
expires = "2027-01-31"
"""


def waiver(body):
    call = SavedCall(
        role="subject",
        method="POST",
        path="/v1/tickets",
        headers=(("Content-Type", 'a"b\\'),),
        session=True,
        body=body,
    )
    pinned = SavedExample(
        requirement="ZT-BODY-004",
        test="t",
        check="refusal",
        arguments={"none": None, "text": "名\U0001f600"},
        edit={"kind": "mutation", "name": "too-long"},
        partition="params.name/too-long",
        signature="0123456789abcdef",
        calls=(call,),
        observed=Observed(status=0, code="", fields=(), seconds=0.0),
    )
    return Waiver(
        requirement="ZT-BODY-004",
        signature="0123456789abcdef",
        kind="by-design",
        reason='说 "no"',
        owner="li",
        approver="wang",
        expires=date(2027, 1, 31),
        link="https://example.com/1",
        releases=("5.2",),
        seen=8,
        tried=8,
        counterexample=pinned,
    )


@pytest.mark.parametrize("body", [None, b"", b"\xff\x00\x80", '{"名":"\U0001f600\x7f\\n\t"}'.encode(), b"\r\n\x01"])
def test_what_is_written_is_read_back(tmp_path, body):
    add_waiver(tmp_path / "w.toml", waiver(body))
    assert load_waivers(tmp_path / "w.toml") == (waiver(body),)


def test_a_second_one_goes_to_the_end_and_the_same_one_is_refused(tmp_path):
    file = tmp_path / "w.toml"
    file.write_text(GOOD.replace("0123456789abcdef", "f" * 16), "utf-8")
    add_waiver(file, waiver(b"{}"))
    before = file.read_text("utf-8")
    with pytest.raises(WaiverError, match=r"w.toml, line \d+: .*signature of ZT-BODY-004 is waived above already"):
        add_waiver(file, waiver(b"{}"))
    assert file.read_text("utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["w.toml"]


@pytest.mark.parametrize(
    ("line", "instead", "words"),
    [
        ('approver = "wang"', 'approver = " LI "', r"line 7: waiver.approver must be another person"),
        ('signature = "0123456789abcdef"', 'signature = "12"', r"line 3: waiver.signature must be 16 lower-case"),
        ('expires = "2027-01-31"', 'expires = "2027-02-31"', r"line 8: waiver.expires is not a calendar date"),
        ('expires = "2027-01-31"', 'expires = "soon"', r"line 8: waiver.expires must be a day such as"),
        ('class = "product-bug"', 'class = "bug"', r"line 4: waiver.class must be one of product-bug"),
        ('owner = "li"\n', "", r"has no owner; add it"),
        ('owner = "li"', 'owner = "li"\nownr = "x"', r"did you mean owner"),
        ('requirement = "ZT-BODY-004"', 'requirement = "ZT-BODY-999"', r"line 2: waiver.requirement names ZT-BODY-999"),
    ],
)
def test_a_defect_is_named_with_file_line_and_field(tmp_path, line, instead, words):
    file = tmp_path / "w.toml"
    file.write_text(GOOD.replace(line, instead), "utf-8")
    with pytest.raises(WaiverError, match=words):
        load_waivers(file, known={"ZT-BODY-004"})


def test_an_expired_one_and_one_for_a_requirement_of_ones_own_are_read(tmp_path):
    file = tmp_path / "w.toml"
    file.write_text(GOOD.replace("2027", "2020").replace("ZT-BODY-004", "OWN-1"), "utf-8")
    assert load_waivers(file, known={"ZT-BODY-004"})[0].expires == date(2020, 1, 31)

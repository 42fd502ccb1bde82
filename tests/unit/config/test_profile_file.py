"""A good file is read as it means, a bad one is refused with file, line, field and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pytest_zstack_ticket.config.catalogue import load_catalogue
from pytest_zstack_ticket.config.context_file import load_context
from pytest_zstack_ticket.config.package_data import PACKAGE, schemas_folder, suites_folder
from pytest_zstack_ticket.config.profile_file import BUILT_IN, load_profile, parse_release
from pytest_zstack_ticket.model.errors import CatalogueError, ContextError, ProfileError, UsageError
from pytest_zstack_ticket.model.profile import Limits, Profile, Release
from pytest_zstack_ticket.model.ticket_context import Context

ROW = """
[[requirement]]
id = "{id}"
level = "must"
basis = "document"
text.en = "Something holds."
text.zh = "某事成立。"
source = "the page"
"""


def written(folder: Path, text: str | bytes, name: str = "file.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("schema", sorted((schemas_folder() / "artefact").glob("*.json")), ids=lambda path: path.stem)
def test_schemas_are_schemas(schema: Path) -> None:
    Draft202012Validator.check_schema(json.loads(schema.read_text("utf-8")))


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_profiles_are_files_like_any_other(name: str) -> None:
    built_in = load_profile(name)
    assert (built_in.name, built_in.base, built_in.limits) == (name, name, Limits())
    assert (built_in.oldest, built_in.newest) == (Release(3, 0), Release(99, 0))
    assert {"create-request", "error", "inventory"} <= {schema for schema, _ in built_in.schemas}
    assert load_profile(str(PACKAGE / "config" / "profiles" / f"{name}.toml")) == built_in


def test_a_profile_file_is_read(tmp_path: Path) -> None:
    text = """
    base = "deployed"
    release = "4.8.1"
    [limits]
    name = 100.0
    [capabilities]
    query = true
    webhook = false
    """
    found = load_profile(str(written(tmp_path, text, "our gateway.toml")))
    assert found == Profile(
        name="our gateway",
        base="deployed",
        limits=Limits(name=100),
        oldest=Release(4, 8),
        newest=Release(4, 8),
        capabilities=frozenset({"query"}),
        absent=frozenset({"webhook"}),
        schemas=found.schemas,
    )
    assert isinstance(found.limits.name, int)


def test_a_release_that_is_given_counts_more_than_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'base = "deployed"\nrelease = "4.8"')
    assert load_profile(str(path), release="after-5.3").oldest == Release(99, 0)


@pytest.mark.parametrize(
    ("text", "release"), [("3.0", (3, 0)), ("4.10", (4, 10)), ("5.3.9", (5, 3)), ("5.4", (99, 0)), ("6.0", (99, 0))]
)
def test_a_release_is_major_and_minor(text: str, release: tuple[int, int]) -> None:
    assert parse_release(text) == Release(*release)


@pytest.mark.parametrize("text", ["", "4", "v4.8", "4.8\n", "4.8-rc1", "9" * 5000 + ".1", "after 5.3"])
def test_what_is_no_release_is_refused(text: str) -> None:
    with pytest.raises(ProfileError, match=r"is not a ZStack release\. Write major\.minor"):
        parse_release(text)


def test_a_context_file_is_read(tmp_path: Path) -> None:
    text = """
    allow-approve = true
    [ticket]
    name = "工单"
    request-name = "r"
    api-name = "org.zstack.X"
    execute-times = 2.0
    flow-collection-uuid = "872c04e82fee40509447b9ec90fc5aa1"
    tag-uuids = ["4d7e2c90b15f4a86a3c8e0f19d6b2754"]
    [account-system]
    type = "iam2"
    context = { projectUuid = "p" }
    [api-body]
    nested = { list = [1, 2.5, "x", true] }
    """
    found = load_context(written(tmp_path, text))
    assert found == Context(
        name="工单",
        request_name="r",
        api_name="org.zstack.X",
        api_body={"nested": {"list": [1, 2.5, "x", True]}},
        execute_times=2,
        account_system_type="iam2",
        account_system_context={"projectUuid": "p"},
        flow_collection="872c04e82fee40509447b9ec90fc5aa1",
        tags=("4d7e2c90b15f4a86a3c8e0f19d6b2754",),
        allow_approve=True,
        given=True,
    )
    assert isinstance(found.execute_times, int)


def test_an_empty_context_file_is_the_sample_of_the_page(tmp_path: Path) -> None:
    assert load_context(written(tmp_path, "")) == Context(given=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", "line 1: x is not known here; known are allow-approve, ticket"),
        (
            '[approver]\nuser = "x"\nallow-approve = true',
            "line 3: approver.allow-approve is not known here; move it to the top of the file",
        ),
        ("\n[tiket]\n", "line 2: tiket is not known here; did you mean ticket?"),
        ('[ticket]\n\nexecute-times = "2"', 'line 3: ticket.execute-times must be a whole number, but is "2".'),
        ("[ticket]\nexecute-times = true", "line 2: ticket.execute-times must be a whole number, but is true."),
        ("[ticket]\nexecute-times = 0", "line 2: ticket.execute-times must be at least 1, but is 0."),
        ('[ticket]\nname = ""', "line 2: ticket.name must not be empty."),
        (f'[ticket]\nname = "{"x" * 121}"', "line 2: ticket.name must be at most 120 characters long, but has 121."),
        ('[ticket]\ntag-uuids = "x"', 'line 2: ticket.tag-uuids must be a list in brackets, but is "x".'),
        (
            '[ticket]\nflow-collection-uuid = "X"',
            'line 2: ticket.flow-collection-uuid must be a UUID of 32 lower-case hexadecimal digits, but is "X".',
        ),
        (f'[ticket]\ntag-uuids = ["{"0" * 32}\\n"]', "line 2: ticket.tag-uuids must be a UUID"),
        ("ticket = 1", "line 1: ticket must be a table or object, but is 1."),
        ("allow-approve = 1", "line 1: allow-approve must be true or false, but is 1."),
        ("[api-body]\nwhen = 2026-11-23", "line 2: api-body.when is a date or time, which JSON cannot hold"),
        ("[api-body]\nx = [1, nan]", "line 2: api-body.x is not a finite number"),
        ("[api-body]\nx = -inf", "line 2: api-body.x is not a finite number"),
        ('[ticket]\nexecute-times = 0\nname = ""', "line 2: ticket.execute-times"),
        ("[ticket", "is not TOML: Expected ']' at the end of a table declaration (at end of document). Fix that line."),
        (b"\xff\xfe", "is not UTF-8 (byte 0). Save it as UTF-8."),
        ("a = " + "[" * 100_000, "is nested more than 96 levels deep."),
    ],
)
def test_a_bad_context_is_one_sentence(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ContextError) as caught:
        load_context(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "x"', "line 1: the file has no base; add it."),
        ('base = "deploied"', 'line 1: base must be one of deployed, documented, but is "deploied".'),
        ('base = "deployed"\nrelease = "four"', 'line 2: release must be a release such as "4.8"'),
        (
            'base = "deployed"\n[capabilities]\nquerry = true',
            "line 3: capabilities.querry is not known here; did you mean query?",
        ),
        ('base = "deployed"\n[limits]\nname = -1', "line 3: limits.name must be at least 1, but is -1."),
    ],
)
def test_a_bad_profile_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load_profile(str(written(tmp_path, text)))
    assert words in str(caught.value)


def test_a_profile_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"profile 'strict': not found; write deployed, documented or the path"):
        load_profile("strict")
    with pytest.raises(ProfileError, match="cannot be read: Is a directory"):
        load_profile(str(tmp_path))


def test_the_shipped_catalogue_is_read() -> None:
    rows = load_catalogue(suites_folder())
    assert len(rows) >= 90
    assert [row.id for row in rows] == sorted({row.id for row in rows})
    assert {row.area for row in rows} == {
        path.name for path in suites_folder().iterdir() if (path / "requirements.toml").exists()
    }
    assert all(row.text["en"] and row.text["zh"] for row in rows)


def catalogue(folder: Path, *rows: str) -> tuple[object, ...]:
    written(folder, "".join(rows), "body/requirements.toml")
    return load_catalogue(folder)


def test_a_row_is_read_whole(tmp_path: Path) -> None:
    more = """
    needs = ["query", "release>=4.5?"]
    killed-by = ["a+b"]
    profiles = ["documented"]
    consequence = { en = "c", zh = "后果" }
    not-tested = "because"
    """
    (row,) = load_catalogue(written(tmp_path, ROW.format(id="ZT-BODY-001") + more, "body/requirements.toml").parents[1])
    assert (row.id, row.area, row.level, row.basis, row.source) == (
        "ZT-BODY-001",
        "body",
        "must",
        "document",
        "the page",
    )
    assert (row.needs, row.killed_by, row.profiles) == (("query", "release>=4.5?"), ("a+b",), ("documented",))
    assert row.consequence == {"en": "c", "zh": "后果"}
    assert row.not_tested == "because"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([""], "line 1: the file has no requirement; add it."),
        ([ROW.format(id="ZT-BODY-1")], 'line 3: requirement.id must be an id such as ZT-BODY-014, but is "ZT-BODY-1".'),
        ([ROW.format(id="ZT-BODY-001\\n")], "line 3: requirement.id must be an id"),
        ([ROW.format(id="ZT-BODY-001"), 'nots = "x"'], "line 9: requirement.nots is not known here"),
        ([ROW.format(id="ZT-BODY-001").replace("text.zh", "#")], "requirement.text has no zh; add it."),
        (
            [ROW.format(id="ZT-BODY-001"), 'needs = ["querry"]'],
            "line 9: requirement.needs must be a capability such as",
        ),
        ([ROW.format(id="ZT-BODY-001"), 'profiles = ["x"]'], "line 9: requirement.profiles must be one of"),
        ([ROW.format(id="ZT-BODY-001"), 'after = ["ZT-BODY-9"]'], "line 9: requirement.after must be an id"),
        (
            [ROW.format(id="ZT-BODY-001"), ROW.format(id="ZT-BODY-002"), 'after = ["ZT-BODY-009"]'],
            "line 17: requirement.after of ZT-BODY-002 names ZT-BODY-009, which is in no catalogue.",
        ),
        (
            [ROW.format(id="ZT-BODY-001"), ROW.format(id="ZT-BODY-001")],
            "line 11: requirement.id ZT-BODY-001 is defined in",
        ),
        (
            [
                ROW.format(id="ZT-BODY-001"),
                'after = ["ZT-BODY-002"]',
                ROW.format(id="ZT-BODY-002"),
                'after = ["ZT-BODY-001"]',
            ],
            "line 9: requirement.after makes ZT-BODY-001 depend on itself.",
        ),
    ],
)
def test_a_bad_catalogue_is_one_sentence(tmp_path: Path, rows: list[str], words: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        catalogue(tmp_path, *rows)
    assert words in str(caught.value)
    assert "requirements.toml" in str(caught.value)


def test_all_of_these_are_errors_of_the_caller() -> None:
    assert issubclass(CatalogueError, UsageError)
    assert issubclass(ProfileError, UsageError)

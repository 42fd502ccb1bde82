"""The reference page names every choice, family, trigger and seed as the code has them."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.faults import FAMILIES, FAULTS, describe_triggers
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.undocumented import Choices

PAGE = Path(__file__).parents[3].joinpath("docs", "reference", "simulator.md").read_text("utf-8")


def test_every_choice_is_listed_with_its_words() -> None:
    for one in fields(Choices):
        default, *others = one.metadata["words"]
        words = ", ".join(f"`{word}`" for word in others)
        row = f"| `{one.name.replace('_', '-')}` | {one.metadata['about']} | `{default}` | {words} |"
        assert row in PAGE


def test_every_family_and_every_trigger_with_a_figure_is_listed() -> None:
    for name, family in FAMILIES.items():
        assert f"| `{name}:{family.form}` | {family.description} |" in PAGE
    for name, about in describe_triggers().items():
        if ":" in name:
            assert f"| `{name}(...)` | {about} |" in PAGE
    named = re.findall(r"`(when-[a-z-]+)`", PAGE)
    assert set(named) <= set(describe_triggers())


@pytest.mark.parametrize("person", seed_data.PEOPLE, ids=lambda person: person.name)
def test_everybody_is_listed(person: seed_data.Person) -> None:
    assert f"| `{person.name}` | `{person.uuid}` |" in PAGE


def test_the_other_seeds_are_listed() -> None:
    known = (
        *(
            seed_data.DEFAULT_COLLECTION,
            seed_data.FOREIGN_COLLECTION,
            seed_data.DISABLED_COLLECTION,
            seed_data.CREATE_VM_TYPE,
        ),
        *(
            seed_data.RESIZE_VM_TYPE,
            seed_data.TAG_PATTERN,
            *seed_data.FOREIGN_TICKETS,
            seed_data.ACCESS_KEY_ID,
            seed_data.ACCESS_KEY_SECRET,
        ),
    )
    assert [uuid for uuid in known if uuid not in PAGE] == []


def test_the_faults_that_the_page_names_exist() -> None:
    table = PAGE.partition("Where faults act:")[2].partition("A few names")[0]
    named = [name for name in re.findall(r"`([^`]+)`", table) if not re.search(r"[A-Z]{3}|:\Z", name)]
    plain = {"200", "202", "204", "page", "hidden", "trace", "close", "hang"}
    assert [name for name in named if name not in FAULTS and name not in plain] == []


def test_the_examples_of_the_page_can_be_read() -> None:
    for text in re.findall(r"`(embedded[^`\[]*)`", PAGE):
        if "NAME" not in text:
            parse_options(text)

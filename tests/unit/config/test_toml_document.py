"""The line that a message names is the line that is wrong."""

from __future__ import annotations

import tomllib

import pytest

from pytest_zstack_ticket.config.toml_document import Field, line_of

TEXT = '''\
# comment: name = "no"
name = "first"
"quoted key" = 1
dotted.one.two = 3

[ticket]
name = """
[not-a-table]
name = "inside"
"""
list = [
  "a",
  "b",
]

[api-body.nested]
name = 'x'
inline = { deep = { deeper = 1 } }
[[requirement]]
id = "A"
text.en = "one"

[[requirement]]
id = "B"
text."zh" = """one line"""
killed-by = []
[requirement.consequence]
en = "c"
[[requirement.sub]]
x = 1
[[requirement.sub]]
x = 2
[[requirement]]
id = \'\'\'
C\'\'\'
'''


@pytest.mark.parametrize(
    ("field", "line"),
    [
        (("name",), 2),
        (("quoted key",), 3),
        (("dotted", "one", "two"), 4),
        (("dotted", "one"), 1),
        (("ticket",), 6),
        (("ticket", "name"), 7),
        (("ticket", "list"), 11),
        (("ticket", "list", 1), 11),
        (("ticket", "missing"), 6),
        (("api-body", "nested", "name"), 17),
        (("api-body", "nested", "inline", "deep", "deeper"), 18),
        (("requirement", 0), 19),
        (("requirement", 0, "id"), 20),
        (("requirement", 0, "text", "en"), 21),
        (("requirement", 0, "killed-by"), 19),
        (("requirement", 1, "id"), 24),
        (("requirement", 1, "text", "zh"), 25),
        (("requirement", 1, "killed-by"), 26),
        (("requirement", 1, "consequence", "en"), 28),
        (("requirement", 1, "sub", 0, "x"), 30),
        (("requirement", 1, "sub", 1, "x"), 32),
        (("requirement", 2, "id"), 34),
        (("requirement", 9), 1),
        ((), 1),
        (("nowhere",), 1),
    ],
)
def test_a_field_is_found_on_its_line(field: Field, line: int) -> None:
    assert line_of(TEXT, field) == line


def test_the_text_of_this_test_is_toml() -> None:
    assert tomllib.loads(TEXT)["requirement"][2]["id"] == "C"

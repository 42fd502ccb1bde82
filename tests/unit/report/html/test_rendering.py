"""The environment that templates are rendered in: what it outputs is inert, and nothing is output by accident."""

import subprocess
import sys

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from pytest_zstack_ticket.report.html.rendering import TEMPLATES, anchor, attribute, environment


def output(template: str, **values: object) -> str:
    return environment().from_string(template).render(values)


def test_text_is_escaped_and_markup_is_not():
    assert output("<p>{{ text }}{{ markup }}</p>", text="<", markup=Markup("<b>")) == "<p>&lt;<b></p>"


def test_none_is_nothing_and_zero_is_a_number():
    assert output("{{ nothing }}{{ zero }}", nothing=None, zero=0) == "0"


def test_what_could_steer_a_reader_is_a_marked_escape():
    assert output("{{ text }}", text="a\u202eb") == 'a<i class="esc">\\u202e</i>b'
    assert output("{{ text }}", text=r"a\u202eb") == r"a\u202eb"
    assert output("{{ text }}", text="a\n<\x00") == 'a<i class="esc">\\n</i>&lt;<i class="esc">\\u0000</i>'


def test_an_escape_in_an_attribute_is_not_marked():
    assert output('<p title="{{ text|attribute }}"/>', text='"\u202e') == r'<p title="&#34;\u202e"/>'
    assert attribute(Markup("<b>")) == "&lt;b&gt;"


def test_lines_stay_lines():
    assert output("<pre>{{ text|lines }}</pre>", text="a\n<\r") == '<pre>a\n&lt;<i class="esc">\\r</i></pre>'


def test_line_breaks_of_a_template_output_nothing():
    assert output("<p>\n  {% if true %}\n  {{ text }} b\n  {% endif %}\n</p>", text="a") == "<p>a b</p>"


def test_a_value_that_is_not_there_is_an_error():
    with pytest.raises(UndefinedError):
        output("{{ missing }}")


def test_an_anchor_has_only_what_a_fragment_can_hold():
    assert anchor('OWN "1"><b>') == "OWN--1---b-"


def test_every_template_can_be_loaded():
    for file in TEMPLATES.glob("*.[hx]*ml"):
        assert environment().get_template(file.name).name == file.name


def test_only_a_page_pays_for_jinja2():
    code = (
        "import sys; import pytest_zstack_ticket.runner.conclusion, pytest_zstack_ticket.report.html.page, "
        "pytest_zstack_ticket.report.pdf.printer; sys.exit('jinja2' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

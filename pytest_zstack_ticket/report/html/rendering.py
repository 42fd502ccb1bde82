"""The Jinja2 environment of the page: every value that a template outputs is inert text, whoever wrote it.

A line break in a template, with the indentation around it, outputs nothing; so a template may be laid out for reading
while `pre` elements and the XML of the PDF get no white space that is not data. Only this module knows Jinja2, and only
`render_page` and the PDF import it: a run that writes no page does not pay for it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from pytest_zstack_ticket.report.html.page_context import PageContext
from pytest_zstack_ticket.report.text.columns import escapes
from pytest_zstack_ticket.report.text.verdict_marks import VERDICT_MARKS

TEMPLATES = Path(__file__).parent / "templates"
_LINE_BREAK = re.compile(r"\s*\n\s*")


def render(template: str, context: PageContext, **views: object) -> str:
    """Render a template of the package with the view data of its parts."""
    functions = {"say": context.say, "word": context.word, "text": context.text, "counts": context.counts}
    return (
        environment()
        .get_template(template)
        .render(functions, report=context.report, certificate=context.evidence, **views)
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Make the environment of the package's templates, once."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=inert,
        extensions=[DropLineBreaks],
    )
    made.filters |= {"attribute": attribute, "lines": lines, "anchor": anchor}
    css, script = own("page.css"), own("page.js")
    made.globals |= {"verdict_marks": VERDICT_MARKS, "css": css, "css_digest": digest(css)}
    made.globals |= {"script": script, "script_digest": digest(script)}
    return made


def own(name: str) -> Markup:
    """Style or script of the package."""
    return Markup((TEMPLATES / name).read_text("utf-8"))  # noqa: S704 - our file


def digest(text: str) -> str:
    """Digest of an inline style or script as a policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class DropLineBreaks(Extension):
    """Leaves out each line break of a template, with the white space around it."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Change the text between tags; tags keep their line numbers."""
        for token in stream:
            kept = token.type != "data"
            yield token if kept else Token(token.lineno, token.type, _LINE_BREAK.sub("", token.value))


def inert(value: object) -> str:
    """Text for an element, in which characters that could steer a reader are marked escapes.

    None is nothing; markup, which only templates and filters make, stays as it is; Jinja2 escapes what is not markup.
    """
    if isinstance(value, Markup):
        return value
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():
        return text
    return Markup(escapes(escape(text), _marked))  # noqa: S704 - escaped here


def attribute(value: object) -> Markup:
    """Text for an attribute: as `inert`, but its escapes are not marked, for an attribute holds no element."""
    return Markup(escapes(escape(str(value)), str))  # noqa: S704 - escaped here


def lines(text: str) -> Markup:
    """Text for an element that keeps white space: as `inert`, but line breaks stay line breaks."""
    return Markup("\n").join(inert(line) for line in text.split("\n"))


def anchor(key: str) -> str:
    """Id of the element of a requirement, for links to lead to."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in key)


def _marked(code: str) -> str:
    return f'<i class="esc">{code}</i>'

"""What ZQL's parser says of the text that is made of a query. Source: ZQL.g4, ZQL.java; messages are ANTLR 4.7's.

Only the rules that such a text can reach are here: a target, conditions, totals, one order, a limit and an offset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORDS = (
    "is not null|is null|not in|not like|not has|list\\(|in|like|has|by|inner|left|right|join|on|filter by|offset|limit"
    "|query|getapi|count|sum|search|order by|group by|named as|asc|desc|restrict by|return with|where|from|and|or|api"
    "|output|true|false"
)
_RULES = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("word", _WORDS),
        ("sign", r"!=|>=|<=|--|[=<>().,;{}*/%+-]"),
        ("INT", "-?[0-9]+"),
        ("FLOAT", r"-?[0-9]+\.[0-9]+"),
        ("ID", "[a-zA-Z0-9_]+"),
        ("STRING", "\"[^\"]*\"|'(?:''|[^'])*'"),
    )
)
_BLANK = re.compile(r"[ \t\r\n]*")
_OPERATORS = frozenset({"=", "!=", ">", ">=", "<", "<=", "is null", "is not null", "in", "not in", "like", "not like"})
_VALUES = frozenset({"STRING", "INT", "FLOAT"})
_STARTS = ("'('", "ID")
_ENDS = ("<EOF>", "';'")
_QUERIES = ("'query'", "'count'", "'sum'", "'search'")
_MATHS = frozenset({"*", "/", "%", "+", "-", "--"})
_AROUND = 10


class ZqlError(Exception):
    """The text cannot be parsed; its message is the exception that the parser throws, as Java shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token: its kind (the text itself, for words and signs), its text and where it begins."""

    kind: str
    text: str
    at: int


@dataclass(slots=True)
class Parser:
    """A parser of one text; tokens are read as late as ANTLR reads them, since the first error of either wins."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    at: int = 0
    end: int = 0
    paths: list[tuple[str, ...]] = field(default_factory=list)

    def parse(self) -> list[tuple[str, ...]]:
        """Parse the text and return the members that its conditions name, in parts; raises ZqlError."""
        self._advance()  # query or count
        self._target()
        if self._kind() == "where":
            self._advance()
            self._condition()
            while self._kind() in ("(", "ID"):
                self._condition()
        if self._kind() == "return with" and self.tokens[0].kind == "query":
            self._advance(4)
        if self._kind() == "order by":
            self._advance()
            self._order()
            while self._kind() == ",":
                self._advance()
                self._order()
        for clause in ("limit", "offset"):
            if self._kind() == clause:
                self._advance(2)
        if self._kind() == ";":
            self._advance()
            self._sync(_QUERIES)
        if self._kind() != "<EOF>":
            self._sync(_ENDS)
        return self.paths

    def _target(self) -> None:
        start = self.at
        self._advance()
        if self._kind() != ".":
            return
        if self._kind(1) != "ID":
            self._no_way(start, self.at + 1)
        self._advance(2)
        if self._kind() == "," and self._kind(1) == "ID":
            follow = self.at
            while self._peek(follow).kind == "," and self._peek(follow + 1).kind == "ID":
                follow += 2
            # several fields are taken in one piece or not at all
            if self._peek(follow).kind != ",":
                self._advance(follow - self.at)
        while self._kind() == ".":
            self._advance()
            self._match("ID")

    def _condition(self) -> None:
        self._sync(_STARTS)
        if self._kind() == "(":
            self._advance()
            self._condition()
            self._match("')'")
        else:
            self._expression()
        while self._kind() in ("and", "or"):
            self._advance()
            self._condition()

    def _expression(self) -> None:
        start = ahead = self.at
        while self._peek(ahead + 1).kind == ".":
            if self._peek(ahead + 2).kind != "ID":
                self._no_way(start, ahead + 2)
            ahead += 2
        if self._peek(ahead + 1).kind not in _OPERATORS:
            self._no_way(start, ahead + 1)
        self.paths.append(tuple(one.text for one in self.tokens[start : ahead + 1 : 2]))
        self._advance(ahead + 2 - start)
        if self._kind() == "(":
            self._values()
        elif self._kind() in _VALUES:
            self._advance()

    def _values(self) -> None:
        self._advance(2)
        first = self.at
        while self._kind() == ",":
            self._advance(2)
        if self._kind() != ")":
            # once the list has gone on, its loop complains without a look at what comes after
            if self.at > first:
                self._unwanted("{',', ')'}")
            self._sync(("','", "')'"))
        self._advance()

    def _order(self) -> None:
        self._sync(_STARTS)
        start = self.at
        function = self._kind(1) == "(" and self._kind() == "ID"
        if function or self._kind() == "(":
            self._advance(1 + function)
            if not function:
                self._sync(_STARTS)
            self._match("ID")
            self._match("')'")
        else:
            self._member(start)
        while self._kind() in _MATHS:
            self._advance()
            self._sync(_STARTS)
            self._advance()
        self._match("ORDER_BY_VALUE")

    def _member(self, start: int) -> None:
        """Pass what an order begins with: a name, or several with dots between."""
        while self._kind(1) == ".":
            if self._kind(2) != "ID":
                self._no_way(start, self.at + 2)
            self._advance(2)
        if self._kind(1) in (",", ")"):
            self._no_way(start, self.at + 1)
        self._advance()

    def _match(self, wanted: str) -> None:
        """Take a token, or complain as the error strategy does: one too many, one too few, or another."""
        if _named(self._peek(self.at)) == wanted:
            self._advance()
            return
        if _named(self._peek(self.at + 1)) == wanted:
            self._unwanted(wanted)
        if self._kind() in ("limit", ";"):
            self._fail(self._peek(self.at), f"missing {wanted} at {_shown(self._peek(self.at))}")
        self._fail(self._peek(self.at), f"mismatched input {_shown(self._peek(self.at))} expecting {wanted}")

    def _sync(self, wanted: tuple[str, ...]) -> None:
        """Complain unless one of the wanted tokens is next: unwanted if it comes after, else another was expected."""
        if _named(self._peek(self.at)) in wanted:
            return
        listed = f"{{{', '.join(wanted)}}}"
        if _named(self._peek(self.at + 1)) in wanted:
            self._unwanted(listed)
        self._fail(self._peek(self.at), f"mismatched input {_shown(self._peek(self.at))} expecting {listed}")

    def _unwanted(self, wanted: str) -> None:
        self._fail(self._peek(self.at), f"extraneous input {_shown(self._peek(self.at))} expecting {wanted}")

    def _no_way(self, start: int, end: int) -> None:
        last = self._peek(end)
        # the words are cut out of all tokens, so all are read before
        while self.tokens[-1].kind != "<EOF>":
            self._peek(len(self.tokens))
        text = "".join(one.text for one in self.tokens[start : end + 1])
        self._fail(last, f"no viable alternative at input '{_escaped(text)}'")

    def _kind(self, ahead: int = 0) -> str:
        return self._peek(self.at + ahead).kind

    def _advance(self, count: int = 1) -> None:
        """Pass tokens; the one behind them is read at once."""
        for _ in range(count):
            self._peek(self.at)
            self.at += 1
            self._peek(self.at)

    def _peek(self, index: int) -> Token:
        while len(self.tokens) <= index:
            self.tokens.append(self._next())
        return self.tokens[index]

    def _next(self) -> Token:
        blank = _BLANK.match(self.text, self.end)
        start = blank.end() if blank else self.end
        if start >= len(self.text):
            return Token(kind="<EOF>", text="<EOF>", at=start)
        found = [(kind, match[0]) for kind, rule in _RULES if (match := rule.match(self.text, start))]
        if not found:
            self._unknown(start)
        kind, text = max(found, key=lambda one: len(one[1]))
        self.end = start + len(text)
        return Token(kind=text if kind in ("word", "sign") else kind, text=text, at=start)

    def _unknown(self, start: int) -> None:
        """Fail on what begins no token; a quote that stays open is asked for beyond the text's end."""
        if self.text[start] in "\"'":
            size = len(self.text)
            shown = f"offset {start}, count {size - start + 1}, length {size}"
            raise ZqlError(f"java.lang.StringIndexOutOfBoundsException: {shown}")
        text = self.text[start : start + (2 if self.text[start] == "!" else 1)]
        token = Token(kind="", text=text, at=start)
        self._fail(token, f"token recognition error at: '{_escaped(text)}'")

    def _fail(self, token: Token, said: str) -> None:
        before = self.text[: token.at]
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        shown = self.text.split("\n")[line]
        end = len(shown) - 1 if column + _AROUND >= len(shown) else column + _AROUND
        place = f"at line {line + 1}:{column}, {shown[max(0, column - _AROUND) : end]}"
        raise ZqlError(f"org.antlr.v4.runtime.misc.ParseCancellationException: error {said} {place}")


def _named(token: Token) -> str:
    """Name of a token among those that are expected."""
    if token.kind in ("asc", "desc"):
        return "ORDER_BY_VALUE"
    return token.kind if token.kind == "<EOF>" or token.kind.isupper() else f"'{token.kind}'"


def _shown(token: Token) -> str:
    return token.text if token.kind == "<EOF>" else f"'{_escaped(token.text)}'"


def _escaped(text: str) -> str:
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")

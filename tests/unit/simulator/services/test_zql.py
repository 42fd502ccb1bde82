"""The parser of ZQL against what ANTLR 4.7 said of the same texts, with the grammar and the listener of the target."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.services.zql import Parser, ZqlError
from tests.support.simulator_endpoint import Endpoint, code, details

PARSE = "org.antlr.v4.runtime.misc.ParseCancellationException: error "
INDEX = "java.lang.StringIndexOutOfBoundsException: "

SAID = [
    (" where name = '\\'' limit 1000", INDEX, "offset 29, count 13, length 41"),
    (" where name = 'quote\\'s' limit 1000", INDEX, "offset 35, count 13, length 47"),
    (
        " where name = '\\'\\'' limit 1000",
        PARSE,
        "token recognition error at: '\\' at line 1:29, name = '\\'\\'' limit ",
    ),
    (
        " where name = '\\'; drop table x' limit 1000",
        PARSE,
        "mismatched input 'drop' expecting {'query', 'count', 'sum', 'search'} at line 1:31, me = '\\'; drop table",
    ),
    (" where name = '\\'--' limit 1000", INDEX, "offset 31, count 13, length 43"),
    (" where name = 'a\\'1' limit 1000", INDEX, "offset 31, count 13, length 43"),
    (
        " where  is null limit 1000",
        PARSE,
        "mismatched input 'is null' expecting {'(', ID} at line 1:20, et where  is null li",
    ),
    (" where . = 'x' limit 1000", PARSE, "mismatched input '.' expecting {'(', ID} at line 1:19, ket where . = 'x' li"),
    (
        " where na me = 'x' limit 1000",
        PARSE,
        "no viable alternative at input 'name' at line 1:22,  where na me = 'x' l",
    ),
    (
        " where name; = 'x' limit 1000",
        PARSE,
        "no viable alternative at input 'name;' at line 1:23, where name; = 'x' li",
    ),
    (
        " where limit = 'x' limit 1000",
        PARSE,
        "mismatched input 'limit' expecting {'(', ID} at line 1:19, ket where limit = 'x",
    ),
    (
        " where query = 'x' limit 1000",
        PARSE,
        "mismatched input 'query' expecting {'(', ID} at line 1:19, ket where query = 'x",
    ),
    (
        " where name) = 'x' limit 1000",
        PARSE,
        "no viable alternative at input 'name)' at line 1:23, where name) = 'x' li",
    ),
    (" where name! = 'x' limit 1000", PARSE, "token recognition error at: '! ' at line 1:23, where name! = 'x' li"),
    (".,uuid limit 1", PARSE, "no viable alternative at input 'ticket.,' at line 1:13, ry ticket.,uuid limi"),
    (".1 limit 1", PARSE, "no viable alternative at input 'ticket.1' at line 1:13, ry ticket.1 limit "),
    (".uuid' limit 1", INDEX, "offset 17, count 10, length 26"),
    (".(uuid) limit 1", PARSE, "no viable alternative at input 'ticket.(' at line 1:13, ry ticket.(uuid) lim"),
    (".名 limit 1", PARSE, "token recognition error at: '名' at line 1:13, ry ticket.名 limit "),
    (
        " order by name desc asc limit 1000",
        PARSE,
        "mismatched input 'asc' expecting {<EOF>, ';'} at line 1:32, name desc asc limit ",
    ),
    (
        " order by *name asc limit 1000",
        PARSE,
        "extraneous input '*' expecting {'(', ID} at line 1:22,  order by *name asc ",
    ),
    (
        " order by name; asc limit 1000",
        PARSE,
        "extraneous input ';' expecting ORDER_BY_VALUE at line 1:26, er by name; asc limi",
    ),
    (
        " order by name- asc limit 1000",
        PARSE,
        "mismatched input 'asc' expecting {'(', ID} at line 1:28,  by name- asc limit ",
    ),
    (" order by name() asc limit 1000", PARSE, "mismatched input ')' expecting ID at line 1:27, r by name() asc limi"),
    (" where uuid = '\\'' and name = 'a' limit 1000", INDEX, "offset 44, count 13, length 56"),
    (" where name = 'a\\'b' return with (total) limit 1000", INDEX, "offset 31, count 33, length 63"),
    (
        " where name = '工\\'单' limit 1000",
        PARSE,
        "token recognition error at: '单' at line 1:30, ame = '工\\'单' limit 1",
    ),
    (" where name = '工\\'x' limit 1000", INDEX, "offset 31, count 13, length 43"),
    (".uuid,name,* limit 1", PARSE, "mismatched input ',' expecting {<EOF>, ';'} at line 1:17, icket.uuid,name,* li"),
    (".uuid,*,x limit 1", PARSE, "mismatched input ',' expecting {<EOF>, ';'} at line 1:17, icket.uuid,*,x limit"),
    (".uuid.* limit 1", PARSE, "mismatched input '*' expecting ID at line 1:18, cket.uuid.* limit "),
    (".uuid* limit 1", PARSE, "mismatched input '*' expecting {<EOF>, ';'} at line 1:17, icket.uuid* limit "),
    (" order by a, b asc limit 1", PARSE, "no viable alternative at input 'a,' at line 1:23, order by a, b asc li"),
    (
        " order by a = asc limit 1",
        PARSE,
        "extraneous input '=' expecting ORDER_BY_VALUE at line 1:24, rder by a = asc limi",
    ),
    (
        " order by a limit asc limit 1",
        PARSE,
        "extraneous input 'limit' expecting ORDER_BY_VALUE at line 1:24, rder by a limit asc ",
    ),
    (
        " order by asc asc limit 1",
        PARSE,
        "mismatched input 'asc' expecting {'(', ID} at line 1:22,  order by asc asc li",
    ),
    (" order by ; asc limit 1", PARSE, "mismatched input ';' expecting {'(', ID} at line 1:22,  order by ; asc limi"),
    (" order by a:b asc limit 1", PARSE, "token recognition error at: ':' at line 1:23, order by a:b asc lim"),
    (" where a.b c = 'x' limit 1", PARSE, "no viable alternative at input 'a.bc' at line 1:23, where a.b c = 'x' li"),
    (" where *a = 'x' limit 1", PARSE, "extraneous input '*' expecting {'(', ID} at line 1:19, ket where *a = 'x' l"),
    (" where a:b = 'x' limit 1", PARSE, "token recognition error at: ':' at line 1:20, et where a:b = 'x' l"),
    (" where  = 'x' limit 1", PARSE, "mismatched input '=' expecting {'(', ID} at line 1:20, et where  = 'x' limi"),
    (
        " where a is null = 'x' limit 1",
        PARSE,
        "mismatched input '=' expecting {<EOF>, ';'} at line 1:29, a is null = 'x' limi",
    ),
    (
        " where name = 'a' and b c = 'x' limit 1",
        PARSE,
        "no viable alternative at input 'bc' at line 1:36, 'a' and b c = 'x' li",
    ),
    (
        " where name = '\\'1\\'1' limit 1",
        PARSE,
        "token recognition error at: '\\' at line 1:30, ame = '\\'1\\'1' limit",
    ),
    (" where name = 'a\\' b c' limit 1", INDEX, "offset 34, count 10, length 43"),
    (
        " where name = 'a\\'; select 1' limit 1",
        PARSE,
        "mismatched input 'select' expecting {'query', 'count', 'sum', 'search'} at line 1:32, e = 'a\\'; select 1' ",
    ),
    (" where name = 'a\\' # x' limit 1", PARSE, "token recognition error at: '#' at line 1:31, me = 'a\\' # x' limit"),
    (
        " where name = 'a\\' or 1 x' limit 1",
        PARSE,
        "extraneous input '1' expecting {'(', ID} at line 1:34, = 'a\\' or 1 x' limit",
    ),
    (" where name = 'a\\' limit x' limit 1", INDEX, "offset 38, count 10, length 47"),
    (
        " where name = 'a\\',b' limit 1",
        PARSE,
        "mismatched input ',' expecting {<EOF>, ';'} at line 1:30, ame = 'a\\',b' limit ",
    ),
    (" where name in ('\\'') limit 1", INDEX, "offset 31, count 11, length 41"),
    (" where a\"b = 'x' limit 1", INDEX, "offset 20, count 17, length 36"),
    (" where a/b = 'x' limit 1", PARSE, "no viable alternative at input 'a/' at line 1:20, et where a/b = 'x' l"),
    (
        " where true = 'x' limit 1",
        PARSE,
        "mismatched input 'true' expecting {'(', ID} at line 1:19, ket where true = 'x'",
    ),
    (
        " where a > = 'x' limit 1",
        PARSE,
        "mismatched input '=' expecting {<EOF>, ';'} at line 1:23, where a > = 'x' limi",
    ),
]
"""What follows `query ticket`, and what is thrown; a quote that stays open is looked up beyond the text's end."""


@pytest.mark.parametrize(("text", "thrown", "said"), SAID)
def test_a_text_is_refused_in_the_words_of_the_parser(text: str, thrown: str, said: str) -> None:
    with pytest.raises(ZqlError) as raised:
        Parser(f"query ticket{text}").parse()
    assert str(raised.value) == thrown + said


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (" where name = 'a' and a.b in ('x','y') limit 1", [("name",), ("a", "b")]),
        (" where name=a != 'b' limit 1", [("name",), ("a",)]),
        (".uuid,name where name is not null return with (total) order by name desc limit 1 offset 2", [("name",)]),
        (" where (name = '') limit 1", [("name",)]),
        (" where name like '\\\\' limit -1", [("name",)]),
        (" order by a.b.c asc,d desc limit 1", []),
        (" order by rand(a) asc limit 1", []),
    ],
)
def test_the_members_of_conditions_are_read(text: str, paths: list[tuple[str, ...]]) -> None:
    assert Parser(f"query ticket{text}").parse() == paths


RUNTIME = "org.zstack.header.exception.CloudRuntimeException: "
CLASS = "org.zstack.ticket.entity.TicketInventory"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("q=name%3D'", INDEX + "offset 29, count 13, length 41"),
        (
            "q=name%3D'%20or%201%3D1",
            PARSE + "mismatched input '1' expecting {'(', ID} at line 1:33,  = '\\' or 1=1' limit",
        ),
        ("q=name%3D'x'", PARSE + "token recognition error at: '\\' at line 1:30, ame = '\\'x\\'' limit "),
        (
            "q=name%3F%3Da,it's",
            PARSE + "extraneous input 's' expecting {',', ')'} at line 1:37, ('a','it\\'s') limit ",
        ),
        ("q=is%20null", PARSE + "mismatched input 'is null' expecting {'(', ID} at line 1:20, et where  is null li"),
        ("q=na%20me%3Dx", PARSE + "no viable alternative at input 'name' at line 1:22,  where na me = 'x' l"),
        (
            "q=name%3Da!%3Db",
            f"{RUNTIME}inventory class[class {CLASS}] not having field[a]",
        ),
        ("sort=", PARSE + "mismatched input 'asc' expecting {'(', ID} at line 1:23, order by  asc limit "),
        ("sort=name,uuid", PARSE + "no viable alternative at input 'name,' at line 1:26, er by name,uuid asc "),
        ("sort=%2B-name", PARSE + "extraneous input '-' expecting {'(', ID} at line 1:22,  order by -name asc "),
        (
            "q=a.b.c.d%3Dx",
            (
                f"{RUNTIME}invalid nested query condition[b.c] on class {CLASS},"
                f"the expanded target[class {CLASS}] have no expanded query[a]"
            ),
        ),
    ],
)
def test_a_query_is_refused_as_its_text_is(more: str, said: str) -> None:
    answer = Endpoint("embedded:deployed@5.2?choice=measured").query(more=more)
    assert (answer.status, code(answer), details(answer)) == (503, "SYS.1000", said)


def test_a_target_that_keeps_quotes_finds_them() -> None:
    endpoint = Endpoint("embedded?choice=query-quotes:kept")
    uuid = endpoint.created(name="it's")["uuid"]
    assert [row["uuid"] for row in endpoint.rows("name=it's")] == [uuid]

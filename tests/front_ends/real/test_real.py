"""What holds of the configurations of real front ends, and a run behind one that is installed."""

import re
import sys

import pytest

from tests.front_ends.judge import SOON
from tests.front_ends.real import configuration
from tests.front_ends.real.configuration import configurations, found
from tests.front_ends.real.judge import QUICK, examine, main

GIVEN = {"folder", "upstream", "upstream_port", "port", "inner_port", "other_port"}
ALL = configurations()


def test_every_configuration_has_a_name_of_its_own_and_says_what_it_does():
    assert len({one.name for one in ALL}) == len(ALL)
    assert len({(one.program, one.does) for one in ALL}) == len(ALL)
    assert set(QUICK) <= {one.name for one in ALL}


def texts(one):
    return [*one.files.values(), *one.puts.values(), *(part for command in one.commands for part in command)]


@pytest.mark.parametrize("program", sorted({one.program for one in ALL}))
def test_what_is_put_somewhere_has_a_place(program):
    own = [one for one in ALL if one.program == program]
    holes = {hole for one in own for text in texts(one) for hole in re.findall(r"@([a-z][a-z0-9_]*)@", text)}
    assert {name for one in own for name in one.puts} <= holes
    assert not holes & GIVEN & {name for one in own for name in one.puts}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_configuration_names_both_ends_and_leaves_no_hole(one):
    assert "@port@" in "".join(texts(one))
    assert re.search(r"@upstream(_port)?@", "".join(texts(one)))
    filled = [one.filled(text, dict.fromkeys(GIVEN, "1")) for text in texts(one)]
    assert not any(re.search(r"@[a-z]+@", text) for text in filled)


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        (["--quick"], 0, "no front end is installed: apt-get install nginx\n"),
        (
            ["--name", "nginx-plain"],
            1,
            "nginx is not installed: apt-get install nginx-extras\n0 real front ends: 0 judged wrongly, 1 skipped\n",
        ),
    ],
)
def test_a_program_that_is_not_installed_is_named(asked, status, said, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(configuration, "SEARCHED", "")
    monkeypatch.setattr(sys, "argv", ["judge", *asked])
    assert main() == status
    assert capsys.readouterr().out == said


@pytest.mark.skipif(found("nginx") is None, reason="nginx is not installed")
def test_a_page_of_nginx_is_nginx_s():
    one = next(one for one in ALL if one.name == "nginx-pages-html")
    ended = examine(one, ("--zstack-effort=smoke", "--zstack-seed=1", SOON, "-k", "ZT-ANSWER-002 or ZT-ANSWER-022"))
    assert ended.good, ended
    assert ended.named, ended.shown
    assert ended.doctor, ended.shown

"""fleet.toml: what is read from it, and what is refused with line and field."""

from pathlib import Path

import pytest

from pytest_zstack_ticket.fleet.fleet_file import load_plan, require_files
from pytest_zstack_ticket.fleet.job import job_of, pytest_arguments
from pytest_zstack_ticket.fleet.plan import run_options
from pytest_zstack_ticket.model.errors import FleetError

GOOD = """
[fleet]
at-once = 2
max-rate = 20
[defaults]
profile = "deployed"
options = { effort = "smoke", insecure = true }
secrets = { password = { env = "SHARED" } }
[[target]]
name = "north"
url = "https://north:8443"
groups = ["canary"]
context = "north.toml"
select = "ZT-BODY"
options = { max-rate = 5, webhook = false }
secrets = { password = { command = ["vault", "read", "north"] } }
[[target]]
name = "south"
url = "https://south"
[[target]]
name = "try"
url = "embedded"
[[wave]]
name = "first"
groups = ["canary"]
targets = ["try"]
continue-if = "passed"
"""


def plan(folder: Path, text: str):
    file = folder / "fleet.toml"
    file.write_text(text)
    return load_plan(file)


def test_a_target_has_its_own_settings_over_the_defaults(tmp_path):
    found = plan(tmp_path, GOOD)
    north, south, _ = found.targets
    assert north.options["context"] == str(tmp_path / "north.toml")
    assert north.options["effort"] == south.options["effort"] == "smoke"
    assert north.secrets["password"] == {"command": ["vault", "read", "north"]}
    assert south.secrets["password"] == {"env": "SHARED"}


def test_a_target_belongs_to_the_first_wave_that_names_it_and_else_to_the_rest(tmp_path):
    first, rest = plan(tmp_path, GOOD).waves
    assert (first.targets, first.continue_if) == (("north", "try"), "passed")
    assert (rest.name, rest.targets) == ("rest", ("south",))


def test_the_rate_of_all_targets_is_shared_by_those_that_run_at_once(tmp_path):
    found = plan(tmp_path, GOOD)
    north, south, embedded = found.targets
    assert run_options(north, found.limits)["max-rate"] == 5
    assert run_options(south, found.limits)["max-rate"] == 10
    assert "max-rate" not in run_options(embedded, found.limits)


def test_options_become_arguments_of_pytest(tmp_path):
    job = job_of(plan(tmp_path, GOOD), "north", fleet="f", work="w", locks="l")
    arguments = pytest_arguments(job, "report")
    assert {"--zstack-url=https://north:8443", "--zstack-insecure", "--zstack-max-rate=5.0"} <= set(arguments)
    assert arguments[-2:] == ["-k", "ZT-BODY"]
    assert not any("webhook" in one for one in arguments)


def test_one_cloud_has_one_lock_however_its_url_is_written(tmp_path):
    found = plan(
        tmp_path, '[[target]]\nname = "a"\nurl = "https://Cloud/x"\n[[target]]\nname = "b"\nurl = "embedded"\n'
    )
    other = plan(tmp_path, '[[target]]\nname = "c"\nurl = "https://cloud:443"\n')
    assert found.target("a").lock_name == other.target("c").lock_name
    assert found.target("b").lock_name == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file has no target"),
        ('[[target]]\nname = "a/b"\nurl = "embedded"', "line 2: target.name must be a name"),
        ('[[target]]\nname = "a"\nurl = "https://u:p@h"', "line 3: target.url must be http"),
        ('[[target]]\nname = "a"\nurl = "http://h:99999"', "line 3: target.url has a port"),
        ('[[target]]\nname = "a"\nurl = "embedded"\n[[target]]\nname = "A"\nurl = "embedded"', "line 5: target.name"),
        (
            '[[target]]\nname = "a"\nurl = "http://h"\n[[target]]\nname = "b"\nurl = "http://H:80/"',
            "line 6: target.url is the cloud of 'a' too",
        ),
        (
            '[[target]]\nname = "a"\nurl = "embedded"\n[target.secrets]\npassword = "hunter2"',
            "must say where to find it",
        ),
        (
            '[[target]]\nname = "a"\nurl = "embedded"\nsecrets = { passwort = { env = "A" } }',
            "is not a secret of a run",
        ),
        ('[[target]]\nname = "a"\nurl = "embedded"\noptions = { url = "x" }', "is not an option"),
        (
            '[[target]]\nname = "a"\nurl = "embedded"\n[[wave]]\nname = "w"\ngroups = ["no"]',
            "names 'no', which no target",
        ),
        ('[[target]]\nname = "a"\nurl = "embedded"\n[[wave]]\nname = "rest"', "is the name of another wave"),
        ('[[target]]\nname = "a"\nurl = "embedded"\n[[wave]]\nname = "w"', "line 4: wave w has no target"),
        (
            '[[target]]\nname="a"\nurl="embedded"\n[[wave]]\nname="v"\ntargets=["a"]\n[[wave]]\nname="w"\ntargets=["a"]',
            "line 7: wave w has no target",
        ),
        ('[[target]]\nname = "a"\nurl = "embedded"\noptions = { effort = "smok" }', "line 4: target.options.effort"),
        ('[defaults]\noptions = { seed = "x" }\n[[target]]\nname = "a"\nurl = "embedded"', "line 2: defaults.options"),
        ('[[target]]\nname = "a"\nurl = "embedded"\noptions = { max-rate = -1 }', "is not a number of requests"),
        ('[[target]]\nname = "a"\nurl = "embedded"\noptions = { insecure = "yes" }', "must be true or false"),
        ('[[target]]\nname = "a"\nurl = "embedded"\noptions = { user = true }', "needs a value"),
        ('[[target]]\nname = "a"\nurl = "embeddedx"', "is not an embedded endpoint"),
        ('[[target]]\nname = "a"\nurl = "embedded?fault=none-such"', "line 3: target.url cannot be used: fault"),
        (
            '[[target]]\nname = "a"\nurl = "http://localhost:1"\n[[target]]\nname = "b"\nurl = "http://127.0.0.2:1"',
            "line 6: target.url is the cloud of 'a' too",
        ),
        ('[[waves]]\nname = "a"', "did you mean wave?"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path, text, words):
    with pytest.raises(FleetError) as refused:
        plan(tmp_path, text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        'secrets.password = "hunter2"',
        'secrets.password = { text = "hunter2" }',
        'url = "http://u:hunter2@h"',
        'url = "http://h/?password=hunter2"',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path, line):
    url = "" if line.startswith("url") else 'url = "embedded"\n'
    with pytest.raises(FleetError) as refused:
        plan(tmp_path, f'[[target]]\nname = "a"\n{url}{line}')
    assert "line" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_files_that_targets_name_have_to_be_here(tmp_path):
    found = plan(tmp_path, GOOD)
    with pytest.raises(FleetError, match=r"target north: context names .*north\.toml, which does not exist"):
        require_files(found)
    (tmp_path / "north.toml").touch()
    require_files(found)


@pytest.mark.parametrize("one", ["https://[::1]:8443", "https://localhost.:8443", "https://127.0.0.3:8443/zstack"])
def test_all_names_of_this_machine_have_one_lock(tmp_path, one):
    names = [plan(tmp_path, f'[[target]]\nname = "a"\nurl = "{url}"\n') for url in (one, "https://localhost:8443")]
    assert len({found.target("a").lock_name for found in names}) == 1

"""Which tests a run collects: the shipped suites where a target but no path is given.

PYTEST_DONT_REWRITE: every pytest run on the machine imports this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_zstack_ticket.config.options import COMMAND_LINE
from pytest_zstack_ticket.config.package_data import PACKAGE, suites_folder
from pytest_zstack_ticket.plugin.options import command_line_options, given
from pytest_zstack_ticket.plugin.private_api import forget_ini, set_confcutdir

if TYPE_CHECKING:
    from pytest_zstack_ticket.runner.run import Run

FILES = "test_*.py"
SHOWS = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow", "setupplan")
"""Options of pytest that show something and run no test."""
FUNCTIONS = "test"


def is_asked_for(config: pytest.Config) -> bool:
    """Return True if a run of ours was asked for: by a target, by another option of ours, or by naming our suites."""
    if _only_shows(config):
        return False
    return given(config, "url") is not None or bool(command_line_options(config)) or names_suites(config)


def _only_shows(config: pytest.Config) -> bool:
    """Return True for `--help`, `--fixtures` and their like, which run no test."""
    return any(getattr(config.option, name, False) for name in SHOWS)


def is_ambient(run: Run, config: pytest.Config) -> bool:
    """Return True for a target that was not named for this session: a variable or an ini file did, for whoever uses it.

    Such a target is reached only once a test is collected that needs it.
    """
    ours = run.shipped or run.role != "alone" or bool(command_line_options(config)) or run.options["plan"]
    return not ours and not names_suites(config)


def names_suites(config: pytest.Config) -> bool:
    """Return True if the suites of this checkout were named on the command line; they run without a target too."""
    folder = suites_folder()
    if folder.parent == PACKAGE or config.args_source is not pytest.Config.ArgsSource.ARGS:
        return False
    here = config.invocation_params.dir
    return any(folder in (path := _path(here, arg), *path.parents) for arg in config.args)


def _path(here: Path, arg: str) -> Path:
    return (here / arg.partition("::")[0]).resolve()


def choose_tests(config: pytest.Config) -> bool:
    """Let the shipped suites run if nothing else was named; return True if they are what runs.

    A URL on the command line asks for them even where an ini file has `testpaths` or paths in `addopts`; one from an
    environment variable or an ini file never does, or it would take the place of a project's own tests.
    """
    if config.args_source is pytest.Config.ArgsSource.ARGS and not _only_addopts_names(config):
        return False
    url = given(config, "url")
    if url is None or url.origin != COMMAND_LINE:
        return False
    run_suites(config)
    return True


def _only_addopts_names(config: pytest.Config) -> bool:
    """Return True if a target was typed and the paths were not: they stand in `addopts` or PYTEST_ADDOPTS."""
    typed = [str(arg) for arg in config.invocation_params.args]
    # a file of arguments, @FILE, may hold either
    if any(arg.startswith("@") for arg in typed) or not any(arg.startswith("--zstack-url") for arg in typed):
        return False
    return not any(arg in typed for arg in config.args)


def run_suites(config: pytest.Config) -> None:
    """Let the shipped suites be collected, whatever a project's own settings say of the names of tests and of fixtures.

    A conftest.py above the suites, as a checkout has it, is not theirs; their modules stay out of sys.path.
    """
    config.args = [str(suites_folder())]
    config.option.importmode = "importlib"
    set_confcutdir(config, suites_folder())
    forget_ini(config, "usefixtures")
    config.addinivalue_line("python_files", FILES)
    config.addinivalue_line("python_functions", FUNCTIONS)


def lies_on_the_way(path: Path) -> bool:
    """Return True for the shipped suites, what is in them, and the folders above them."""
    folder = suites_folder()
    return path == folder or path in folder.parents or folder in path.parents

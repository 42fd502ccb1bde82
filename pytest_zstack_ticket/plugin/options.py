"""Command-line and ini options of the pytest plugin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from pytest_zstack_ticket.config.options import (
    COMMAND_LINE,
    DEFAULT,
    OPTIONS,
    Option,
    RunOptions,
    Value,
    default_seed,
    environment_language,
    typed_value,
)
from pytest_zstack_ticket.config.secrets import secrets_of

INI_TYPES = {"flag": "bool", "seconds": "float", "number": "int", "count": "int", "rate": "float"}


def add_options(parser: pytest.Parser) -> None:
    """Register every option and its ini key."""
    group = parser.getgroup("zstack", "ZStack CreateTicket conformance")
    for option in OPTIONS:
        settings: dict[str, Any] = {"dest": option.dest, "default": None, "help": option.help}
        if option.kind == "flag":
            group.addoption(f"--zstack-{option.name}", action="store_true", **settings)
        elif option.kind == "plan":
            # a path after it is taken for its value, which the error says
            group.addoption(f"--zstack-{option.name}", nargs="?", const=option.choices[0], **settings)
        else:
            metavar = "|".join(option.choices) or option.metavar
            group.addoption(f"--zstack-{option.name}", metavar=metavar, **settings)
        ini_type: Any = INI_TYPES.get(option.kind, "string")
        parser.addini(option.dest, option.help, type=ini_type, default=None)


def given(config: pytest.Config, name: str) -> Value | None:
    """Return what was given for an option, as it was given, or None if nothing was."""
    option = next(option for option in OPTIONS if option.name == name)
    return _given(option, config, os.environ)


def command_line_options(config: pytest.Config) -> list[str]:
    """Return the names of our options that stand on the command line."""
    return [option.name for option in OPTIONS if config.getoption(option.dest) is not None]


def options_of(config: pytest.Config, environment: Mapping[str, str] | None = None) -> RunOptions:
    """Return the effective values. Raises SettingsError for any that cannot be used."""
    variables = os.environ if environment is None else environment
    values = {option.name: _value(option, config, variables) for option in OPTIONS}
    if values["lang"].value == "":
        values["lang"] = environment_language(variables)
    if values["seed"].value == "":
        values["seed"] = default_seed(values["effort"].value, values["nonce"].value)
    return RunOptions(values, secrets_of(variables))


def _given(option: Option, config: pytest.Config, variables: Mapping[str, str]) -> Value | None:
    on_line = config.getoption(option.dest)
    if on_line is not None:
        return Value(on_line, COMMAND_LINE)
    if variables.get(option.variable):
        return Value(variables[option.variable], option.variable)
    in_file = _ini(option, config)
    return None if in_file in (None, "") else Value(in_file, config.inipath.name if config.inipath else "ini")


def _ini(option: Option, config: pytest.Config) -> Any:
    try:
        found = config.getini(option.dest)
    except (TypeError, ValueError) as error:  # pytest before 9.2 does not make a usage error of them
        raise pytest.UsageError(str(error)) from error
    if found and option.kind in ("file", "profile") and config.inipath:
        beside = config.inipath.parent / found
        return str(beside) if option.kind == "file" or beside.exists() else found
    return found


def _value(option: Option, config: pytest.Config, variables: Mapping[str, str]) -> Value:
    found = _given(option, config, variables)
    return Value(typed_value(option, found), found.origin) if found else Value(option.default, DEFAULT)

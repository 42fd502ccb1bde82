"""The pytest plugins of a run that are neither pytest's own nor ours: each could alter what is examined or shown."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.config.options import allowed_plugins
from pytest_zstack_ticket.config.package_data import PACKAGE
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.coverage import is_known_plugin

OWN_FOLDERS = (PACKAGE, Path(pytest.__file__).parent, Path(pytest.__file__).parents[1] / "_pytest")
"""Folders of plugins whose version or digest stands in the report already."""
INI_KEYS = ("addopts", "usefixtures", "pythonpath")
"""Settings of pytest that can change what runs."""


_NO_SOCKETS = (
    "--disable-socket (pytest-socket) keeps every test from the target: leave it out of the command and of addopts, "
    "or add --force-enable-socket."
)
_FORKED = (
    "--forked (pytest-forked) runs each test in a process of its own, and what it saw of the target is lost with it: "
    "leave it out of the command and of addopts. -n 2 runs tests in several processes."
)
_IN_THE_WAY = (("disable_socket", "force_enable_socket", _NO_SOCKETS), ("forked", "", _FORKED))
"""Options of other plugins under which no test can examine a target, what overrides each, and what to do."""


def refuse_what_is_in_the_way(config: pytest.Config) -> None:
    """Refuse options with which every test would break. Raises SettingsError."""
    for option, unless, why in _IN_THE_WAY:
        if getattr(config.option, option, False) and not (unless and getattr(config.option, unless, False)):
            raise SettingsError(why)


class LoadedPlugins:
    """Every plugin that was registered in this process, even one that withdrew itself later."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._manager = config.pluginmanager
        self._found: dict[str, JsonObject] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Refuse a plugin that could alter a run for a certificate, before anything is sent."""
        run = self._run
        if run.shipped and run.options["effort"] == "certify":
            try:
                self.require_known(allowed_plugins(run.options))
            except SettingsError as error:
                raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Hand over how the run was started, for its report."""
        ini = {key: self._config.getini(key) for key in INI_KEYS}
        # paths as the ini file has them, below its folder, so that no report names a place on this machine
        ini["pythonpath"] = [os.path.relpath(path, self._config.rootpath) for path in ini["pythonpath"]]
        self._run.started_by = {
            "plugins": self.to_json(),
            "addopts": os.environ.get("PYTEST_ADDOPTS", ""),
            "ini": {key: " ".join(map(str, value)) for key, value in ini.items() if value},
        }

    def pytest_plugin_registered(self, plugin: object) -> None:
        """Take in a plugin; objects and modules of one file are one."""
        file = _file_of(plugin)
        if file is None or any(folder in file.parents for folder in OWN_FOLDERS):
            return
        distribution = self._distribution(_module_of(plugin).partition(".")[0], file)
        entry = self._found.setdefault(
            str(file),
            {
                "name": _module_of(plugin),
                "distribution": distribution[0] if distribution else None,
                "version": distribution[1] if distribution else None,
                "digest": _digest(file),
                "hooks": [],
            },
        )
        callers = self._manager.get_hookcallers(plugin) or ()
        entry["hooks"] = sorted({*entry["hooks"], *(caller.name for caller in callers)})

    def _distribution(self, package: str, file: Path) -> tuple[str, str] | None:
        """Name and version of the distribution that brought a file with a plugin; to read them takes its time.

        A file of the same name from another folder of `sys.path` is none of the distribution's, nor is a changed one.
        """
        for plugin, dist in self._manager.list_plugin_distinfo():
            if _module_of(plugin).partition(".")[0] == package and is_of(dist, file):
                return dist.project_name, dist.version
        return None

    def to_json(self) -> list[JsonObject]:
        """List what was found, in a fixed order."""
        return sorted(self._found.values(), key=lambda one: (one["name"], one["digest"] or ""))

    def require_known(self, allowed: Iterable[str]) -> None:
        """Refuse a plugin that has hooks and is neither known nor allowed. Raises SettingsError."""
        for one in self.to_json():
            if one["hooks"] and not is_known_plugin(one, allowed):
                off = self._registered_as(one["name"])
                raise SettingsError(
                    f"the pytest plugin {one['name']} ({one['digest'] or 'without a file'}) could alter a run at "
                    f"effort certify: run without it (-p no:{off}, or in a folder without its conftest.py), "
                    "or name it in --zstack-allow-plugins. The policy decides whether such a run counts."
                )

    def _registered_as(self, module: str) -> str:
        """Find the name that `-p no:NAME` takes: that of the entry point, which need not be the module's."""
        names = (
            name for name, one in self._manager.list_name_plugin() if one is not None and _module_of(one) == module
        )
        return next(names, module)


def _module_of(plugin: object) -> str:
    name = getattr(plugin, "__name__", None) if isinstance(plugin, type(sys)) else type(plugin).__module__
    return str(name)


def _file_of(plugin: object) -> Path | None:
    """Find the file of a module, or of the class of an object; None if there is none, as for a built-in."""
    module: Any = plugin if isinstance(plugin, type(sys)) else sys.modules.get(type(plugin).__module__)
    file = getattr(module, "__file__", None)
    return Path(file).resolve() if file else None


def is_of(dist: Any, file: Path) -> bool:
    """Tell whether a distribution installed a file as it is; one that keeps no list of its files, by the folder."""
    listed = dist.files
    if listed is None:
        return Path(dist.locate_file("")).resolve() in file.parents
    for one in listed:
        if one.name == file.name and Path(dist.locate_file(one)).resolve() == file:
            return one.hash is None or one.hash.value == _record_hash(file, one.hash.mode)
    return False


def _record_hash(file: Path, mode: str) -> str:
    """Hash a file as the list of a wheel has it."""
    return base64.urlsafe_b64encode(hashlib.new(mode, file.read_bytes()).digest()).rstrip(b"=").decode()


def _digest(file: Path) -> str | None:
    try:
        return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    except OSError:
        return None

"""`fleet.toml`: read, checked and made into a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.options import OPTIONS, Value, typed_value
from pytest_zstack_ticket.config.profile_file import BUILT_IN
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.config.secrets import PEOPLE_SECRETS, SECRETS
from pytest_zstack_ticket.config.toml_document import TomlFile, read_toml
from pytest_zstack_ticket.fleet.plan import REST, FleetTarget, Limits, Plan, Wave, waves_of
from pytest_zstack_ticket.model.errors import FleetError, SettingsError, UsageError

OWN = frozenset({"url", "report", "pdf", "plan", "lang", "baseline"})
"""Options of a run that the fleet itself decides."""
ALLOWED = {option.name: option for option in OPTIONS if option.name not in OWN}
KNOWN_SECRETS = frozenset(name.replace("_", "-") for name in (*SECRETS, *PEOPLE_SECRETS))
URL = re.compile(r"https?://[^@\s/?#]+(/[^@\s?#]*)?|embedded\S*")
"""A query could hold a secret, and no run has use for one."""
LIMITS = ("at-once", "max-rate", "retries", "retry-pause", "restarts", "lock-wait")


def load_plan(path: Path) -> Plan:
    """Read a fleet file. Raises FleetError, which names line and field."""
    file = read_toml(path, "fleet", FleetError)
    fleet = file.value.get("fleet", {})
    folder = path.absolute().parent
    shared = file.value.get("defaults", {})
    targets = tuple(_target(file, number, shared, folder) for number in range(len(file.value["target"])))
    waves = waves_of(targets, file.value.get("wave", ()))
    for defect in _defects(file, targets, waves):
        raise defect
    return Plan(
        name=fleet.get("name", path.stem),
        targets=targets,
        waves=waves,
        limits=Limits(**{name.replace("-", "_"): fleet[name] for name in LIMITS if name in fleet}),
        work=_resolved(folder, fleet.get("work", "")),
        locks=_resolved(folder, fleet.get("locks", "")),
        baseline=_resolved(folder, fleet.get("baseline", "")),
    )


def require_files(plan: Plan) -> None:
    """See that the files which targets name are here, where workers of this machine look. Raises FleetError."""
    for one in plan.targets:
        for name, value in one.options.items():
            is_file = ALLOWED[name].kind == "file" or (name == "profile" and value not in BUILT_IN)
            if is_file and not Path(value).exists():
                raise FleetError(f"target {one.name}: {name} names {value}, which does not exist.")


def _target(file: TomlFile, number: int, shared: Mapping[str, Any], folder: Path) -> FleetTarget:
    own = file.value["target"][number]
    options = {**shared.get("options", {}), **own.get("options", {})}
    for name in ("context", "profile"):
        value = own.get(name, shared.get(name, ""))
        if value:
            options[name] = value
    for name, value in options.items():
        _check_option(file, _place(file, number, "options", name), name, value)
    return FleetTarget(
        name=own["name"],
        url=own["url"],
        groups=tuple(own.get("groups", ())),
        options={name: _option_value(name, value, folder) for name, value in options.items()},
        select=own.get("select", shared.get("select", "")),
        secrets={**shared.get("secrets", {}), **own.get("secrets", {})},
        baseline=_resolved(folder, own.get("baseline", "")),
    )


def _place(file: TomlFile, number: int, table: str, name: str) -> tuple[str | int, ...]:
    """Return where a target's option or secret stands: with the target, or among the defaults."""
    own = file.value["target"][number]
    return ("target", number, table, name) if name in own.get(table, {}) else ("defaults", table, name)


def _check_option(file: TomlFile, place: tuple[str | int, ...], name: str, value: Any) -> None:
    """Refuse what a run would refuse, before the first one starts. Raises FleetError."""
    option = ALLOWED.get(name)
    if option is None:
        raise file.refuse(place, "is not an option that a target can have")
    if isinstance(value, bool) and option.kind != "flag":
        raise file.refuse(place, "needs a value, not true or false")
    if option.kind == "flag" and not isinstance(value, bool):
        raise file.refuse(place, "must be true or false")
    try:
        typed_value(option, Value(value, file.path.name))
    except SettingsError as error:
        raise file.refuse(place, f"cannot be used: {str(error).partition(': ')[2].rstrip('.')}") from error


def _option_value(name: str, value: Any, folder: Path) -> Any:
    is_file = ALLOWED[name].kind == "file" or (name == "profile" and value not in BUILT_IN)
    return _resolved(folder, str(value)) if is_file else value


def _resolved(folder: Path, value: str) -> str:
    return str(folder / Path(value).expanduser()) if value else ""


def _defects(file: TomlFile, targets: tuple[FleetTarget, ...], waves: tuple[Wave, ...]) -> Iterator[UsageError]:
    """Yield what a schema cannot say: names twice, one cloud twice, waves of nothing, secrets of no run."""
    yield from _defects_of_targets(file, targets)
    yield from _defects_of_waves(file, targets, waves)


def _defects_of_targets(file: TomlFile, targets: tuple[FleetTarget, ...]) -> Iterator[UsageError]:
    names: set[str] = set()
    locks: dict[str, str] = {}
    for number, one in enumerate(targets):
        if one.name.lower() in names:
            yield file.refuse(("target", number, "name"), f"{one.name!r} is the name of another target; give its own")
        names.add(one.name.lower())
        if not URL.fullmatch(one.url):
            words = "must be http(s)://HOST:PORT without user, password and query, or embedded"
            yield file.refuse(("target", number, "url"), words)
        yield from _defects_of_simulator(file, number, one)
        yield from _defects_of_secrets(file, number, one)
        try:
            lock = one.lock_name
        except ValueError:
            yield file.refuse(("target", number, "url"), "has a port that is not a number from 0 to 65535")
            continue
        if lock and lock in locks:
            words = f"is the cloud of {locks[lock]!r} too; a cloud is examined once in a fleet"
            yield file.refuse(("target", number, "url"), words)
        locks[lock] = one.name


def _defects_of_secrets(file: TomlFile, number: int, target: FleetTarget) -> Iterator[UsageError]:
    """Yield what is wrong with secrets, without what stands there: it may be a secret."""
    for name, source in target.secrets.items():
        field = _place(file, number, "secrets", name)
        if name not in KNOWN_SECRETS:
            yield file.refuse(field, f"is not a secret of a run; known are {', '.join(sorted(KNOWN_SECRETS))}")
        if first_defect("fleet", source, definition="secret") is not None:
            yield file.refuse(
                field, "must say where to find it: { env = NAME }, { file = PATH } or { command = [...] }"
            )


def _defects_of_simulator(file: TomlFile, number: int, target: FleetTarget) -> Iterator[UsageError]:
    if target.embedded:
        from pytest_zstack_ticket.simulator.embedded_url import parse_options  # noqa: PLC0415 - most fleets have none

        try:
            parse_options(target.url)
        except UsageError as error:
            yield file.refuse(("target", number, "url"), f"cannot be used: {str(error).rstrip('.')}")


def _defects_of_waves(
    file: TomlFile, targets: tuple[FleetTarget, ...], waves: tuple[Wave, ...]
) -> Iterator[UsageError]:
    known = {"targets": {one.name for one in targets}, "groups": {group for one in targets for group in one.groups}}
    seen = {REST}
    for number, wave in enumerate(file.value.get("wave", ())):
        if wave["name"] in seen:
            yield file.refuse(("wave", number, "name"), f"{wave['name']!r} is the name of another wave")
        seen.add(wave["name"])
        for kind, names in known.items():
            for name in set(wave.get(kind, ())) - names:
                yield file.refuse(("wave", number, kind), f"names {name!r}, which no target of this file has")
        if not waves[number].targets:
            yield file.refuse(("wave", number), f"{wave['name']} has no target that is in no wave before it")

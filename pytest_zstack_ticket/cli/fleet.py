"""`zstack-ticket fleet` and `fleet-report`: many targets in waves, and one result from many bundles."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.config.state_dir import state_folder
from pytest_zstack_ticket.fleet.collect import collect
from pytest_zstack_ticket.fleet.conduct import Conductor
from pytest_zstack_ticket.fleet.engine import Engine, ThreadEngine
from pytest_zstack_ticket.fleet.fleet_file import load_plan, require_files
from pytest_zstack_ticket.fleet.outputs import write_outputs
from pytest_zstack_ticket.fleet.plan import Plan
from pytest_zstack_ticket.fleet.store import LOCK, STATE, FleetStore, check_baselines, load_fleet, require_empty
from pytest_zstack_ticket.fleet.target_lock import holder_of, locked
from pytest_zstack_ticket.model.errors import EvidenceError, FleetError
from pytest_zstack_ticket.report.exports.fleet_markdown import fleet_lines
from pytest_zstack_ticket.report.text.columns import folded
from pytest_zstack_ticket.report.text.translations import translations

COLUMNS = 80


def add_fleet_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fleet`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="fleet.toml: targets, waves and limits")
    parser.add_argument("--report", metavar="DIR", type=Path, help="folder for the results, one bundle a target")
    parser.add_argument("--resume", action="store_true", help="go on with the fleet in that folder")
    parser.add_argument("--scheduler", metavar="ADDRESS", default="", help="an existing Dask scheduler")
    parser.add_argument("--workers", metavar="N", type=int, default=2, help="workers of this machine (default: 2)")
    parser.add_argument("--no-dask", action="store_true", help="run without Dask, from this process")
    parser.add_argument("--plan", action="store_true", help="show waves and targets; send nothing")
    add_json(parser)
    add_lang(parser)


def fleet(arguments: argparse.Namespace) -> int:
    """Examine a fleet; the exit status is what matters most of its targets'. Raises FleetError and EvidenceError."""
    plan, lang = load_plan(arguments.file), language_of(arguments)
    if not arguments.scheduler:
        require_files(plan)
    if arguments.plan:
        check_baselines(plan)
        _show_plan(plan)
        return 0
    if arguments.report is None:
        raise FleetError("name the folder of the results with --report.")
    if arguments.workers < 1:
        raise FleetError("--workers: at least one worker is needed.")
    folder: Path = arguments.report.absolute()
    try:
        if arguments.resume:
            FleetStore.resumed(folder, plan)
        else:
            require_empty(folder)
        open_engine = _engine_of(arguments, plan)  # all of this before anything is written
        with _alone_in(folder), terminated_as_interrupted():
            return _finish(arguments, _conducted(arguments, plan, folder, open_engine), folder, lang)
    except OSError as error:
        where = error.filename or folder
        kept = " What was examined is kept: go on with --resume." if (folder / STATE).is_file() else ""
        raise EvidenceError(f"{where}: {error.strerror or error}.{kept}") from error


def _conducted(
    arguments: argparse.Namespace, plan: Plan, folder: Path, open_engine: Callable[[], Engine]
) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    store = FleetStore.resumed(folder, plan) if arguments.resume else FleetStore.new(folder, plan, now)
    return Conductor(
        plan=plan,
        store=store,
        open_engine=open_engine,
        work=Path(plan.work) / store.fleet if plan.work else folder / "work",
        locks=Path(plan.locks) if plan.locks else state_folder() / "locks",
        notify=partial(_notify, language_of(arguments)),
    ).run()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """See that no other fleet works in a folder. Raises FleetError and OSError."""
    with locked(folder / LOCK, wait=0.0, holder={"pid": str(os.getpid())}) as held:
        if held is None:
            raise FleetError(f"--report: another fleet works in {folder} ({holder_of(folder / LOCK)}).")
        yield


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C, so that what stops a container stops a fleet gently."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _engine_of(arguments: argparse.Namespace, plan: Plan) -> Callable[[], Engine]:
    if arguments.no_dask:
        return ThreadEngine
    from pytest_zstack_ticket.fleet.dask_engine import DaskEngine  # noqa: PLC0415 - the extra [fleet] may be missing

    made = partial(DaskEngine, scheduler=arguments.scheduler, workers=min(arguments.workers, plan.limits.at_once))
    first = [made()] if arguments.scheduler else []
    return lambda: first.pop() if first else made()


def _show_plan(plan: Plan) -> None:
    for number, wave in enumerate(plan.waves, 1):
        write_line(f"{number}. {wave.name} ({wave.continue_if}): {len(wave.targets)}")
        for name in wave.targets:
            write_line(f"   {name}  {plan.target(name).url}")


def _notify(lang: str, key: str, parameters: Mapping[str, Any]) -> None:
    words = translations().catalogues[lang]["fleet"]
    shown = dict(parameters)
    if "verdict" in parameters:
        shown["verdict"] = translations().word(str(parameters["verdict"]), lang)
    if "kind" in parameters:
        shown["why"] = words[f"kind-{parameters['kind']}"]
    if parameters.get("regressions") is not None:  # None is a target without baseline
        key, shown["regressions"] = "fleet-compared", len(parameters["regressions"])
    print_message("\n".join(folded(words[key].format_map(shown), COLUMNS)))


def add_collect_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fleet-report`."""
    parser.add_argument(
        "bundles", metavar="BUNDLE", nargs="*", type=Path, help="bundles of runs that were made elsewhere, in any order"
    )
    parser.add_argument("--report", metavar="DIR", type=Path, required=True, help="folder of a fleet, or a new one")
    parser.add_argument("--baseline", metavar="DIR", default="", help="folder of an earlier fleet to compare with")
    add_json(parser)
    add_lang(parser)


def fleet_report(arguments: argparse.Namespace) -> int:
    """Make the result of a fleet from bundles, or render that of a folder again. Raises EvidenceError, FleetError."""
    folder: Path = arguments.report.absolute()
    if not arguments.bundles:
        found = load_fleet(folder)
    else:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        found = collect(arguments.bundles, folder, baseline=arguments.baseline, now=now)
        print_message(translations().catalogues[language_of(arguments)]["fleet"]["as-they-are"])
    return _finish(arguments, found, folder, language_of(arguments))


def _finish(arguments: argparse.Namespace, found: Mapping[str, Any], folder: Path, lang: str) -> int:
    page = write_outputs(found, folder, lang)
    if arguments.json:
        write_json(found)
    else:
        for line in fleet_lines(found, translations(), lang):
            write_line("\n".join(folded(line, COLUMNS)))
        write_line(str(page))
    status: int = found["exit_status"]
    return status


COMMANDS = {
    "fleet": Command(
        description="Examine many targets in waves, each by a run in a process of its own, on Dask.\n"
        "Exit status: 0 all passed, 10 regression, 1 failure, 11 a target without verdict, 13 tickets left,\n"
        "12 nothing decided, 2 interrupted, 4 usage.",
        example="example:\n  zstack-ticket fleet fleet.toml --report fleet-report\n"
        "  zstack-ticket fleet fleet.toml --report fleet-report --resume \\\n"
        "      --scheduler tcp://10.0.0.9:8786",
        add_arguments=add_fleet_arguments,
        run=fleet,
    ),
    "fleet-report": Command(
        description="Make matrix, summary and JUnit of a fleet from bundles of runs that were made elsewhere,\n"
        "or again from the folder of a fleet. Exit status as for `fleet`.",
        example="example:\n  zstack-ticket fleet-report applicants/*.zip --report applicants-2027\n"
        "  zstack-ticket fleet-report --report fleet-report --lang zh",
        add_arguments=add_collect_arguments,
        run=fleet_report,
    ),
}

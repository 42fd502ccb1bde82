"""The hooks of a run that has a target."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.model.errors import EvidenceError, TargetError, UsageError
from pytest_zstack_ticket.plugin import items, last_failed, run_order, startup, suite_selection
from pytest_zstack_ticket.plugin.private_api import forget_interrupt, write_line
from pytest_zstack_ticket.plugin.remaining_budget import LATE, spend, take
from pytest_zstack_ticket.plugin.terminal import findings_hidden, residue, summary
from pytest_zstack_ticket.redaction.leak_scan import Scan
from pytest_zstack_ticket.report.cleanup_progress import CleanupProgress
from pytest_zstack_ticket.runner.conclusion import NOT_WRITTEN, Conclusion, conclude
from pytest_zstack_ticket.runner.drift_monitor import REQUIREMENT
from pytest_zstack_ticket.runner.limits import lines, quotas_of
from pytest_zstack_ticket.runner.record import KEY
from pytest_zstack_ticket.runner.replay import after_tests, before_tests
from pytest_zstack_ticket.runner.residue import clean_up, give_up, sweep_after_workers
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.judge import INCONCLUSIVE, NO_TARGET, RESIDUE

if TYPE_CHECKING:
    from pytest_zstack_ticket.plugin.allure import AllureResults


class RunHooks:
    """The hooks of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.reporter: Any = None
        self.allure: AllureResults | None = None
        self.conclusion: Conclusion | None = None
        self._collected = itertools.count()

    def pytest_report_header(self) -> list[str]:
        """Show each effective value and where it came from."""
        return self.run.options.lines()

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Reach the target before anything is collected, so that trouble with it is one sentence and no verdict."""
        self.reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if session.config.option.collectonly:
            return
        startup.take_role(self.run, session.config)
        if not self.run.options["plan"] and not suite_selection.is_ambient(self.run, session.config):
            self.reach(session.config)

    def reach(self, config: pytest.Config) -> None:
        """Reach the target. Ends pytest, in one sentence, if it cannot be."""
        try:
            startup.begin(self.run, config)
            if self.run.role != "worker":
                self.run.expectations.activate(self.run.reached.profile)
        except TargetError as error:
            self.end_without_target(str(error))
        except (UsageError, EvidenceError) as error:
            self.run.close()
            raise pytest.UsageError(str(error)) from None
        except KeyboardInterrupt:
            give_up(self.run)
            self.run.close()
            raise
        if config.pluginmanager.has_plugin("allure_listener"):
            from pytest_zstack_ticket.plugin.allure import AllureResults  # noqa: PLC0415 - only --alluredir pays for it

            self.allure = AllureResults(self.run, Path(config.option.allure_report_dir).absolute())

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist what it has to know."""
        node.workerinput[KEY] = startup.worker_input(self.run, node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Give tests that share what they send to one worker of xdist."""
        from pytest_zstack_ticket.plugin.xdist import groups_path, scheduler  # noqa: PLC0415 - xdist may not be installed

        return scheduler(config, log, groups_path(self.run.usage_counter.path)) if self.run.usage_counter else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Note what a worker left on the target, and that it broke down if it did."""
        take(self.run, node.config, getattr(node, "workeroutput", {}).get(LATE, ()))
        result = getattr(node, "workeroutput", {}).get(KEY)
        if result:
            self.run.take_worker_result(CleanupResult(**result["swept"]), Scan.from_json(result["scan"]))
            self.run.reached.pages.add(result["pages"])
            self.run.cut_short = self.run.cut_short or result["lost"]
            if result["broken-off"]:
                self.run.results.take(result["broken-off"])
        if error:
            self.run.cut_short = "an xdist worker crashed"

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Let nothing that hides folders hide the shipped suites, such as a virtual environment around them."""
        return False if self.run.shipped and suite_selection.lies_on_the_way(collection_path) else None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Let `-k ZT-BODY-014` choose the tests of a requirement."""
        item.extra_keyword_matches.add(items.requirement_of(item) or item.name)
        run_order.number(item, next(self._collected))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Put the shipped tests in their own order, after every plugin that sorts; note their requirements."""
        if suite_selection.is_ambient(self.run, session.config) and not session.config.option.collectonly:
            if not any(map(items.needs_target, session.items)):
                startup.withdraw(session.config)
                return
            self.reach(session.config)
        drawn = self.run.options["seed"] if self.run.options["effort"] == "certify" else None
        session.items[:] = run_order.in_order(session.items, self.run.late, drawn)
        if self.run.role == "alone":
            self.run.selected.update(filter(None, map(items.requirement_of, session.items)))
        if self.run.role == "worker" and self.run.usage_counter_path is not None:
            from pytest_zstack_ticket.plugin.xdist import groups_path, write_groups  # noqa: PLC0415 - as above

            write_groups(groups_path(self.run.usage_counter_path), session.items, self.run.late)
        if self.run.target is not None and REQUIREMENT in map(items.requirement_of, session.items):
            self.run.drift_monitor.attach()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Replay what waivers and the baseline hold; run nothing where only the plan was asked for."""
        if session.config.option.collectonly:
            return None
        if not self.run.options["plan"]:
            if self.run.role != "worker":
                before_tests(self.run)
            return None
        self.run.planned = len(session.items)
        return True

    @pytest.hookimpl(wrapper=True, specname="pytest_runtestloop")
    def pytest_runtestloop_with_budget(self, session: pytest.Session) -> Generator[None, object, object]:
        """Spend what the tests left of a budget."""
        done = yield
        if (
            self.run.target is not None
            and self.run.role != "controller"
            and not (session.shouldfail or session.shouldstop)
        ):
            late = spend(self.run, session.items)
            if self.run.role == "worker":
                session.config.workeroutput[LATE] = late  # type: ignore[attr-defined] # xdist adds it
            else:
                take(self.run, session.config, late)
        return done

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin the record of a test; skip it if its requirement does not apply to the target."""
        items.begin(self.run, item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_fixture_setup(self) -> Generator[None, object, object]:
        """Clean the exception of a fixture before a reporter sees it."""
        return (yield from items.cleaning(self.run))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Clean the exception of a test before a reporter sees it."""
        return (yield from items.cleaning(self.run))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put what a test saw on its report, and let the report say what the examples say, before others read it."""
        report = items.completed(self.run, item, call, (yield))
        if self.allure is not None:
            self.allure.remember(item, report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather what a test saw, in the process that forms the verdict."""
        if self.run.role != "worker":
            items.gather(self.run, report)

    @pytest.hookimpl(trylast=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run was cut short; a target that was not reached is said once, by pytest itself."""
        self.run.cut_short = str(excinfo.value) or excinfo.typename
        if self.run.target is None and self.reporter is not None:
            forget_interrupt(self.reporter)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Form the verdict and write the report; this runs after Ctrl-C too."""
        run = self.run
        if run.planned is not None:
            session.exitstatus = INCONCLUSIVE
        if run.target is None:
            return
        run.cut_short = run.cut_short or run.stopped or str(session.shouldfail or session.shouldstop or "")
        if run.role != "worker":
            after_tests(run)
        clean_up(run, self.progress)
        broken_off = items.interrupted_record(run, session.items)
        if broken_off is not None and run.role != "worker":
            run.results.take(broken_off)
        if run.role == "worker":
            run.seal()
            run.scan()
            result = {
                "broken-off": broken_off,
                "swept": asdict(run.swept),
                "scan": asdict(run.scanned),
                "lost": run.stopped,
                "pages": dict(run.reached.pages.counts),
            }
            session.config.workeroutput[KEY] = result  # type: ignore[attr-defined] # xdist adds it
        else:
            sweep_after_workers(run)
            last_failed.remember(run, session.config)
            self.conclusion = self.concluded(int(exitstatus))
            run.scan(self.allure.written() if self.allure else ())
            session.exitstatus = 1 if run.scanned.found else self.conclusion.status
            self.pack()
        run.close()

    def concluded(self, exitstatus: int) -> Conclusion:
        """Form the verdict. Ends pytest, in one sentence, if evidence or report cannot be written."""
        try:
            ending = conclude(self.run, pytest_status=exitstatus, evidence=self.run.seal())
            if self.allure is not None:
                self.allure.conclude(ending.report)
        except (EvidenceError, OSError) as error:
            self.end_without_report(str(error))
        return ending

    def end_without_target(self, why: str) -> NoReturn:
        """End pytest: say why the target is not reached, in a report too if one was asked for."""
        give_up(self.run)
        if self.run.target is not None and self.run.place is not None and self.run.role != "worker":
            self.run.cut_short = why
            self.concluded(NO_TARGET)
            self.run.scan()
            self.pack()
        self.run.close()
        pytest.exit(why, returncode=NO_TARGET)

    def end_without_report(self, why: str) -> NoReturn:
        """End pytest: say why nothing was written, and what is left on the target."""
        left = "" if self.run.swept.clean else "".join(f"\n{line}" for line in residue(self.run, whole=True))
        self.run.close()
        pytest.exit(why + left, returncode=RESIDUE if left else NOT_WRITTEN)

    @property
    def progress(self) -> CleanupProgress | None:
        """What tells how far clean-up is, in the process that writes to the terminal."""
        if self.reporter is None:
            return None
        return CleanupProgress(partial(write_line, self.reporter), self.run.lang)

    def pack(self) -> None:
        """Put the zip of the report into the place of its folder. Ends pytest, in one sentence, if it cannot be."""
        try:
            if self.run.place is not None:
                self.run.place.pack()
        except (EvidenceError, OSError) as error:
            self.end_without_report(f"The zip cannot be written ({error}).")

    @pytest.hookimpl(wrapper=True, tryfirst=True, specname="pytest_terminal_summary")
    def pytest_terminal_summary_of_others(
        self, terminalreporter: pytest.TerminalReporter
    ) -> Generator[None, object, object]:
        """Let pytest repeat no card in its own sections."""
        if self.conclusion is None:
            return (yield)
        with findings_hidden(self.run, terminalreporter):
            return (yield)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show verdict, counts and one card for each cause."""
        if self.run.planned is not None:
            for line in lines(self.run.options, quotas_of(self.run.options), self.run.planned):
                terminalreporter.write_line(line)
        if self.conclusion is not None:
            summary(self.run, self.conclusion, terminalreporter)

    def pytest_unconfigure(self) -> None:
        """Let go of the target, however the run ended, and name what no zip took the place of."""
        self.run.close()
        if self.allure is not None:
            self.allure.close()
        left = self.run.place.left() if self.run.place and self.run.role != "worker" else ""
        if left and self.reporter is not None:
            self.reporter.write_line(left, red=True)

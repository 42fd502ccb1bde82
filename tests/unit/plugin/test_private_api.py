"""The private names of pytest that the plugin touches are there and do what it expects of them."""

import pytest

from pytest_zstack_ticket.plugin.private_api import skipped_at_test


def test_a_conftest_above_the_folder_is_not_read_and_the_skip_is_shown_at_the_test(pytester: pytest.Pytester):
    inner = pytester.path / "above" / "inner"
    inner.mkdir(parents=True)
    (inner.parent / "conftest.py").write_text("raise RuntimeError('above the suites')")
    (inner / "test_inner.py").write_text("def test_it(): pass\n")
    pytester.makepyfile(
        cutting="""
        import pytest
        from pathlib import Path
        from pytest_zstack_ticket.plugin.private_api import set_confcutdir, skipped_at_test

        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(config):
            config.args = [str(Path("above/inner").absolute())]
            set_confcutdir(config, Path("above/inner").absolute())

        def pytest_runtest_setup(item):
            raise skipped_at_test("why")
        """
    )
    pytester.syspathinsert()
    result = pytester.runpytest("-p", "cutting", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*test_inner.py:1: why"])


def test_a_line_begins_below_the_dots_of_a_quiet_run(pytester: pytest.Pytester):
    pytester.makepyfile(test_it="def test_it(): pass\n")
    pytester.makeconftest(
        """
        import pytest
        from pytest_zstack_ticket.plugin.private_api import write_line

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(session):
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            write_line(reporter, "cleaning up")
            write_line(reporter, "still cleaning up")
        """
    )
    for options in (["-q"], []):
        lines = [line.strip() for line in pytester.runpytest(*options).outlines]
        assert lines.index("still cleaning up") == lines.index("cleaning up") + 1


def test_the_terminal_still_keeps_why_a_session_was_interrupted(pytestconfig: pytest.Config):
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    assert hasattr(reporter, "_keyboardinterrupt_memo")
    assert isinstance(skipped_at_test("why"), pytest.skip.Exception)

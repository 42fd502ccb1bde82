"""What pytest's cache keeps of tests that failed: the seed of their run and their counterexamples.

`--lf`, and every command that names tests, sends those counterexamples first and then explores.
"""

from __future__ import annotations

from typing import Any

import pytest

from pytest_zstack_ticket.config.options import RunOptions, Value
from pytest_zstack_ticket.runner.counterexamples import Counterexample, Key, from_json, of_report
from pytest_zstack_ticket.runner.run import Run

CACHE = "zstack/failed"
"""Key in pytest's cache."""


def _cache(config: pytest.Config) -> pytest.Cache | None:
    """Return pytest's cache, None where its plugin is off."""
    return getattr(config, "cache", None)


def _stored(config: pytest.Config) -> dict[str, Any]:
    cache = _cache(config)
    found = cache.get(CACHE, None) if cache is not None else None
    return found if isinstance(found, dict) else {}


def _asks_for_last(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "lf", False) or getattr(config.option, "failedfirst", False))


def names_tests(config: pytest.Config) -> bool:
    """Return True if some tests were asked for and not all of them."""
    named = any("::" in str(one) for one in config.invocation_params.args)
    return bool(config.option.keyword or named or _asks_for_last(config))


def chosen(config: pytest.Config, *, shipped: bool) -> tuple[str, ...]:
    """Return the arguments that choose the tests of this run."""
    words = (("-k", config.option.keyword), ("-m", config.option.markexpr))
    paths = () if shipped or config.args_source is not pytest.Config.ArgsSource.ARGS else config.args
    return (*(word for name, text in words if text for word in (name, text)), *map(str, paths))


def with_seed(options: RunOptions, config: pytest.Config) -> RunOptions:
    """Return the options with the seed of the run that failed, if `--lf` or `--ff` repeats it and none was given."""
    seed = _stored(config).get("seed")
    if options.values["seed"].origin != "random" or not _asks_for_last(config) or not isinstance(seed, int):
        return options
    return RunOptions({**options.values, "seed": Value(seed, "last failed run")}, options.secrets)


def recalled(config: pytest.Config, baseline: dict[str, Any] | None) -> dict[Key, Counterexample]:
    """Return the counterexamples that this run sends first: those of its baseline, and of the cache if it names tests.

    A whole run sends none of the cache: with the same seed it sends the same examples everywhere.
    """
    found = of_report(baseline)
    if not names_tests(config):
        return found
    try:
        return {**found, **from_json(_stored(config).get("tests", ()))}
    except (KeyError, TypeError, ValueError):  # written by another version
        return found


def remember(run: Run, config: pytest.Config) -> None:
    """Write what failed in this run to the cache; what failed before and did not run stays there."""
    cache = _cache(config)
    if cache is None:
        return
    before = _stored(config)
    kept = [
        one
        for one in before.get("tests", ())
        if isinstance(one, dict) and (one.get("requirement"), one.get("test")) not in run.results.counterexamples
    ]
    failed = [one for one in run.results.counterexamples.values() if one is not None]
    if failed or kept or before:
        seed = run.options["seed"] if failed else before.get("seed")
        cache.set(CACHE, {"seed": seed, "tests": [*kept, *failed]})

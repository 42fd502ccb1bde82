"""The options of `zstack-ticket simulate` become those of the simulator."""

import argparse

import pytest

from pytest_zstack_ticket.cli.simulate import add_simulate_arguments, options_of
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.undocumented import Choices, parse_choices


def options(*words: str) -> SimulatorOptions:
    parser = argparse.ArgumentParser()
    add_simulate_arguments(parser)
    return options_of(parser.parse_args(words))


def test_without_options_it_answers_as_the_measured_node():
    assert options() == SimulatorOptions(choices=parse_choices("measured"), locale="zh")
    assert options("--choice", "dates:java9", "--locale", "en") == SimulatorOptions(choices=Choices(dates="java9"))


def test_every_part_of_the_url_is_an_option():
    made = options(
        *("--choice", "measured", "--choice", "four-bytes:kept", "--session-timeout", "5", "--webhook-pause", "0.5"),
        *("--seed", "7", "--time-zone", "Asia/Shanghai", "--release", "4.8", "--locale", "zh", "--latency", "1"),
    )
    assert (made.choices.four_bytes, made.choices.access_key) == ("kept", "absent")
    assert (made.session_timeout, made.webhook_pause, made.seed) == (5.0, 0.5, 7)
    assert str(made.zone) == "Asia/Shanghai"
    assert (str(made.variant.release), made.locale, made.latency) == ("4.8", "zh", 1.0)


@pytest.mark.parametrize(
    "words", [("--choice", "nothing:x"), ("--choice", "compare:odd"), ("--time-zone", "Mars/Base")]
)
def test_an_unknown_word_is_a_mistake_of_the_caller(words: tuple[str, ...]):
    with pytest.raises(SettingsError):
        options(*words)

from __future__ import annotations

import pytest

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.profile import Release
from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.engine import Engine
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.variants import BANDS, Variant, parse_release


def test_the_plain_word_means_a_recent_deployment() -> None:
    options = parse_options("embedded")
    assert options.variant.base == "deployed"
    assert options.variant.band == "4.6"
    assert options == SimulatorOptions()


def test_everything_can_be_said_in_one_text() -> None:
    text = "embedded:documented@4.8?latency=0.2&locale=zh&seed=7&choice=foreign:hidden%2Bdates:java9&session_timeout=5"
    options = parse_options(text + "&fault=every:2(lose-ticket)+error:200&webhook_pause=0.1")
    assert options.variant == Variant(base="documented", release=Release(4, 8))
    assert (options.latency, options.locale, options.seed) == (0.2, "zh", 7)
    assert (options.session_timeout, options.webhook_pause) == (5.0, 0.1)
    assert (options.choices.foreign, options.choices.dates) == ("hidden", "java9")
    assert options.faults is not None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("http://host", "is not an embedded endpoint"),
        ("embedded:perfect", "variant 'perfect' is unknown"),
        ("embedded:deployed@2.9", "release '2.9'"),
        ("embedded:deployed@new", "release 'new'"),
        ("embedded?latency=soon", "not a number of seconds"),
        ("embedded?latency=-1", "not a number of seconds"),
        ("embedded?latency=inf", "not a number of seconds"),
        ("embedded?locale=fr", "locale='fr' is not understood"),
        ("embedded?seed=x", "seed='x' is not understood"),
        ("embedded?colour=red", "colour='red' is not understood"),
        ("embedded?choice=dats:java9", "choice 'dats' is unknown; near: dates"),
        ("embedded?choice=zzz:a", "near: empty-name"),
        ("embedded?choice=dates:java1", "dates takes java8 or java9 or java20"),
        ("embedded?fault=lose-tickets", "near: lose-ticket"),
    ],
)
def test_a_text_that_cannot_be_understood_says_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        parse_options(text)


@pytest.mark.parametrize(
    ("release", "band"),
    [
        *(("3.0", "3.0"), ("3.1.4", "3.0"), ("3.3", "3.2"), ("3.10", "3.6"), ("4.0", "3.6"), ("4.3", "4.1")),
        *(("4.5", "4.5"), ("4.8", "4.6"), ("5.3", "4.6"), ("5.4", "after-5.3"), ("after-5.3", "after-5.3")),
    ],
)
def test_each_release_maps_to_its_band(release: str, band: str) -> None:
    assert Variant(release=parse_release(release)).band == band


def test_switches_come_on_in_the_order_of_the_releases() -> None:
    switches = (
        *(
            "empty_is_object",
            "access_keys",
            "ticket_types",
            "zone_aware",
            "names_validator",
            "sequence",
        ),
        *("api_timeout", "unique_jobs", "integers", "modern_errors"),
    )
    on = [sum(getattr(Variant(release=release), name) for name in switches) for _, release in BANDS]
    assert on == sorted(on)
    assert on[0] == 0
    assert on[-1] == len(switches)


def test_the_version_of_a_release() -> None:
    assert Variant(release=Release(4, 8)).version == "4.8.0"
    assert Variant(release=parse_release("after-5.3")).version == "5.4.0"


def test_a_session_can_only_be_given_for_somebody_who_exists() -> None:
    with pytest.raises(SettingsError, match="no seeded account or virtual ID is called 'nobody'"):
        Engine(SimulatorOptions(sessions=(("a" * 32, "nobody"),)))

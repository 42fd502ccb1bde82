"""A requirement that is judged with another limit says so in its text."""

from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.verdicts.limits_in_text import with_limits


def test_the_lengths_in_texts_are_those_of_the_profile():
    shipped = catalogue()
    found = with_limits(shipped, Limits(name=100, description=200, comment=300))
    changed = {one.id: one.text for one, old in zip(found, shipped, strict=True) if one.text != old.text}
    assert {"ZT-BODY-004", "ZT-BODY-040"} & set(changed)
    assert changed["ZT-BODY-004"]["en"] == "A name longer than 100 UTF-16 code units is refused."
    assert "100" in changed["ZT-BODY-004"]["zh"]
    said = " ".join(text for one in found for text in one.text.values())
    assert not any(length in said for length in ("255", "2048", "65535"))


def test_the_limits_of_the_built_in_profiles_change_nothing():
    assert with_limits(catalogue(), Limits()) == tuple(catalogue())

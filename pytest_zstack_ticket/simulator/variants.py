"""Which endpoint is played: the ideal of the page, or a deployment of one release, as a list of switches.

Source of the switches: dossier 0.1. Each property is one row of that table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.profile import ProfileBase, Release

AFTER = Release(99, 0)
BANDS: tuple[tuple[str, Release], ...] = (
    ("3.0", Release(3, 0)),
    ("3.2", Release(3, 2)),
    ("3.6", Release(3, 6)),
    ("4.1", Release(4, 1)),
    ("4.5", Release(4, 5)),
    ("4.6", Release(4, 6)),
    ("after-5.3", Release(5, 4)),
)
DEFAULT_RELEASE = Release(5, 2)
"""The snapshot that the dossier was read from; it lies in the band 4.6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An endpoint to play. In the documented one the release still decides which fields exist."""

    base: ProfileBase = "deployed"
    release: Release = DEFAULT_RELEASE

    @property
    def band(self) -> str:
        """The release band of the dossier that the release lies in."""
        return [name for name, first in BANDS if self._since(first.major, first.minor)][-1]

    @property
    def documented(self) -> bool:
        """True for the ideal of the page: direct answers, every failure as JSON."""
        return self.base == "documented"

    @property
    def version(self) -> str:
        """What the version call answers; the measured node was a 5.2.1 (facts.md)."""
        if self.release == DEFAULT_RELEASE:
            return "5.2.1"
        return "5.4.0" if self.release.major >= AFTER.major else f"{self.release}.0"

    @property
    def empty_is_object(self) -> bool:
        """From 3.2 an empty result and a waiting job are `{}`, before they have no bytes."""
        return self.documented or self._since(3, 2)

    @property
    def access_keys(self) -> bool:
        """The access-key scheme appears in 3.2."""
        return self._since(3, 2)

    @property
    def ticket_types(self) -> bool:
        """Ticket types, tags at creation, and the error fields cost and messages appear in 3.6."""
        return self._since(3, 6)

    @property
    def zone_aware(self) -> bool:
        """From 3.7 the access-key date is read with its zone; checkTimeZone decides whether the zone counts."""
        return self._since(3, 7)

    @property
    def names_validator(self) -> bool:
        """From 4.0 validation texts print the validator's own class."""
        return self._since(4, 0)

    @property
    def sequence(self) -> bool:
        """History rows are numbered from 4.0."""
        return self._since(4, 0)

    @property
    def api_timeout(self) -> bool:
        """The 202 shows apiTimeout from 4.1."""
        return self._since(4, 1)

    @property
    def unique_jobs(self) -> bool:
        """A used X-Job-UUID is refused from 4.5, as history rows name their flow."""
        return self._since(4, 5)

    @property
    def integers(self) -> bool:
        """Untyped numbers keep integers from 4.6; before, all are doubles."""
        return self.documented or self._since(4, 6)

    @property
    def modern_errors(self) -> bool:
        """After 5.3: localised errors, new error fields, a rate limiter."""
        return self._since(5, 4)

    def _since(self, major: int, minor: int) -> bool:
        return self.release.at_least(major, minor)


def parse_release(text: str) -> Release:
    """Read `4.8`, `4.8.3` or `after-5.3`; any release maps to its band."""
    if text == "after-5.3":
        return AFTER
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})(?:\.\d{1,3})?", text)
    if match is None or int(match[1]) < BANDS[0][1].major:
        raise SettingsError(f"release {text!r} is not one of the form 4.8, from 3.0 on, or after-5.3")
    return Release(int(match[1]), int(match[2]))

"""What a target is judged by and declares, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ProfileBase: TypeAlias = Literal["deployed", "documented"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Lengths in UTF-16 units (Java's String.length)."""

    name: int = 255
    description: int = 2048
    comment: int = 65535


@dataclass(frozen=True, slots=True)
class Release:
    """A ZStack release as major and minor number; (99, 0) stands for "after 5.3"."""

    major: int
    minor: int

    def __str__(self) -> str:
        return "after-5.3" if self.major == 99 else f"{self.major}.{self.minor}"

    def at_least(self, major: int, minor: int) -> bool:
        """Compare with a release number."""
        return (self.major, self.minor) >= (major, minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a target is judged by.

    `oldest` and `newest` bound the target's release (equal when it was given or reported). `capabilities`
    are the words of `needs` that hold for this target; `absent` those that the operator declared not to exist.
    `schemas` are the JSON Schemas of the API as (name, JSON text), such as ("error", "{...}"): the contract is part of
    what a target is judged by, so it is part of the profile and of its digest.
    """

    name: str = "deployed"
    base: ProfileBase = "deployed"
    limits: Limits = field(default_factory=Limits)
    oldest: Release = Release(3, 0)
    newest: Release = Release(99, 0)
    capabilities: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    schemas: tuple[tuple[str, str], ...] = ()

    @property
    def strict(self) -> bool:
        """Return True for the documented profile, which allows nothing that the page does not show."""
        return self.base == "documented"

    @property
    def release_known(self) -> bool:
        """True if the release itself is known: the operator gave it, or the version call reported it.

        Bounds are only inferred from behaviour that a gateway or another implementation of the API may share.
        """
        return self.oldest == self.newest

    def surely_since(self, major: int, minor: int) -> bool:
        """Return True if the target is known to promise what a release and newer ones do; bounds promise nothing."""
        return self.release_known and self.oldest.at_least(major, minor)

    def surely_before(self, major: int, minor: int) -> bool:
        """Return True if the target looks older than this release; a bound is enough, for this only allows more."""
        return not self.newest.at_least(major, minor)

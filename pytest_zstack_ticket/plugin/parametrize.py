"""Turn a table of requirements into parameters of one test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def by_requirement(table: Mapping[str, Any]) -> list[ParameterSet]:
    """Make one parameter of each row, named and marked by its requirement id."""
    return [pytest.param(row, id=key, marks=pytest.mark.requirement(key)) for key, row in table.items()]

"""All named faults."""

from __future__ import annotations

from .archives import ARCHIVES
from .errors import ERRORS
from .foreign import FOREIGN
from .hooks import HOOKS
from .https import HTTPS
from .inventories import INVENTORIES
from .language import Fault
from .leaks import LEAKS
from .lives import LIVES
from .mangles import MANGLES
from .nulls import NULLS
from .protocol import PROTOCOL
from .queries import QUERIES
from .rare import RARE
from .results import RESULTS
from .rules import RULES
from .sdk import SDK
from .sequences import SEQUENCES
from .stores import STORES

_ALL: tuple[Fault, ...] = (
    *(*RULES, *STORES, *MANGLES, *LIVES, *QUERIES, *ERRORS, *INVENTORIES, *PROTOCOL, *RESULTS),
    *(*HTTPS, *HOOKS, *NULLS, *RARE, *SDK, *LEAKS, *FOREIGN, *ARCHIVES, *SEQUENCES),
)

FAULTS: dict[str, Fault] = {fault.name: fault for fault in _ALL}
"""Every named fault by name."""

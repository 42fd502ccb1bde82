"""All named faults."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.faults.access import ACCESS
from pytest_zstack_ticket.simulator.faults.archives import ARCHIVES
from pytest_zstack_ticket.simulator.faults.async_jobs import PROTOCOL
from pytest_zstack_ticket.simulator.faults.cross_account import FOREIGN
from pytest_zstack_ticket.simulator.faults.disabled_rules import RULES
from pytest_zstack_ticket.simulator.faults.errors import ERRORS
from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.family_lists import FAMILY_LISTS
from pytest_zstack_ticket.simulator.faults.fringes import FRINGES
from pytest_zstack_ticket.simulator.faults.inventories import INVENTORIES
from pytest_zstack_ticket.simulator.faults.lifecycle import LIVES
from pytest_zstack_ticket.simulator.faults.load import LOAD
from pytest_zstack_ticket.simulator.faults.null_targets import NULLS
from pytest_zstack_ticket.simulator.faults.other_responses import RESULTS
from pytest_zstack_ticket.simulator.faults.persistence import STORES
from pytest_zstack_ticket.simulator.faults.queries import QUERIES
from pytest_zstack_ticket.simulator.faults.rare_triggers import RARE
from pytest_zstack_ticket.simulator.faults.rest_layer import HTTPS
from pytest_zstack_ticket.simulator.faults.sdk_variants import SDK
from pytest_zstack_ticket.simulator.faults.stateful import SEQUENCES
from pytest_zstack_ticket.simulator.faults.stored_values import MANGLES
from pytest_zstack_ticket.simulator.faults.visibility import LEAKS
from pytest_zstack_ticket.simulator.faults.webhooks import HOOKS

_ALL: tuple[Fault, ...] = (
    *(*RULES, *STORES, *MANGLES, *LIVES, *QUERIES, *ERRORS, *INVENTORIES, *PROTOCOL, *RESULTS),
    *(
        *HTTPS,
        *HOOKS,
        *NULLS,
        *RARE,
        *SDK,
        *LEAKS,
        *FOREIGN,
        *ARCHIVES,
        *SEQUENCES,
        *ACCESS,
        *LOAD,
        *FAMILY_LISTS,
        *FRINGES,
    ),
)

FAULTS: dict[str, Fault] = {fault.name: fault for fault in _ALL}
"""Every named fault by name."""

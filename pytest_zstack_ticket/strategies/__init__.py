"""Drafts, valid and not: enumerated catalogues that visit every class, and strategies that explore around them."""

from pytest_zstack_ticket.strategies.base_draft import NONCE, calibration_body, calibration_draft, with_nonce
from pytest_zstack_ticket.strategies.drafts import MutatedDraft, api_bodies, drafts, mutated_drafts, names
from pytest_zstack_ticket.strategies.edge_cases import rare_drafts
from pytest_zstack_ticket.strategies.injection import hostile_drafts
from pytest_zstack_ticket.strategies.malformed_requests import breakages, open_breakages
from pytest_zstack_ticket.strategies.mutations import mutations
from pytest_zstack_ticket.strategies.variations import marked_draft, open_questions, variations

__all__ = [
    "NONCE",
    "MutatedDraft",
    "api_bodies",
    "breakages",
    "calibration_body",
    "calibration_draft",
    "drafts",
    "hostile_drafts",
    "marked_draft",
    "mutated_drafts",
    "mutations",
    "names",
    "open_breakages",
    "open_questions",
    "rare_drafts",
    "variations",
    "with_nonce",
]

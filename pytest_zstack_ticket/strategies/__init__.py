"""Drafts, valid and not: enumerated catalogues that visit every class, and strategies that explore around them."""

from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.strategies.base_draft import calibration_body, calibration_draft
from pytest_zstack_ticket.strategies.drafts import MutatedDraft, api_bodies, drafts, mutated_drafts, names
from pytest_zstack_ticket.strategies.edge_cases import edge_case_drafts
from pytest_zstack_ticket.strategies.injection import injection_drafts
from pytest_zstack_ticket.strategies.malformed import malformed_requests, tolerated_malformed_requests
from pytest_zstack_ticket.strategies.mutations import mutations
from pytest_zstack_ticket.strategies.variations import marked_draft, open_questions, variations

__all__ = [
    "NONCE",
    "MutatedDraft",
    "api_bodies",
    "calibration_body",
    "calibration_draft",
    "drafts",
    "edge_case_drafts",
    "injection_drafts",
    "malformed_requests",
    "marked_draft",
    "mutated_drafts",
    "mutations",
    "names",
    "open_questions",
    "tolerated_malformed_requests",
    "variations",
]

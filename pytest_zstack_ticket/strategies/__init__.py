"""Drafts and requests, valid and not: catalogues that enumerate every class, strategies that explore around them.

May import `model` only.
"""

from pytest_zstack_ticket.model.exchange import ANSWERED_COOKIES
from pytest_zstack_ticket.model.nonce import NONCE
from pytest_zstack_ticket.strategies.base_draft import calibration_body, calibration_draft
from pytest_zstack_ticket.strategies.drafts import MutatedDraft, api_bodies, drafts, mutated_drafts, names
from pytest_zstack_ticket.strategies.edge_cases import edge_case_drafts
from pytest_zstack_ticket.strategies.injection import injection_drafts
from pytest_zstack_ticket.strategies.malformed import malformed_requests, unusual_requests
from pytest_zstack_ticket.strategies.mutations import mutations
from pytest_zstack_ticket.strategies.near_samples import near_sample
from pytest_zstack_ticket.strategies.open_questions import open_questions
from pytest_zstack_ticket.strategies.variations import marked_draft, variations
from pytest_zstack_ticket.strategies.varied_drafts import varied_draft

__all__ = [
    "ANSWERED_COOKIES",
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
    "near_sample",
    "open_questions",
    "unusual_requests",
    "variations",
    "varied_draft",
]

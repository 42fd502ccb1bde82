"""Drafts, valid and not: enumerated catalogues that visit every class, and strategies that explore around them."""

from .bodies import NONCE, calibration_body, calibration_draft, with_nonce
from .drafts import MutatedDraft, api_bodies, drafts, mutated_drafts, names
from .hostile import hostile_drafts
from .messages import breakages, open_breakages
from .mutations import mutations
from .rare import rare_drafts
from .variations import marked_draft, open_questions, variations

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

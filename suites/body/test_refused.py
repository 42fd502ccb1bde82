"""What must be refused is refused: one row of the mutation catalogue at a time, beside the accepted sibling."""

import pytest

REFUSED = {
    "ZT-BODY-001": ["params.name/drop"],
    "ZT-BODY-002": ["params.name/null"],
    "ZT-BODY-003": ["params.name/type-*"],
    "ZT-BODY-004": ["params.name/too-long*"],
    "ZT-BODY-005": ["params.requests/drop"],
    "ZT-BODY-006": ["params.requests/null"],
    "ZT-BODY-007": ["params.requests/empty*"],
    "ZT-BODY-008": ["params.requests*/null-element*"],
    "ZT-BODY-009": ["params.requests/type-*"],
    "ZT-BODY-010": ["params.requests[[]*[]]/type-*"],
    "ZT-BODY-011": ["params.accountSystemType/drop"],
    "ZT-BODY-012": ["params.accountSystemType/null"],
    "ZT-BODY-013": ["params.accountSystemType/unknown*"],
    "ZT-BODY-014": ["params.accountSystemContext/drop"],
    "ZT-BODY-015": ["params.accountSystemContext/null"],
}

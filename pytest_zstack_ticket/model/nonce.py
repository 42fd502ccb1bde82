"""The form of the nonce that marks every ticket of a run."""

from __future__ import annotations

import re

NONCE = b"zt-0000000000000000"
NONCED = re.compile(r"zt-[0-9a-f]{16}")

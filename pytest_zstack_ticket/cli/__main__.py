"""`python -m pytest_zstack_ticket.cli` is `zstack-ticket`."""

from __future__ import annotations

from pytest_zstack_ticket.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())

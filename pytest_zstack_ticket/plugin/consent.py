"""Asks on the terminal for consent before a production cloud is tested, past pytest's capture."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.runner import consent


def require_consent(options: RunOptions, caps: Quotas, config: pytest.Config) -> None:
    """Require consent to a run against this host within this quota. Raises SettingsError."""
    consent.require_consent(options, caps, lambda: _typed(config, options, caps))


def _typed(config: pytest.Config, options: RunOptions, caps: Quotas) -> bool:
    """Ask on a terminal for the name of the host; False where there is none."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    try:
        return consent.host_was_typed(options, caps)
    finally:
        if capture is not None:
            capture.resume_global_capture()

"""Everything that decides: pure functions and generators over frozen values."""

"""Frozen values that every layer shares; standard library types only, no clock, file, socket or option."""

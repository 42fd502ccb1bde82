"""Certificates: sign, verify, recompute the verdicts, advisories.

May import everything up to `report`.
"""

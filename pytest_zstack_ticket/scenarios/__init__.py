"""Helpers of the suites: ticket sets, canary tickets and the table of enumerated cases.

May import everything up to `client`.
"""

"""Tickets are deleted: the write-ahead ledger and the sweeper.

May import everything up to `transport`.
"""

"""Frozen values, errors and their JSON form; pure.

Imports the standard library alone.
"""

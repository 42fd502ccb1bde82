"""Secrets: how they are replaced, encoded, shared between workers and searched for.

May import `model`, `api` and `config`.
"""

"""The API's client: endpoint, sessions, call results and web hooks.

May import everything up to `transport`.
"""

"""The API's client: endpoint, sessions, call results and webhooks.

May import everything up to `transport`.
"""

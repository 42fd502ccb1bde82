"""One deployment under test: how it is reached, its actors, preflight and doctor.

May import everything up to `client` and `cleanup`.
"""

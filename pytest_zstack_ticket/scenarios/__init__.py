"""What suite tests work with: ticket sets and groups, canary tickets, the table of enumerated cases.

May import `client` and everything below it.
"""

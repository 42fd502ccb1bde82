"""The command `zstack-ticket`, one module a command.

May import everything but `plugin`; imports no pytest.
"""

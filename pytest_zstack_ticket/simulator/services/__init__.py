"""What the simulated services do: tickets, flows, jobs, accounts, queries.

May import the simulator's storage and values.
"""

"""What the simulated cloud stores.

May import the simulator's values.
"""

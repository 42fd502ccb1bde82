"""JSON as the platform's Java reads and writes it.

Imports nothing else of the simulator.
"""

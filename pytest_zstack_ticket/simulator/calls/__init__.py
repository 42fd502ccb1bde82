"""The API's calls, one class each, as the simulator's routes know them.

May import the simulator's services.
"""

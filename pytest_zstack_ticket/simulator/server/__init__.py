"""The simulator on a real socket; the only part of it that does I/O.

May import all of the simulator and `transport`.
"""

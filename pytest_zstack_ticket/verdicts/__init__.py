"""From examples to verdicts: tallies, roll-up, waivers, comparison and history of runs, without any I/O.

May import `checks` and everything below it.
"""

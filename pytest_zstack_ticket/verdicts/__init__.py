"""From examples to verdicts: tallies, roll-up, waivers, comparison and history; pure.

May import everything up to `checks`.
"""

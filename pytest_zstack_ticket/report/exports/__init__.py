"""A report and its evidence in the formats of other tools.

Pure; may import what `report` may.
"""

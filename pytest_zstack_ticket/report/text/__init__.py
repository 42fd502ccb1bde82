"""A report as lines of text for a terminal, with the translations and the columns that they need.

Pure; may import what `report` may.
"""

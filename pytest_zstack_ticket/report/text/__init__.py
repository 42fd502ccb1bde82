"""A report as text: cards, columns, translations.

Pure; may import what `report` may.
"""

"""A report as a PDF.

May import what `report` may, and the HTML page.
"""

"""A report as one HTML page.

Pure but for `page_writer`; may import what `report` may.
"""

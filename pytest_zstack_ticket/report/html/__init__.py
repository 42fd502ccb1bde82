"""A report as one HTML page: modules named `*_view` compute what a part shows, `templates/` lays it out.

`rendering` is the Jinja2 environment; `page_writer` alone reads and writes files of a run. May import what
`report` may.
"""

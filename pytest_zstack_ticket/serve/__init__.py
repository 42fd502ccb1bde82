"""A folder of runs as a small read-only web application: history, comparison, pages, certificates.

May import everything up to `certify`; Starlette and uvicorn are imported here alone.
"""

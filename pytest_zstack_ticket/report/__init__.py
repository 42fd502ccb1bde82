"""What people and machines read of a run: report.json, text, HTML, PDF and exports.

May import everything up to `verdicts`.
"""

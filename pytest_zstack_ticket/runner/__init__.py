"""One run without pytest: examples are drawn, judged, recorded and concluded.

May import everything up to `target`.
"""

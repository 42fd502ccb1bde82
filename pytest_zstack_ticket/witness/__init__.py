"""A witness between a run and its target: bytes are passed on as they are, and each exchange is recorded by digests.

May import every package of lower floors; `cli` starts it.
"""

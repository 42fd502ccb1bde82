"""What a run leaves on disk: evidence, the report folder and the bundle.

May import `model`, `api` and `config`.
"""

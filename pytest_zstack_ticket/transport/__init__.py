"""httpx, and the layers around it: limits, retries, signing, disconnects.

May import `model`, `api` and `config`.
"""

"""The embedded endpoint: a stand-in for a ZStack target, `Request x now -> Response`, with switchable faults.

It is written from the dossier alone and imports nothing that judges: two independent readings of one interface.
"""

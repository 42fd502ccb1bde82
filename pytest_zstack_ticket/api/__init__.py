"""What the ZStack API means: authentication, polling, outcomes, schemas; pure.

May import `model`.
"""

"""What the user configures, read without pytest: options, TOML files, requirement catalogues, the state folder.

May import `model`.
"""

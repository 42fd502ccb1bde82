"""Turn results into documents for people and machines; text in, text out."""

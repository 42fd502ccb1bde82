"""The report and the evidence of a run in the formats of other tools."""

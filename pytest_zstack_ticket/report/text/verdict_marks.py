"""The mark shown before each verdict, so that it is known without its colour."""

VERDICT_MARKS = {"passed": "✓", "failed": "✗", "error": "!", "inconclusive": "?", "untested": "○", "inapplicable": "–"}

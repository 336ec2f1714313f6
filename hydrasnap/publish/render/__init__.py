"""Templates and Markdown become HTML."""

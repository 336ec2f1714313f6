"""The pages of an evaluation and of comparisons between two."""

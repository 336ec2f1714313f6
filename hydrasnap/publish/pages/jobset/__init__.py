"""The pages of a jobset."""

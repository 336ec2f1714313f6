"""What the last run left, what each task reads, and what therefore need not be done again."""

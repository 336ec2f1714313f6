"""The pages of a job."""

"""What to ask next: pure decisions from the cache and Hydra's overview."""

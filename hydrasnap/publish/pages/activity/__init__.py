"""The page of what the Hydra was doing."""

"""The data of an embedded Hydra, and what can happen to it."""

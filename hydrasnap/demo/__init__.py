"""The embedded Hydra: a small deterministic one that speaks the real API, in process.

`world` is its database and what can happen to it, `story` the history that the world has had. The
answers come from `hydrasnap.server`.
"""

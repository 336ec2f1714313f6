"""The beginning of the story."""

from hydrasnap.demo.synthetic import synthetic_world
from hydrasnap.demo.world import World


def beginning() -> World:
    """Return the Hydra as the story begins."""
    return synthetic_world(40, 22)

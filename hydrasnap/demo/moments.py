"""The moments of the story."""

from collections.abc import Callable

from hydrasnap.demo.story import beginning
from hydrasnap.demo.world import World

MOMENTS: tuple[Callable[[World], None], ...] = (lambda world: None,) * 3


def world_at(moment: int) -> World:
    """Return the Hydra of the story as it is at a moment, from 1."""
    if not 1 <= moment <= len(MOMENTS):
        raise ValueError(f"the story has the moments 1 to {len(MOMENTS)}, not {moment}")
    world = beginning()
    for change in MOMENTS[:moment]:
        change(world)
    return world

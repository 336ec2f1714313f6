"""The only room that opens sockets: pace, retry, budget, login, content types."""

from hydrasnap.client import endpoints as paths
from hydrasnap.client.budget import Budget, Limits
from hydrasnap.client.client import Client
from hydrasnap.client.responses import SuspectEmptyError
from hydrasnap.client.retry import Retry
from hydrasnap.client.settings import (
    HARD_CAP,
    Credentials,
    Fetched,
    Settings,
    Waiting,
    World,
    normal_origin,
)
from hydrasnap.client.throttle import is_this_machine

__all__ = [
    "HARD_CAP",
    "Budget",
    "Client",
    "Credentials",
    "Fetched",
    "Limits",
    "Retry",
    "Settings",
    "SuspectEmptyError",
    "Waiting",
    "World",
    "is_this_machine",
    "normal_origin",
    "paths",
]

"""The only room that opens connections: rate, retries, budget, login, content types."""

from hydrasnap.client import endpoints as paths
from hydrasnap.client.backoff import Retry
from hydrasnap.client.budget import Budget, Limits
from hydrasnap.client.client import Client
from hydrasnap.client.responses import SuspectEmptyError
from hydrasnap.client.settings import (
    HARD_CAP,
    Credentials,
    Fetched,
    Runtime,
    Settings,
    Waiting,
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
    "Runtime",
    "Settings",
    "SuspectEmptyError",
    "Waiting",
    "is_this_machine",
    "normal_origin",
    "paths",
]

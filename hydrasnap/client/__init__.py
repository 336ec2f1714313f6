"""The only room that opens sockets: pace, retry, budget, login, content types."""

from hydrasnap.client import paths
from hydrasnap.client.budget import Budget, Limits
from hydrasnap.client.http import Client
from hydrasnap.client.judge import DoubtError
from hydrasnap.client.pace import is_this_machine
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

__all__ = [
    "HARD_CAP",
    "Budget",
    "Client",
    "Credentials",
    "DoubtError",
    "Fetched",
    "Limits",
    "Retry",
    "Settings",
    "Waiting",
    "World",
    "is_this_machine",
    "normal_origin",
    "paths",
]

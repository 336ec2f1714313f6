"""Hydra's read API over ASGI, answered from the values of `model`.

`hydra_app` makes the application, and `serve_app` the one of `hydrasnap serve`. What a request may
ask for, and how the answers look, is measured on a real Hydra (revision 14332fbf); the differences
are listed in the documentation.
"""

from hydrasnap.server.app import hydra_app
from hydrasnap.server.cache import CacheSource
from hydrasnap.server.follow import RELOADING, Follower
from hydrasnap.server.negotiation import wants_json
from hydrasnap.server.pages import SitePages
from hydrasnap.server.replies import Json, quoted, reply
from hydrasnap.server.serve import serve_app
from hydrasnap.server.view import Source

__all__ = [
    "RELOADING",
    "CacheSource",
    "Follower",
    "Json",
    "SitePages",
    "Source",
    "hydra_app",
    "quoted",
    "reply",
    "serve_app",
    "wants_json",
]

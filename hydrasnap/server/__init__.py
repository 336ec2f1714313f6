"""Hydra's read API over ASGI, answered from the values of `model`.

`hydra_app` makes the application. What a request may ask for, and how the answers look, is measured
on a real Hydra (revision 14332fbf); the differences are listed in the documentation.
"""

from hydrasnap.server.app import hydra_app
from hydrasnap.server.negotiation import wants_json
from hydrasnap.server.replies import Json, quoted, reply
from hydrasnap.server.view import Source

__all__ = ["Json", "Source", "hydra_app", "quoted", "reply", "wants_json"]

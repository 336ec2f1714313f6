"""Hydra's read API over ASGI, answered from the values of `model`.

`hydra_app` makes the application, and `serve_app` the one of `hydrasnap serve`. What a request may
ask for, and how the answers look, is measured on a real Hydra (revision 14332fbf); the differences
are listed in the documentation.
"""

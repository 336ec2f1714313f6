"""Questions about a cache: what fails, since when, what changed, what blocks a channel.

An index beside the cache answers them without reading all of it. Each question gives a `Table`.
"""

from hydrasnap.query.database import Database
from hydrasnap.query.evaluations import containing, differences
from hydrasnap.query.failures import Owned, blockers, causes, failing
from hydrasnap.query.index_file import ask, open_database, write_database
from hydrasnap.query.jobs import history, job_states
from hydrasnap.query.table import Column, Kind, Table

__all__ = [
    "Column",
    "Database",
    "Kind",
    "Owned",
    "Table",
    "ask",
    "blockers",
    "causes",
    "containing",
    "differences",
    "failing",
    "history",
    "job_states",
    "open_database",
    "write_database",
]

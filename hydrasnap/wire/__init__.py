"""Hydra's JSON → model: the only room that reads raw keys, and the one that knows every quirk.

Each function takes the body of one answer and returns canonical values, whatever the server's mood:
key order, 0/1 or true/false, "" or null. A body of another shape raises `NotAHydraError`, with the
address `where` it came from in the sentence.
"""

from hydrasnap.wire.convert import (
    EvaluationPage,
    JobsetAnswer,
    read_build,
    read_builds,
    read_evaluation,
    read_evaluation_page,
    read_jobset,
    read_overviews,
    read_projects,
    read_queue,
)

__all__ = [
    "EvaluationPage",
    "JobsetAnswer",
    "read_build",
    "read_builds",
    "read_evaluation",
    "read_evaluation_page",
    "read_jobset",
    "read_overviews",
    "read_projects",
    "read_queue",
]

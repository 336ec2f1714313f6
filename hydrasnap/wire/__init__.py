"""From Hydra's JSON and HTML to the model: the only room that reads raw keys and knows the quirks.

Each function takes the body of one answer and returns canonical values, whether the server writes
0/1 or true/false, "" or null. A body of another shape raises `NotAHydraError`, which names the
address `where` it came from. An unreadable value counts as unknown; `note` is called with those.
"""

from hydrasnap.wire.builds import read_build, read_builds, read_queue, read_sizes
from hydrasnap.wire.evaluations import EvaluationPage, read_evaluation, read_evaluation_page
from hydrasnap.wire.live import read_machines, read_runner, read_running, read_throughput
from hydrasnap.wire.projects import JobsetAnswer, read_jobset, read_overviews, read_projects

__all__ = [
    "EvaluationPage",
    "JobsetAnswer",
    "read_build",
    "read_builds",
    "read_evaluation",
    "read_evaluation_page",
    "read_jobset",
    "read_machines",
    "read_overviews",
    "read_projects",
    "read_queue",
    "read_runner",
    "read_running",
    "read_sizes",
    "read_throughput",
]

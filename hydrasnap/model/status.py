"""The status of a build: one value with its code, words, shape, colour and badge.

The codes are those of Hydra's ``buildstatus`` column; a build without a result is `QUEUED`.
Source: Hydra's ``sql/hydra.sql`` and its templates ``common.tt`` and ``build-common.tt``.
"""

from enum import Enum


class Outcome(Enum):
    """The kind of a result, which is what comparisons ask for."""

    __hash__ = object.__hash__  # equal members are identical, and the hash of Enum is slow

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    QUEUED = "queued"


class BuildStatus(Enum):
    """Every result a build can have, best first; the order is the order on every page."""

    __hash__ = object.__hash__

    def __init__(self, code: int | None, slug: str, label: str, sentence: str, look: str) -> None:
        """Unpack `look`, which is ``outcome icon message colour``."""
        family, self.icon, self.badge_message, self.badge_color = look.split()
        self.code, self.slug, self.label = code, slug, label
        self.sentence = sentence  # what Hydra says beyond the label, empty where that says all
        self.outcome = Outcome(family)
        self.classes = f"{family} i-{self.icon}"  # for the style sheet
        # the build gave what was asked for
        self.succeeded = self.outcome is Outcome.SUCCEEDED
        # the build itself is broken: not merely aborted or unfinished
        self.failed = self.outcome is Outcome.FAILED
        # the result says something about the package
        self.decided = self.succeeded or self.failed
        # Hydra gave up for reasons that say nothing about the package; unlike Hydra's own tabs,
        # an unsupported system (9) counts here: its icon says so
        self.aborted = self.outcome is Outcome.ABORTED
        # the build ended without success
        self.unsuccessful = self.failed or self.aborted
        # the build has no result yet, or again none after a restart
        self.queued = self.outcome is Outcome.QUEUED

    SUCCEEDED = (0, "succeeded", "Succeeded", "", "succeeded check passing green")
    FAILED = (1, "failed", "Failed", "Build returned a non-zero exit code",
              "failed cross failing red")  # fmt: skip
    DEPENDENCY_FAILED = (2, "dependency-failed", "Dependency failed", "",
                         "failed chain failing red")  # fmt: skip
    ABORTED = (3, "aborted", "Aborted", "Hydra failure", "aborted stop failing red")
    CANCELLED = (4, "cancelled", "Cancelled", "by user", "aborted stop cancelled yellow")
    FAILED_WITH_OUTPUT = (6, "failed-with-output", "Failed with output", "",
                          "failed cross failing red")  # fmt: skip
    TIMED_OUT = (7, "timed-out", "Timed out", "", "aborted clock failing red")
    UNSUPPORTED_SYSTEM = (9, "unsupported-system", "Unsupported system", "",
                          "aborted stop failing red")  # fmt: skip
    LOG_LIMIT = (10, "log-limit", "Log limit exceeded", "", "aborted stop failing red")
    OUTPUT_LIMIT = (11, "output-limit", "Output limit exceeded", "", "failed cross failing red")
    NON_DETERMINISTIC = (12, "non-deterministic", "Non-deterministic", "",
                         "failed cross failing red")  # fmt: skip
    UNKNOWN = (-1, "unknown", "Failed (unknown status)", "not documented by Hydra",
               "failed cross failing red")  # fmt: skip
    QUEUED = (None, "queued", "Queued", "Scheduled to be built",
              "queued dots queued lightgrey")  # fmt: skip

    @property
    def lists_steps(self) -> bool:
        """Whether Hydra's page of such a build lists the steps that failed."""
        return not (self.succeeded or self.queued or self in _WITHOUT_STEPS)

    def label_for(self, code: int | None) -> str:
        """Name the status, with the number where the enumeration has no word for it."""
        return f"Failed (status {code})" if self is BuildStatus.UNKNOWN else self.label


_WITHOUT_STEPS = (BuildStatus.CANCELLED, BuildStatus.FAILED_WITH_OUTPUT)
_BY_CODE = {status.code: status for status in BuildStatus if not status.queued}
_UNKNOWN = BuildStatus.UNKNOWN


def finished_status(code: int | None) -> BuildStatus:
    """Return the status that a code stands for."""
    return _BY_CODE.get(code, _UNKNOWN)

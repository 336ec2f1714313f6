"""Tests of reading what a Hydra is doing: the queue runner of today, and the one before it."""

import json
from typing import Any

import pytest

from hydrasnap.errors import NotAHydraError
from hydrasnap.model import Machine, QueueRunner, RunningBuild, SystemQueue
from hydrasnap.wire.live import read_machines, read_runner, read_running, read_throughput

OLD = {
    "status": "up",
    "time": 1700000000,
    "uptime": 60,
    "nrQueuedBuilds": 7,
    "nrUnfinishedSteps": 9,
    "avgStepBuildTime": 12.5,
    "machines": {
        "ssh://root@a?ssh-key=/etc/key": {
            "enabled": False,
            "systemTypes": ["x86_64-linux"],
            "supportedFeatures": ["kvm"],
            "mandatoryFeatures": [],
            "nrStepsDone": 4,
            "avgStepBuildTime": 2.5,
            "currentJobs": 0,
            "idleSince": 1699999999,
            "disabledUntil": 0,
        },
    },
    "machineTypes": {"x86_64-linux": {"runnable": 2, "running": 1, "waitTime": 30}},
}
NEW = {
    "queueRunner": {
        "status": "up",
        "nrBuildsUnfinished": 7,
        "avgStepBuildTimeMs": 12500,
        "queueStats": {
            "x86_64-linux": {"activeRunnable": 1, "nrRunnableWaiting": 2, "waitTimeMs": 30000},
        },
    },
    "machines": {
        "b": {
            "systems": ["aarch64-linux"],
            "supportedFeatures": [],
            "mandatoryFeatures": [],
            "maxJobs": 4,
            "totalMem": 1024,
            "stats": {"currentJobs": 1, "nrStepsDone": 2, "avgStepBuildTimeMs": 1500},
            "jobs": ["abc-hello.drv"],
        },
    },
    "jobsets": {},
    "store": None,
    "s3": {},
}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_a_running_build_is_told_once() -> None:
    raw = {
        "id": 1, "project": "p", "jobset": "j", "job": "x", "system": "s", "nixname": "x-1",
        "timestamp": 5, "drvpath": None, "priority": None, "finished": 0, "starttime": None,
    }  # fmt: skip
    found = read_running(body([raw, {**raw, "id": 2}, raw]), "/status")
    assert found[0] == RunningBuild(
        id=1, project="p", jobset="j", job="x", system="s", nixname="x-1", timestamp=5
    )
    assert [build.id for build in found] == [1, 2]


def test_machines_of_todays_queue_runner_are_read() -> None:
    pressure = {"avg10": 1.234, "avg60": 2, "avg300": 3, "total": 9}
    raw = {
        "systemTypes": ["x86_64-linux", "i686-linux"],
        "supportedFeatures": ["kvm", "bench"],
        "mandatoryFeatures": ["bench"],
        "maxJobs": 4,
        "hasCapacity": True,
        "score": 1.5,
        "memTotal": 2048,
        "stats": {
            "currentJobs": 0, "nrStepsDone": 10, "avgStepBuildTimeMs": 2500, "idleSince": 7,
            "disabledUntil": 100, "load1": 0.126, "load5": 0, "load15": 1, "memUsage": 1024,
            "pressure": {"cpuSome": pressure, "memSome": None},
        },
    }  # fmt: skip
    assert read_machines(body({"m": raw}), "/machines") == [
        Machine(
            name="m",
            systems=("x86_64-linux", "i686-linux"),
            supported=("kvm",),
            mandatory=("bench",),
            disabled_until=100,
            running=0,
            most=4,
            has_room=True,
            score=1.5,
            idle_since=7,
            steps_done=10,
            seconds_a_step=2.5,
            load=(0.13, 0.0, 1.0),
            memory_used=1024,
            memory=2048,
            pressure={"cpuSome": (1.23, 2.0, 3.0)},
        )
    ]


def test_machines_of_older_hydras_are_read() -> None:
    raw: dict[str, Any] = {
        "": {},
        "ssh://nix@z": {"systemTypes": ["x86_64-linux"], "maxJobs": "8", "mandatoryFeatures": None},
        "ssh-ng://lost": {"disabled": 1, "nrStepsDone": 3, "avgStepBuildTime": 1.5},
    }
    assert read_machines(body(raw), "/machines") == [
        Machine(name="localhost"),
        Machine(name="lost", enabled=False, steps_done=3, seconds_a_step=1.5),
        Machine(name="z", systems=("x86_64-linux",), most=8),
    ]


def test_both_queue_runners_are_read() -> None:
    queues = (SystemQueue(system="x86_64-linux", running=1, runnable=2, waited=30.0),)
    old, machines, at_work = read_runner(body(OLD), "/queue-runner-status")
    figures = {
        "uptime": 60.0, "builds_unfinished": 7.0, "steps_unfinished": 9.0, "step_build_time": 12.5,
    }  # fmt: skip
    assert old == QueueRunner(status="up", figures=figures, queues=queues)
    assert [(each.name, each.enabled, each.idle_since) for each in machines] == [
        ("a", False, 1699999999)
    ]
    assert at_work == {}
    new, machines, at_work = read_runner(body(NEW), "/queue-runner-status")
    figures = {"builds_unfinished": 7.0, "step_build_time": 12.5}
    assert new == QueueRunner(status="up", figures=figures, queues=queues)
    assert machines == [
        Machine(
            name="b", systems=("aarch64-linux",), running=1, most=4, steps_done=2,
            seconds_a_step=1.5, memory=1024,
        )
    ]  # fmt: skip
    assert at_work == {"abc-hello.drv": "b"}


@pytest.mark.parametrize("status", ["unknown", "unreachable", "down"])
def test_a_queue_runner_may_say_nothing_but_that(status: str) -> None:
    told = read_runner(body({"status": status}), "/queue-runner-status")
    assert told == (QueueRunner(status=status), [], {})


def test_what_one_answer_lacks_the_other_gives() -> None:
    mine = Machine(name="m", systems=("a",), running=0, steps_done=3)
    more = Machine(name="m", systems=("b",), running=2, most=4, enabled=False)
    assert mine.joined(more) == Machine(
        name="m", systems=("a",), running=0, steps_done=3, most=4, enabled=False
    )


def test_a_machine_is_disabled_for_a_while_or_for_good() -> None:
    assert Machine(name="m").is_enabled(5)
    assert not Machine(name="m", enabled=False).is_enabled(5)
    assert [Machine(name="m", disabled_until=6).is_enabled(now) for now in (5, 6)] == [False, True]


def test_throughput_is_a_list_of_amounts() -> None:
    assert read_throughput(b"[3,4]", "/api/nrbuilds") == (3, 4)


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (read_running, [{"id": "one"}]),
        (read_running, {}),
        (read_machines, []),
        (read_runner, {}),
        (read_runner, {"queueRunner": {}, "machines": {}}),
        (read_throughput, {"a": 1}),
        (read_throughput, ["many"]),
    ],
)
def test_another_shape_is_no_hydras(read: Any, wrong: Any) -> None:
    with pytest.raises(NotAHydraError, match="/there did not answer"):
        read(body(wrong), "/there")


def test_an_odd_figure_of_a_machine_costs_that_figure() -> None:
    told = {"systemTypes": "x", "maxJobs": 4, "stats": {"pressure": {"cpuSome": {"avg10": "much"}}}}
    (machine,) = read_machines(body({"m": told}), "/machines")
    assert (machine.systems, machine.most) == ((), 4)
    runner, machines, _ = read_runner(body({"status": "up", "machines": []}), "/")
    assert (runner.status, machines) == ("up", [])


@pytest.mark.parametrize("odd", [None, "", "many", True, [], {}, "1e999", 10**400])
def test_odd_figures_are_not_told(odd: Any) -> None:
    fields = {"status": "up", "uptime": odd, "queueStats": {"s": {"activeRunnable": odd}}}
    runner, _, _ = read_runner(body({"queueRunner": fields}), "/queue-runner-status")
    assert runner == QueueRunner(status="up", queues=(SystemQueue(system="s"),))


def test_a_count_beyond_all_counts_is_not_told() -> None:
    fields = {"status": "up", "queueStats": {"s": {"activeRunnable": "1e300"}}}
    runner, _, _ = read_runner(body({"queueRunner": fields}), "/queue-runner-status")
    assert runner.queues == (SystemQueue(system="s"),)

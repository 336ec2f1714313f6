"""Tests of the objects that a crawl holds packed: against a plain dictionary."""

from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.model import Build
from hydrasnap.store.layout import shard_of, shard_path
from hydrasnap.store.shards import Shards

numbers = st.integers(1, 6_000)
steps = st.one_of(
    st.tuples(st.just("put"), numbers, st.sampled_from(("x", "y"))),
    st.tuples(st.just("remove"), numbers, st.just("")),
    st.tuples(st.just("read"), numbers, st.just("")),
)


def build(number: int, job: str) -> Build:
    return Build(id=number, project="p", jobset="j", job=job)


def by_job(found: Build) -> tuple[str, ...]:
    return (found.job,)


@given(st.lists(steps, max_size=60), st.sampled_from((0, 1, 5, 1_000)))
def test_shards_are_a_dictionary_whatever_is_packed(
    history: list[tuple[str, int, str]], unpacked: int
) -> None:
    shards, held = Shards(Build, "id", shard_path, by_job, unpacked), dict[int, Build]()
    for step, number, job in history:
        if step == "put":
            is_news = held.get(number) != build(number, job)
            assert shards.put(build(number, job)) == is_news
            held[number] = build(number, job)
        elif step == "remove" and number in held:
            del held[number]
            shards.remove(number)
        assert shards.get(number) == held.get(number)
        assert (number in shards) == (number in held)
    assert len(shards) == len(held)
    assert list(shards.items()) == sorted(held.items())
    assert dict(shards.frozen()) == held
    for job in ("x", "y"):
        wanted = sorted(number for number, found in held.items() if found.job == job)
        assert [found.id for found in shards.with_label(job)] == wanted
    assert not [
        path for path in shards.take_empty() if path in {shard_path(shard_of(n)) for n in held}
    ]
    assert list(shards) == sorted(held)


def test_few_objects_are_unpacked_at_a_time() -> None:
    shards = Shards(Build, "id", shard_path, unpacked=2_000)
    shards.fill(0, [build(number, "x") for number in (*range(1, 1_000), 1_000)])
    assert 1_000 not in shards, "it belongs into another file"
    for number in range(1_000, 10_000):
        shards.put(build(number, "x"))
    assert len(shards) == 9_999
    assert shards.unpacked <= 3_000
    assert sum(1 for _ in shards.values()) == 9_999
    assert shards.unpacked <= 3_000

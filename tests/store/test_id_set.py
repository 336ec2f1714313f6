"""A set of ids in bits is a set: checked against Python's own."""

from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.store.id_set import IdSet

numbers = st.integers(0, 5_000)


@given(st.lists(numbers), st.lists(numbers), st.lists(numbers))
def test_ids_come_and_go_as_in_a_set(first: list[int], gone: list[int], more: list[int]) -> None:
    found, expected = IdSet(first), set(first)
    for number in gone:
        found.discard(number)
        expected.discard(number)
    found |= set(more)
    expected |= set(more)
    assert list(found) == sorted(expected)
    assert len(found) == len(expected)
    assert all((number in found) == (number in expected) for number in range(5_001))
    shards = {number - number % 1000 for number in expected}
    assert {first for first in range(0, 6_000, 1000) if found.has_shard(first)} == shards


def test_what_is_no_number_is_not_in_it() -> None:
    other: object = "1"
    assert other not in IdSet([1])

"""Masks the passwords in the addresses of a snapshot before any page or file is made from it.

People put tokens into the addresses of inputs, which Hydra shows in its API. The cache keeps what
the API said.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct, json, structs

from hydrasnap.formatting import mask_logins
from hydrasnap.model import Build, Snapshot
from hydrasnap.model.builds import Builds

T = TypeVar("T")
Key = TypeVar("Key")
_json = json.Encoder()


def mask_snapshot(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with every password masked, in whatever text an address stands."""
    return structs.replace(
        snapshot,
        origin=mask_logins(snapshot.origin),
        run=_masked(snapshot.run),
        projects=_values(snapshot.projects),
        jobsets=_values(snapshot.jobsets),
        evaluations=_values(snapshot.evaluations),
        builds=_builds(snapshot.builds),
        sizes=_values(snapshot.sizes),
        reasons=_values(snapshot.reasons),
        live=None if snapshot.live is None else _masked(snapshot.live),
    )


def _values(objects: Mapping[Key, T]) -> Mapping[Key, T]:
    """Mask the objects that hold a password."""
    changed = {key: _masked(found) for key, found in objects.items() if _may_hold_login(found)}
    return {key: changed.get(key, found) for key, found in objects.items()} if changed else objects


def _builds(found: Mapping[int, Build]) -> Mapping[int, Build]:
    if not isinstance(found, Builds):
        return _values(found)
    changed = {build.id: _masked(build) for build in found.with_at_sign() if _may_hold_login(build)}
    return found.replace(changed) if changed else found


def _may_hold_login(found: object) -> bool:
    try:
        return b"@" in _json.encode(found)
    except UnicodeEncodeError:  # a lone surrogate, which JSON allows and UTF-8 does not
        return True


def _masked(value: T) -> T:
    """Mask every string in a value; the keys of mappings stay as they are."""
    made: Any = value
    if isinstance(value, str):
        made = mask_logins(value)
    elif isinstance(value, Struct):
        made = _struct(value)
    elif isinstance(value, tuple) and type(value) is tuple:
        made = tuple(map(_masked, value))
    elif isinstance(value, dict):
        made = {key: _masked(found) for key, found in value.items()}
    return made  # type: ignore[no-any-return]


def _struct(value: Struct) -> Struct:
    kept = {"project", "jobset", "job", "name"} if hasattr(value, "key") else set()
    fields = [name for name in value.__struct_fields__ if name not in kept]
    made = {name: _masked(getattr(value, name)) for name in fields}
    changed = {name: new for name, new in made.items() if new is not getattr(value, name)}
    return structs.replace(value, **changed) if changed else value

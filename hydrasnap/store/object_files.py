"""Objects that have a file each, by key."""

from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from hydrasnap.model.objects import Value
from hydrasnap.store.layout import encode_object

Key = TypeVar("Key")
T = TypeVar("T", bound=Value)


class ObjectFiles(dict[Key, T]):
    """The objects of a `kind`, whose files match `pattern`, below the cache folder.

    `key` names the field that holds the key, and `path` gives the file for a key.
    """

    def __init__(self, kind: type[T], key: str, pattern: str, path: Callable[[Key], Path]) -> None:
        super().__init__()
        self.kind, self.pattern, self.path_of = kind, pattern, path
        self.key_of: Callable[[T], Key] = attrgetter(key)

    def put(self, value: T) -> bool:
        """Hold an object in place of one with its key; return whether that is news."""
        key = self.key_of(value)
        if self.get(key) == value:
            return False
        self[key] = value
        return True

    def remove(self, key: Key) -> Path:
        """Forget an object; return its file."""
        del self[key]
        return self.path_of(key)

    def path_for(self, value: T) -> Path:
        """Return where an object belongs."""
        return self.path_of(self.key_of(value))

    def content(self, key: Key) -> bytes:
        """Return the content of the file of an object."""
        return encode_object(self[key])

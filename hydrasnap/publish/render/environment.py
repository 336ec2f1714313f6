"""The Jinja environments: a plain one for the bundled templates, a sandboxed one for a user's.

Both escape everything and refuse names that are not defined. Compiled templates are kept in the
user's cache folder, because compiling all of them takes as long as rendering a small site.
"""

from collections.abc import Callable, MutableMapping
from contextlib import suppress
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
)
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from platformdirs import user_cache_path


class CompiledTemplates(FileSystemBytecodeCache):
    """Keeps compiled templates for later runs of the same user.

    Jinja compiles a template again when its text changes; files of other versions of Jinja are left
    alone. A folder that cannot be read or written only costs the time to compile.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), f"jinja-{jinja2.__version__}-%s.pyc")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, if there is one."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, if the folder takes it."""
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


class UserTemplates(FileSystemLoader):
    """Loads a user's templates; one that is a symbolic link, or behind one, is left out.

    Somebody else may have written them, and a link could lead to any file of the machine.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return the text of a template and where it is."""
        inside = accumulate(split_template_path(template), Path.joinpath, initial=self._folder)
        if any(place.is_symlink() for place in islice(inside, 1, None)):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


class SiteEnvironment(Environment):
    """Jinja's environment with autoescape and strict names, for templates that do not change.

    A template is loaded once and shares the globals of all others: Jinja would otherwise look both
    up for every page and every import in it.
    """

    def __init__(self, loader: BaseLoader, compiled: FileSystemBytecodeCache | None = None) -> None:
        super().__init__(
            loader=loader,
            bytecode_cache=compiled,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._loaded: dict[str | Template, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        """Return a template, loaded at the first call."""
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = super().get_template(name, parent, globals)
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template, which all templates share."""
        return self.globals if d is None else super().make_globals(d)


class SandboxedSiteEnvironment(SiteEnvironment, ImmutableSandboxedEnvironment):
    """The environment for templates that somebody else wrote: they can show values, not run code.

    Attributes that lead to Python's internals are refused, and no value can be changed.
    """


def site_environment(loader: BaseLoader, *, sandboxed: bool) -> SiteEnvironment:
    """Return an environment for a loader, sandboxed where a user's templates take part."""
    if sandboxed:
        return SandboxedSiteEnvironment(loader)
    return SiteEnvironment(loader, CompiledTemplates(user_cache_path("hydrasnap") / "templates"))

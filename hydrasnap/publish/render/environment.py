"""Jinja, made for hundreds of thousands of small pages.

The same templates give the same text as with Jinja's own environment and autoescape. Left out is
what Jinja does at every output, call and import in case that a function wants to see the context
(none of ours does), a template was changed on disk, or has globals of its own.

What a template was compiled to is kept in the user's cache folder: compiling them all takes as
long as a small site.
"""

import html
import operator
from collections.abc import MutableMapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, nodes
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape
from platformdirs import user_cache_path

_escaped = lru_cache(maxsize=16384)(html.escape)


def _output(value: Any) -> Any:
    """Write what stands between double braces."""
    kind = type(value)
    if kind is str:
        return _escaped(value)
    if kind is Markup:
        return value
    return str(value) if kind is int else escape(value)


class _Generator(CodeGenerator):
    """Compiles an output to one call where Jinja has three, and a call to nothing but the call."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        self.write("environment.output(")

    def _output_child_post(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        self.write(")")

    def visit_Call(  # noqa: N802 - Jinja finds it by this name
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        """Write a call that is not told the context."""
        self.write("environment.call(")
        self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802
        """Write a test; of an attribute that is not there, ``is defined`` may ask."""
        if node.name in ("defined", "undefined"):
            node.node = _cautious(node.node)
        super().visit_Test(node, frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802
        """Write a filter; for an attribute that is not there, ``default`` may stand in."""
        if node.name in ("default", "d") and node.node is not None:
            node.node = _cautious(node.node)
        super().visit_Filter(node, frame)


def _cautious(node: nodes.Expr) -> nodes.Expr:
    """Ask in the way that bears a no."""
    if not isinstance(node, nodes.Getattr):
        return node
    return nodes.Getitem(node.node, nodes.Const(node.attr), node.ctx, environment=node.environment)


class Compiled(FileSystemBytecodeCache):
    """Keeps what templates were compiled to for other runs of the same user, where that can be.

    It counts for one text of a template and of this module, and one version of Python and of
    Jinja's bytecode.
    """

    def __init__(self) -> None:
        super().__init__(str(user_cache_path("hydrasnap") / "templates"), "%s.pyc")

    def get_source_checksum(self, source: str) -> str:
        """Tell texts apart, and ways to compile them."""
        return super().get_source_checksum(_own_text() + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what was kept."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it; if that cannot be, the next run compiles again."""
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


@cache
def _own_text() -> str:
    return Path(__file__).read_text(encoding="utf-8")


class LeanEnvironment(Environment):
    """Jinja's environment with autoescape, in which a name that is not there is an error.

    A dot asks for an attribute, and for nothing else: keys are asked for in brackets.
    """

    code_generator_class = _Generator
    output = staticmethod(_output)
    call: Any = staticmethod(operator.call)
    getattr: Any = staticmethod(getattr)

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            bytecode_cache=Compiled(),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._loaded: dict[Any, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        """Load a template once."""
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = super().get_template(name, parent, globals)
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give all templates the same globals."""
        return self.globals if d is None else super().make_globals(d)

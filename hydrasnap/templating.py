"""Jinja, made for hundreds of thousands of small pages.

The same templates give the same text as with Jinja's own environment and autoescape. Left out is
what Jinja does at every output, call and import in case that a function wants to see the context
(none of ours does), a template was changed on disk, or has globals of its own.
"""

import operator
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape


@lru_cache(maxsize=16384)
def _escaped(text: str) -> str:
    return str(escape(text))


def _output(value: Any) -> str:
    """Write what stands between double braces."""
    kind = type(value)
    if kind is str:
        return _escaped(value)
    return value if kind is Markup else escape(value)


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


class LeanEnvironment(Environment):
    """Jinja's environment with autoescape, in which a name that is not there is an error."""

    code_generator_class = _Generator
    output = staticmethod(_output)
    call: Any = staticmethod(operator.call)

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
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

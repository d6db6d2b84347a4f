"""A Liquid whose templates can neither loop for ever nor fill the memory.

Authors are not trusted: a template comes from a form, an API or a language model.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TextIO

from liquid import Environment, RenderContext, Token
from liquid.builtin.content import ContentNode
from liquid.builtin.content import Literal as LiteralTag
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import Output as OutputTag
from liquid.builtin.output import OutputNode as LiquidOutputNode
from liquid.exceptions import FilterArgumentError, OutputStreamLimitError
from liquid.output import LimitedStringIO
from markupsafe import escape

from campaigns.lead_tag import LeadTag
from campaigns.quoted import quoted

LONGEST_RANGE = 10_000
LARGEST_PRODUCT = 100_000_000


class LimitedEnvironment(Environment):
    """Liquid with limits on loops, output, variables and on what a filter is given."""

    loop_iteration_limit = 10_000
    output_stream_limit = 500_000
    context_depth_limit = 20
    local_namespace_limit = 100_000

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(autoescape=autoescape)
        self.filters = {name: _limited(each) for name, each in self.filters.items()}
        self.add_tag(_Literal)
        self.add_tag(_Output)
        self.add_tag(LeadTag)


class Literal(str):
    """Text that stands in a template; its encoded form is made once."""

    encoded: bytes

    def __new__(cls, text: str) -> "Literal":
        made = super().__new__(cls, text)
        made.encoded = quoted(text)
        return made


class LiteralNode(ContentNode):
    def __init__(self, token: Token, text: str) -> None:
        super().__init__(token, Literal(text))


class _Literal(LiteralTag):
    node_class = LiteralNode


class OutputNode(LiquidOutputNode):
    """An output whose usual case, a text at the end of a path, takes a short way."""

    __slots__ = ("path",)

    def __init__(self, token: Token, expression: Any) -> None:
        super().__init__(token, expression)
        left, filters = getattr(expression, "left", None), getattr(expression, "filters", None)
        self.path: tuple[str, ...] = ()
        if isinstance(left, Path) and not filters and type(expression) is FilteredExpression:
            names = tuple(name for name in left.path if isinstance(name, str))
            self.path = names if len(names) == len(left.path) else ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = context.scope.get(self.path[0]) if self.path else None
        for name in self.path[1:]:
            value = value.get(name) if type(value) is dict else None
        if type(value) is str:
            return buffer.write(escape(value) if context.autoescape else value)
        return int(super().render_to_output(context, buffer))


class _Output(OutputTag):
    node_class = OutputNode


class Encoded(LimitedStringIO):
    """What a template writes, in quoted-printable; only what is not literal is encoded now."""

    def __init__(self) -> None:
        super().__init__(LimitedEnvironment.output_stream_limit)
        self.pieces: list[bytes] = []

    def write(self, text: str) -> int:
        piece = text.encoded if type(text) is Literal else quoted(text)
        self.size += len(piece)
        if self.size > 3 * self.limit:  # three bytes for one at the worst
            raise OutputStreamLimitError("output stream limit reached", token=None)
        self.pieces.append(piece)
        return len(text)


def _limited(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, refusing what it could blow up.

    Liquid's own limits count loops and what is written. A filter like join or replace makes its
    whole result before anybody counts: at worst as long as its input times its argument.
    """

    @wraps(filter_)
    def limited(value: object, *args: Any, **kwargs: Any) -> Any:
        if any(
            isinstance(each, range) and _length(each) > LONGEST_RANGE for each in (value, *args)
        ):
            raise FilterArgumentError("the range is too long", token=None)
        if _size(value) * max(map(_size, args), default=1) > LARGEST_PRODUCT:
            raise FilterArgumentError("the text is too long", token=None)
        return filter_(value, *args, **kwargs)

    return limited


def _length(numbers: range) -> int:
    return numbers.stop - numbers.start  # len() cannot say a number beyond 64 bits


def _size(value: object) -> int:
    return max(1, len(value)) if isinstance(value, str | list | tuple | range) else 1

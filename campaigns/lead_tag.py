"""The tag that makes a link of its contents: `{% lead 3 %}https://…{{ x }}{% endlead %}`.

Authors do not write it; `campaigns.links` puts it around targets that hold Liquid.
"""

import html
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from liquid import RenderContext, Token
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import parse_primitive
from liquid.exceptions import LiquidSyntaxError
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EOF, TOKEN_TAG
from markupsafe import escape

from campaigns import links


class Lead(Node):
    """A target with Liquid in it; rendered, signed, and written as the address that leads there."""

    __slots__ = ("block", "number")

    def __init__(self, token: Token, number: int, block: BlockNode) -> None:
        super().__init__(token)
        self.number, self.block = number, block
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        target = context.get_buffer(buffer)
        self.block.render(context, target)
        return buffer.write(self.address(context.globals, self.number, target.getvalue()))

    @staticmethod
    def address(context: Mapping[str, Any], number: int, target: str) -> str:
        """The address for an attribute, from a target as it would stand in one."""
        click_url = context.get("click_url", "")
        return str(escape(links.led(str(click_url), number, html.unescape(target))))

    def children(self, *_args: Any, **_options: Any) -> Iterable[Node]:
        yield self.block


class LeadTag(Tag):
    """Reads the tag."""

    name = "lead"
    end = "endlead"

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        inner = stream.into_inner(tag=token)
        number = getattr(parse_primitive(self.env, inner), "value", None)
        if not isinstance(number, int):
            raise LiquidSyntaxError("lead needs the number of a link", token=token)
        inner.expect_eos()
        block = get_parser(self.env).parse_block(stream, frozenset(("endlead", TOKEN_EOF)))
        stream.expect(TOKEN_TAG, value="endlead")
        return Lead(token, number, block)

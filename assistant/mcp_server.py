"""The Model Context Protocol around `assistant.mcp_tools`, by its official SDK."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import close_old_connections
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from assistant.mcp_tools import Refused, Tools

TOLD = (
    "A shop's measured customer journey, its segments and campaigns. What you propose waits for a"
    " person's approval; nothing you do is sent to anybody."
)


def build(tools: Tools) -> MCPServer[Any]:
    server: MCPServer[Any] = MCPServer("waymark", instructions=TOLD)
    for name in Tools.NAMES:
        method = getattr(tools, name)
        server.add_tool(_guarded(method), name=name, description=method.__doc__)
    return server


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal is told; the SDK runs tools in threads, whose connections may have gone stale."""

    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        try:
            return method(*args, **kwargs)
        except Refused as fault:
            raise ToolError(str(fault)) from fault

    return call

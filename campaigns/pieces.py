"""Templates without tags and filters: fixed texts, and what stands between them.

Most mails are such. Their fixed texts are encoded once; per customer only the values at the paths
are looked up, encoded, and put into their places.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate

from campaigns.lead_tag import Lead
from campaigns.limits import LiteralNode, OutputNode

Path = tuple[str, ...]
Said = TypeVar("Said", str, bytes)


@dataclass
class Pieces(Generic[Said]):
    """The fixed texts with gaps, and which path or link fills which gap."""

    escaped: bool
    encode: Callable[[str], Said]
    fixed: list[Said] = field(default_factory=list)
    gaps: dict[Path, list[int]] = field(default_factory=dict)
    links: list[tuple[int, int, list[str | Path]]] = field(default_factory=list)

    def filled(self, context: dict[str, Any]) -> list[Said] | None:
        """The pieces with the context's values; None where one is neither text nor number."""
        done = self.fixed.copy()
        for path, places in self.gaps.items():
            if (value := _at(path, context)) is None:
                return None
            said = _said(value, self.escaped, self.encode)
            for place in places:
                done[place] = said
        for place, number, target in self.links:
            address = self._address(target, context)
            if address is None:
                return None
            done[place] = self.encode(Lead.address(context, number, address))
        return done

    def _address(self, target: list[str | Path], context: dict[str, Any]) -> str | None:
        address = ""
        for part in target:
            if isinstance(part, str):
                address += part
            elif (value := _at(part, context)) is not None:
                address += to_liquid_string(value, self.escaped)
            else:
                return None
        return address


def of(template: BoundTemplate, encode: Callable[[str], Said]) -> Pieces[Said] | None:
    """The template's pieces, encoded; None for one with tags or filters."""
    pieces = Pieces(template.env.autoescape, encode)
    for place, node in enumerate(template.nodes):
        pieces.fixed.append(encode(node.text if isinstance(node, LiteralNode) else ""))
        if isinstance(node, OutputNode) and node.path:
            pieces.gaps.setdefault(node.path, []).append(place)
        elif isinstance(node, Lead) and (target := _target(node)) is not None:
            pieces.links.append((place, node.number, target))
        elif not isinstance(node, LiteralNode):
            return None
    return pieces


def _target(lead: Lead) -> list[str | Path] | None:
    nodes = lead.block.nodes
    parts = [n.text if isinstance(n, LiteralNode) else getattr(n, "path", ()) for n in nodes]
    return parts if all(parts) else None


def _at(path: Path, context: dict[str, Any]) -> str | int | None:
    value: Any = context
    for name in path:
        value = value.get(name) if type(value) is dict else None
    return value if type(value) is str or type(value) is int else None


# A batch's customers share their shop, country and language, and many a first name.
@lru_cache(maxsize=10_000)
def _said(value: str | int, escaped: Any, encode: Callable[[str], Said]) -> Said:
    return encode(to_liquid_string(value, escaped))

"""Whom the names in a batch of facts mean, now that some customers are part of others."""

from dataclasses import dataclass, field


@dataclass
class People:
    """Customers by the shop's id: the one that each name was, and who they are part of by now."""

    told: dict[str, int] = field(default_factory=dict)
    survivors: dict[str, int] = field(default_factory=dict)

    def owner(self, name: str) -> int | None:
        """Whose a row of this name is; None for nobody."""
        return self.survivors.get(name) or self.told.get(name)

    def merged_from(self, name: str) -> int | None:
        """Whose it would be without a merge; None where that is the same."""
        return self.told[name] if name in self.survivors else None

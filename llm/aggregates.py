"""Figures over groups of people, the only way in which what customers did enters a prompt."""

from dataclasses import dataclass

FEWEST_PEOPLE = 10  # below this a figure says something about somebody


class GroupTooSmall(ValueError):
    """A figure over so few people would tell about single ones."""


@dataclass(frozen=True)
class Aggregate:
    """A figure with the number of people it was taken over; of too few there is none."""

    label: str
    value: int | float
    people: int

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise TypeError(f"{self.label!r} is not a number.")
        if self.people < FEWEST_PEOPLE:
            raise GroupTooSmall(
                f"{self.label!r} is of {self.people} people; at least {FEWEST_PEOPLE} are needed."
            )

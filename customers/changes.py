"""What about a stale customer has changed: a rule that reads none of it need not be asked again."""

from enum import IntFlag

from customers.features import BY_NAME, TOUCHPOINTS


class Part(IntFlag):
    """A part of a customer. Stored as a number in `StaleMark.parts`."""

    CUSTOMER = 1
    ORDERS = 2  # with all that is computed from them
    TOUCHPOINTS = 4
    CONSENT = 8
    OPINIONS = 16
    SCORES = 32
    STAGE = 64
    SEGMENTS = 128
    EVERYTHING = 0x7FFF


BY_PATH = {
    "customer": Part.CUSTOMER,
    "attributes": Part.CUSTOMER,
    "consent": Part.CONSENT,
    "reachable": Part.CONSENT | Part.CUSTOMER,
    "opinions": Part.OPINIONS,
    "scores": Part.SCORES,
    "rfm": Part.ORDERS,
    "journey": Part.STAGE,
    "stage": Part.STAGE,
}


def read_by(path: str) -> Part:
    """The part of a customer that a rule field reads; everything where that is not known."""
    room, _, name = path.partition(".")
    if room == "facts" and name in BY_NAME:
        return Part.TOUCHPOINTS if BY_NAME[name].part == TOUCHPOINTS else Part.ORDERS
    return BY_PATH.get(room, Part.EVERYTHING)

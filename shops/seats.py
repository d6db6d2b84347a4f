"""What somebody may do in which shop: the role of their seat there, looked up in one table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from shops.models import Shop
from shops.seat_models import OWN, Seat


class SeatBackend(ModelBackend):
    """Answers `user.has_perm(right, row)` for the row's shop; without a row, for any shop."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous:
            return set()
        held = of(user_obj)
        if obj is not None:
            shop = obj.pk if isinstance(obj, Shop) else getattr(obj, "shop_id", None)
            return set(rights(user_obj, held[shop])) if shop in held else set()
        found = set(super().get_all_permissions(user_obj))
        return found.union(*(rights(user_obj, role) for role in held.values()))


def of(user: Any) -> dict[int, str]:
    """The user's roles by shop, asked once for each request."""
    if not hasattr(user, "held_seats"):
        user.held_seats = dict(Seat.objects.filter(user=user.pk).values_list("shop", "role"))
    held: dict[int, str] = user.held_seats
    return held


def rights(user: Any, role: str) -> frozenset[str]:
    """What a role may do; without a role, what Django keeps of the user."""
    if role == OWN:
        return frozenset(ModelBackend().get_all_permissions(user))
    found: frozenset[str] = settings.ROLE_RIGHTS.get(role, frozenset())
    return found


def shops_with(user: Any, *needed: str) -> QuerySet[Shop]:
    """The shops in which the user has one of these rights; without any, a seat at all."""
    shops = Shop.objects.order_by("pk")
    if user.is_superuser:
        return shops
    held = of(user).items()
    return shops.filter(
        pk__in=[pk for pk, role in held if not needed or rights(user, role) & set(needed)]
    )


@contextmanager
def at(user: Any, shop: int) -> Iterator[None]:
    """Within it, the user is asked about as if this were their only shop."""
    held = of(user)
    user.held_seats = {pk: role for pk, role in held.items() if pk == shop}
    try:
        yield
    finally:
        user.held_seats = held

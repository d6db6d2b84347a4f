"""In which language something is said: a customer's or a shop's, where it is one of ours."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from django.conf import settings
from django.utils import translation

P = ParamSpec("P")
R = TypeVar("R")


class Speaker(Protocol):
    """A customer: what they speak, and the shop whose language stands in where we do not."""

    language: str
    shop: Any


def known(*languages: str) -> str:
    """The first that is one of ours, as Django names it ("zh-CN" is "zh-hans"); else the source."""
    for language in languages:
        try:
            return translation.get_supported_language_variant(language)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def of_customer(customer: Speaker) -> str:
    return known(customer.language, customer.shop.language)


def to_customer(customer: Speaker) -> translation.override:
    """Within it, everything is said in the customer's language."""
    return translation.override(of_customer(customer))


def to_shop(function: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """What the function writes down for a shop, its first argument, is in the shop's language."""

    @wraps(function)
    def speaking(shop: Any, *args: P.args, **kwargs: P.kwargs) -> R:
        with translation.override(known(shop.language)):
            return function(shop, *args, **kwargs)

    return speaking

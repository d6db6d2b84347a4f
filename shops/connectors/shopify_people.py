"""Who Shopify's payloads speak of, and what they permit; of any Admin API version."""

from datetime import datetime

from shops.connectors.base import Call, ConsentFact, CustomerFact, Fact, MergeFact, PayloadError
from shops.connectors.documents import guest
from shops.connectors.node import Node

GIVEN, WITHDRAWN = {"subscribed"}, {"unsubscribed", "redacted", "invalid"}
NAMES = ("id", "admin_graphql_api_id")


def number_of(thing: Node) -> str:
    """The number that Shopify knows a thing by, also where only its GraphQL id is told."""
    return plain(thing.first(*NAMES))


def plain(named: Node) -> str:
    """An id without what its GraphQL form puts in front: "gid://shopify/Order/1?x=y" is 1."""
    found = named.id()
    return found.rpartition("/")[2].partition("?")[0] if found.startswith("gid://") else found


def country(order: Node) -> str:
    return order.first("shipping_address.country_code", "billing_address.country_code").text(60)


def read_buyer(order: Node, updated_at: datetime) -> list[Fact]:
    """The customer of an order or checkout; somebody without an account is a guest by e-mail."""
    customer = order["customer"]
    email = (order.first("email", "contact_email") or customer["email"]).email()
    if customer.first(*NAMES):
        facts = read_account(customer, updated_at, email)
    elif email:
        address = order.first("billing_address", "shipping_address")
        facts = [person(address, guest(email), updated_at, email)]
    else:
        return []
    fact = facts[0]
    if order["buyer_accepts_marketing"].value is True and isinstance(fact, CustomerFact):
        # The flag only mentions a permission; that it is unset takes none away.
        facts.append(mentioned(fact.external_id, updated_at, "checkout"))
    return facts


def read_customer(customer: Node, call: Call) -> list[Fact]:
    return read_account(customer, call.sent_at)


def read_account(customer: Node, otherwise: datetime, email: str = "") -> list[Fact]:
    """What an account says of itself; `email` where it does not say one."""
    updated_at = customer["updated_at"].moment() or otherwise
    number = number_of(customer)
    said = customer["email"].email() or email
    facts: list[Fact] = [person(customer, number, updated_at, said)]
    for channel, member in (("email", "email_marketing_consent"), ("sms", "sms_marketing_consent")):
        facts += consent(number, channel, customer[member])
    if not customer["email_marketing_consent"]:
        facts += older_consent(number, customer, updated_at)
    return facts


def older_consent(number: str, customer: Node, updated_at: datetime) -> list[Fact]:
    """What versions before 2022-04 say of the permission: a flag, and since when it is so.

    That nobody ever ticked a box is no withdrawal.
    """
    accepts, at = customer["accepts_marketing"].value, customer["accepts_marketing_updated_at"]
    changed_at, created_at = at.moment(), customer["created_at"].moment()
    if changed_at and (accepts is True or (accepts is False and changed_at != created_at)):
        how = customer["marketing_opt_in_level"].text(60) or "shop"
        return [ConsentFact(number, "email", bool(accepts), changed_at, how)]
    return [mentioned(number, updated_at, "shop")] if accepts is True else []


def person(node: Node, number: str, updated_at: datetime, email: str) -> CustomerFact:
    home = node["default_address"] if isinstance(node["default_address"].value, dict) else node
    return CustomerFact(
        external_id=number,
        updated_at=updated_at,
        email=email,
        phone=(node["phone"] or home["phone"]).text(32),
        first_name=node["first_name"].text(),
        last_name=node["last_name"].text(),
        country=home["country_code"].text(60),
        language=node["locale"].language(),
        created_at=node["created_at"].moment(),
    )


def mentioned(customer: str, at: datetime, how: str) -> ConsentFact:
    return ConsentFact(customer, "email", given=True, occurred_at=at, how=how, explicit=False)


def consent(customer: str, channel: str, said: Node) -> list[Fact]:
    """An explicit permission or its withdrawal, with its own clock."""
    state, at = said["state"].text().lower(), said["consent_updated_at"].moment()
    if at is None or state not in GIVEN | WITHDRAWN:
        return []
    how = said["opt_in_level"].text(60) or "shop"
    return [ConsentFact(customer, channel, state in GIVEN, at, how)]


def read_email_consent(change: Node, call: Call) -> list[Fact]:
    number = plain(change.first("customer_id", *NAMES))
    email = change["email_address"].email()
    known = [CustomerFact(number, call.sent_at, email)] if email else []
    return [*known, *consent(number, "email", change["email_marketing_consent"])]


def read_sms_consent(change: Node, call: Call) -> list[Fact]:
    number = plain(change.first("customer_id", *NAMES))
    return consent(number, "sms", change["sms_marketing_consent"])


def read_merge(merge: Node, call: Call) -> list[Fact]:
    """Two accounts that the merchant made one; a merge that failed or still runs says nothing."""
    if merge["status"].text().lower() != "completed":
        return []
    stays = plain(merge["admin_graphql_api_customer_kept_id"])
    merged = plain(merge["admin_graphql_api_customer_deleted_id"])
    if stays == merged:
        raise PayloadError("admin_graphql_api_customer_deleted_id", "is the one that is kept.")
    return [MergeFact(f"shop:{merged}:{stays}"[:160], stays, merged, call.sent_at)]

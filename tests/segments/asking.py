"""Ask the database whom a rule fits, the way its owners do."""

from django.db import connection

from segments import rules


def asked(shop, rule, columns, **options):
    compiled = rules.compile(rule, shop=shop, **options)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, {columns.format(c=compiled)} FROM customers_customer c"
            f" LEFT JOIN customers_profile p ON p.customer_id = c.id {compiled.joins}"
            " WHERE c.shop_id = %(shop)s",
            {**compiled.params, "shop": shop.pk},
        )
        return dict(cursor.fetchall())


def matching(shop, rule, **options):
    return {pk for pk, holds in asked(shop, rule, "{c.sql}", **options).items() if holds}


def due(shop, rule, moment):
    compiled = rules.compile(rule)
    return asked(shop, rule, "{c.due}" if compiled.due else "NULL::timestamptz", at=moment)

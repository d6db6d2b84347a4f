"""The mail that `send` measures with: 15 kB of HTML with 10 variables and 10 links; Liquid and
Django read it alike."""

from typing import Any

VARIABLES = (
    "customer.first_name", "customer.last_name", "customer.email", "customer.country", "shop.name",
    "shop.currency", "facts.order_count", "customer.first_name", "unsubscribe_url", "shop.name",
)  # fmt: skip
BLOCK = (
    '<tr><td style="padding: 12px 24px; font-family: Georgia, serif; color: #333333;">'
    "Good tea keeps for years, and a good cup keeps it warm. We choose both with care, and we"
    " send them by bicycle where we can.</td></tr>\n"
)
SUBJECT = "Tea for {{ customer.first_name }}"
TEXT = "Dear {{ customer.first_name }},\n\nthere is new tea.\n\nStop: {{ unsubscribe_url }}\n"
BYTES = 15_000


def _html() -> str:
    count = (BYTES - 300) // len(BLOCK)
    rows = [BLOCK] * count
    for number, name in enumerate(VARIABLES):
        link = f'<a href="https://tea.example.com/{number}">Tea {number}</a>'
        rows.insert(number * (count + 10) // 10, f"<tr><td>{{{{ {name} }}}} {link}</td></tr>\n")
    return "<html><body><table>\n" + "".join(rows) + "</table></body></html>\n"


HTML = _html()


def known(number: int) -> dict[str, Any]:
    """What a customer's template may speak of."""
    return {
        "customer": {"first_name": "Ann", "last_name": f"Lee {number}", "country": "France",
                     "email": f"c{number}@example.com"},
        "shop": {"name": "Tea & Co", "currency": "EUR"},
        "facts": {"order_count": number % 7},
        "unsubscribe_url": f"https://shop.example.com/u/{number}.abcdefghijklmnopqrstuvwxyz/",
    }  # fmt: skip

"""What colleagues write down about a customer."""

from django.utils.translation import gettext as _

from customers.models import Customer
from customers.note_models import Note
from shops.models import User

LONGEST = 4_000


class NoteError(Exception):
    """A note that cannot be kept; says what to do."""


def add(customer: Customer, text: str, *, by: User) -> Note:
    """Keep a note with its author and time. Raises NoteError."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise NoteError(_("Write something first."))
    if len(text) > LONGEST:
        raise NoteError(
            _("The note has %(length)d characters; shorten it to %(most)d.")
            % {"length": len(text), "most": LONGEST}
        )
    return Note.objects.create(
        shop=customer.shop,
        customer=customer,
        author_id=by.pk,
        author_name=by.get_username(),
        text=text,
    )


def remove(customer: Customer, pk: int) -> bool:
    """Take a note of this customer away; False when it is gone already."""
    deleted, _models = Note.objects.filter(customer=customer, pk=pk).delete()
    return bool(deleted)

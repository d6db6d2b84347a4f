"""What people read of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """The breadcrumbs name it."""

    name = "reviews_nlp"
    verbose_name = _("Reviews")

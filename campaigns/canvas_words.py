"""What the canvas of the mail editor calls its blocks and settings, for GrapesJS."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def messages() -> dict[str, Any]:
    """Its messages, by the keys that GrapesJS and its MJML part ask for."""
    return {
        "grapesjs-mjml": {"components": {"names": _blocks()}},
        "styleManager": {
            "empty": _("Choose a part of the mail first."),
            "sectors": {
                "dimension": _("Size and distances"),
                "typography": _("Type"),
                "decorations": _("Colour and border"),
            },
            "properties": _properties(),
        },
        "traitManager": {"empty": "", "label": "", "traits": {"labels": _traits()}},
    }


def _blocks() -> dict[str, str]:
    return {
        "body": _("Mail"),
        "section": _("Row"),
        "column": _("Column"),
        "oneColumn": _("1 column"),
        "twoColumn": _("2 columns"),
        "threeColumn": _("3 columns"),
        "group": _("Columns that stay together"),
        "wrapper": _("Frame around rows"),
        "hero": _("Picture with words on it"),
        "text": _("Text"),
        "button": _("Button"),
        "image": _("Picture"),
        "divider": _("Line"),
        "spacer": pgettext("between parts of a mail", "Space"),
        "socialGroup": _("Links to networks"),
        "socialElement": _("Link to a network"),
        "navBar": _("Menu"),
        "navLink": _("Entry of the menu"),
        "raw": "HTML",
    }


def _properties() -> dict[str, str]:
    sides = {"top": _("top"), "right": _("right"), "bottom": _("bottom"), "left": _("left")}
    inner = {f"padding-{side}": words for side, words in sides.items()}
    return {
        "width": _("Width"),
        "height": _("Height"),
        "padding": _("Distance to the edge"),
        "inner-padding": _("Distance inside"),
        "font-family": _("Typeface"),
        "font-size": _("Size of the letters"),
        "font-weight": _("Boldness"),
        "font-style": _("Italics"),
        "line-height": _("Height of a line"),
        "letter-spacing": _("Distance of the letters"),
        "color": _("Colour"),
        "align": _("Alignment"),
        "text-align": _("Alignment"),
        "vertical-align": _("Alignment, top to bottom"),
        "text-decoration": _("Underline"),
        "text-transform": _("Capitals"),
        "background-color": _("Background"),
        "container-background-color": _("Background around it"),
        "background-url": _("Picture behind it"),
        "border": _("Border"),
        "border-radius": _("Rounded corners"),
        "border-width": _("Thickness"),
        "border-style": _("Kind of line"),
        "border-color": _("Colour of the line"),
        **inner,
    }


def _traits() -> dict[str, str]:
    return {
        "href": _("Leads to"),
        "src": _("Address of the picture"),
        "alt": _("What the picture shows, in words"),
        "title": _("Words on pointing"),
        "target": _("Opens in"),
        "rel": _("Kind of link"),
        "id": _("Mark in the source"),
        "name": _("Name"),
        "mode": _("Kind"),
    }

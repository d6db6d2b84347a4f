"""Five cron fields in words, where they say something simple; else as they stand."""

from django.utils.translation import gettext as _

from segments.counted_words import listed

SHORT = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekdays() -> list[str]:
    """Monday to Sunday in the reader's language."""
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
            _("Sunday")]  # fmt: skip


def said(cron: str) -> str:
    """ "every Monday at 09:00", "every day at 08:30", "on day 1 of every month at 09:00"."""
    fields = cron.lower().split()
    if len(fields) != 5 or fields[3] != "*" or not (fields[0] + fields[1]).isdigit():
        return _again(cron)
    minute, hour, day, _month, weekday = fields
    known = {"time": f"{hour:0>2}:{minute:0>2}", "day": day}
    if day == weekday == "*":
        return _("every day at %(time)s") % known
    if weekday == "*" and day.isdigit():
        return _("on day %(day)s of every month at %(time)s") % known
    named = [_weekday(each) for each in weekday.split(",")]
    if day == "*" and all(named):
        return _("every %(weekday)s at %(time)s") % {**known, "weekday": listed(named)}
    return _again(cron)


def _weekday(said: str) -> str:
    """The name of one weekday, 0 and 7 for Sunday; "" for anything else."""
    if said in SHORT:
        return weekdays()[SHORT.index(said)]
    return weekdays()[(int(said) + 6) % 7] if said.isdigit() and int(said) <= 7 else ""


def _again(cron: str) -> str:
    return _("again and again (%s)") % cron

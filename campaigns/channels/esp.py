"""E-mail by a mail service: several calls at once, each with what became of it."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from email.utils import formataddr

from anymail.message import AnymailMessage
from django.conf import settings
from django.utils.timezone import now

from campaigns import bounces, esps, mime, rendering
from campaigns.carrier_models import MailCarrier
from campaigns.channels.base import AccountRefused, ChannelError, Outcome, Sender, status_of
from campaigns.letters import Letter
from campaigns.links import Wanted
from campaigns.mime import AddressError
from campaigns.rendering import RenderingError

MARK = "waymark"  # how an event names its message
MOST_REFUSALS = 10  # mails refused in a row, for another reason than who they go to


class EspSender(Sender):
    """Hands mails to the mail service of one shop."""

    def __init__(self, carrier_id: int) -> None:
        self.carrier_id = carrier_id
        self.refusals = 0

    def hand_over(self, letters: Iterator[Letter]) -> Iterator[Outcome]:
        # Read anew for each batch: somebody may have stopped it, or given it another key.
        carrier = MailCarrier.objects.filter(pk=self.carrier_id, refused_at=None).first()
        if carrier is None:
            raise ChannelError("The shop's mail service has changed or was stopped.")
        backend = esps.connect(carrier)
        under_way: dict[Future[str], Letter] = {}
        refused: ChannelError | None = None
        with ThreadPoolExecutor(settings.SMTP_CONNECTIONS) as lines:
            while True:
                while not refused and len(under_way) < settings.SMTP_CONNECTIONS:
                    if (letter := next(letters, None)) is None:
                        break
                    try:
                        mail = compose(letter, counts=carrier.counts)
                    except (RenderingError, AddressError) as unfit:
                        yield Outcome(letter, "failed", str(unfit))
                    else:
                        under_way[lines.submit(esps.hand_over, backend, mail)] = letter
                if not under_way:
                    break
                for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                    outcome, fault = _outcome(under_way.pop(done), done)
                    refused = refused or self._refusal(outcome, fault)
                    yield outcome
        if refused:
            self._stop(str(refused))
            raise refused

    def _refusal(self, outcome: Outcome, fault: ChannelError | None) -> ChannelError | None:
        """What stops everything: the account is refused, or one mail after the other is."""
        if isinstance(fault, AccountRefused):
            return fault
        ordinary = outcome.status != "failed" or outcome.bounced
        self.refusals = 0 if ordinary else self.refusals + 1
        return fault if self.refusals >= MOST_REFUSALS else None

    def _stop(self, reason: str) -> None:
        rows = MailCarrier.objects.filter(pk=self.carrier_id, refused_at=None)
        rows.update(refused_at=now(), refused_reason=reason[:300])


def _outcome(letter: Letter, done: Future[str]) -> tuple[Outcome, ChannelError | None]:
    try:
        return Outcome(letter, "sent", carrier_id=done.result()), None
    except ChannelError as fault:
        return Outcome(letter, status_of(fault), str(fault), bounced=fault.bounced), fault


def compose(letter: Letter, *, counts: bool) -> AnymailMessage:
    """The mail as anymail wants it. Raises AddressError and RenderingError."""
    wanted = letter.wanted
    ours = Wanted(utm_source=wanted.utm_source) if counts else wanted
    said = rendering.render(letter.template, letter.context, ours)
    template, mark = letter.template, bounces.mark(letter.id, letter.email)
    name = rendering.LINE_BREAKS.sub(" ", template.from_name or letter.shop.name)
    mail = AnymailMessage(
        subject=said.subject,
        body=said.text,
        from_email=formataddr((name, mime.sender_of(letter))),
        to=[mime.address(letter.email)],
        reply_to=[template.reply_to] if template.reply_to else None,
        headers={
            "X-Waymark-Message": mark,
            "List-Unsubscribe": f"<{letter.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
        },
        metadata={MARK: mark},
        track_clicks=counts and wanted.clicks,
        track_opens=counts and wanted.opens,
    )
    mail.attach_alternative(said.html, "text/html")
    return mail

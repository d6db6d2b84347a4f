"""Where carriers tell what became of messages."""

from datetime import timedelta

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import esp_events, esps, text_events
from campaigns.carrier_models import MailCarrier, digest

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, AnymailConfigurationError)


@csrf_exempt  # the secret in the address is the proof, and the service's signature where it signs
@require_http_methods(["HEAD", "POST"])
def mail_events(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what a service tells. Whatever fails is told again, and counts once."""
    carrier = MailCarrier.objects.select_related("shop").filter(hook_digest=digest(token)).first()
    if carrier is None:
        raise Http404
    if request.method == "HEAD":  # some look whether anybody is there
        return HttpResponse()
    try:
        esps.verify(carrier, request)
        events = esps.view(carrier).parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse("The signature is not the service's.", status=401)
    except UNREADABLE:
        return HttpResponse("This is not an event of the service.", status=400)
    esp_events.take(carrier, events)
    long_ago = Q(heard_at=None) | Q(heard_at__lt=now() - timedelta(minutes=1))
    MailCarrier.objects.filter(long_ago, pk=carrier.pk).update(heard_at=now())
    return HttpResponse()


@csrf_exempt  # signed by the carrier
@require_POST
def carrier_events(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what a carrier of text messages tells; nothing is answered to anybody."""
    known = text_events.named(token)
    if known is None:
        raise Http404
    account, message_id = known
    form = {name: str(value) for name, value in request.POST.items()}
    signature = request.headers.get("X-Twilio-Signature", "")
    called = settings.PUBLIC_URL + request.get_full_path()
    if not text_events.is_signed(account, called, form, signature):
        return HttpResponse("The signature is not the carrier's.", status=403)
    text_events.take(account, message_id, form)
    return HttpResponse("<Response/>", content_type="text/xml")

"""Text messages by an HTTP API that speaks as Twilio's."""

import base64
import json
from urllib.parse import quote, urlencode

from campaigns import text_events
from campaigns.channel_models import ChannelAccount
from campaigns.channels.base import ChannelError
from campaigns.channels.calling import Calling, post
from campaigns.letters import Letter
from campaigns.rendering import Rendered

LONGEST = 1_600  # characters, Twilio's own limit
# What Twilio says of a number that can never be written to: invalid, not mobile, opted out.
NO_SUCH_NUMBER = {21211, 21214, 21217, 21610, 21614}


class Sms(Calling):
    """The text part of the template, to the customer's phone."""

    name = "sms"

    def call(self, account: ChannelAccount, letter: Letter, said: Rendered) -> str:
        text = said.text.strip()
        if len(text) > LONGEST:
            raise ChannelError(f"{len(text)} characters; {LONGEST} may be sent.", permanent=True)
        form = {
            "To": letter.address,
            "From": account.sender,
            "Body": text,
            "StatusCallback": text_events.url(account, letter.id),
        }
        place = f"/2010-04-01/Accounts/{quote(account.account, safe='')}/Messages.json"
        key = base64.b64encode(f"{account.account}:{account.secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {key}",
            "Content-Type": "application/x-www-form-urlencoded",
            "I-Twilio-Idempotency-Token": f"message-{letter.id}",
        }
        reply = post(account.url.rstrip("/") + place, urlencode(form).encode(), headers)
        answer = _answer(reply.text)
        if reply.status >= 300:
            raise ChannelError(
                f"The carrier answered {reply.status} {answer.get('message', '')}"[:300],
                permanent=True,
                bounced=answer.get("code") in NO_SUCH_NUMBER,
            )
        return str(answer.get("sid", ""))[:200]


def _answer(text: str) -> dict[str, object]:
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}

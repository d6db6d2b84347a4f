"""Messages handed to a program of the shop's own, signed as Standard Webhooks are."""

import json

from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook as Signer

from campaigns.channel_models import ChannelAccount
from campaigns.channels.base import ChannelError
from campaigns.channels.calling import Calling, post
from campaigns.letters import Letter
from campaigns.rendering import Rendered


class Webhook(Calling):
    """One call a message, with what the template says; the customer is named by the shop's id."""

    name = "webhook"

    def call(self, account: ChannelAccount, letter: Letter, said: Rendered) -> str:
        at, id_ = now(), f"msg_{letter.id}"
        body = json.dumps(
            {
                "type": "message.handed_over",
                "timestamp": at.isoformat(),
                "data": {
                    "message": letter.id,
                    "customer": letter.address,
                    "campaign": letter.context.get("campaign", {}).get("key", ""),
                    "subject": said.subject,
                    "text": said.text,
                    "html": said.html,
                },
            },
            ensure_ascii=False,
        )
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Waymark",
            "webhook-id": id_,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Signer(account.secret).sign(id_, at, body),
        }
        reply = post(account.url, body.encode(), headers)
        if reply.status >= 300:
            raise ChannelError(f"It answered {reply.status}", permanent=True)
        return id_

"""What every column that can hold words says of a person: the map of personal data.

`!` names or describes a person directly, `~` says something of one who is not named there, nothing
behind it: says nothing of a customer. Numbers, times and links need no entry: of a row that leads
to a customer they are `~`. A test compares it with the models: a new column is declared here first.
"""

from django.utils.translation import gettext_lazy as _

TABLE = """
shops.auditentry who! action target changes ip! agent~ seal
shops.audithead seal
shops.storedfile name digest
shops.storedpart content!
shops.demoshop status fault
shops.seat role
shops.site public_key previous_public_key secret_sealed previous_secret_sealed origins
shops.invitation email! role
shops.user password username! first_name! last_name! email!
shops.shop name key connector currency timezone language from_email webhook_secret_sealed previous_secret_sealed
shops.product external_id title category brand versions
shops.coupon external_id code kind
shops.keep kind
shops.savedview page name query
shops.deliverykey message_id answer
shops.delivery message_id connector topic body! status reason~ origin
shops.reconciliation resource url credentials_sealed cursor fault
shops.endpoint url events secret_sealed previous_secret_sealed paused_reason
shops.apikey name prefix digest scopes
shops.answeredcall key fingerprint answer_sealed!
shops.outgoingevent cause type data!
shops.outgoingattempt answer
llm.call provider host model purpose prompt sent~ answer~ currency outcome why digest
customers.consent channel~ purpose~ given_how~ ended_how~
customers.consentstatement channel~ purpose~ how~ proof!
customers.erasure sealed! receipt signature
customers.fileimport kind file_name digest columns mapping status fault by! owner
customers.importreject column reason~ advice
customers.historyimport kind digest file_name
customers.merge cause how by! undone_by! moved~
customers.note author_name! text!
customers.suppression channel address! reason
customers.customer external_id! email! phone! first_name! last_name! country~ language~ attributes! versions filled!
customers.identity kind value!
customers.recognition source~ visitor! how
customers.touchpoint kind~ source~ data!
customers.order external_id~ kind currency country~ cancels~ digest
customers.profile price_band~ top_categories~ top_brands~ favourites~ day_part~ main_device~ first_touchpoint~ first_source~ last_source~ opinions~ scores~
customers.privacyrequest reference kind customer_id_of_shop~
reviews_nlp.review source~ title! text! language~ suspicion~
reviews_nlp.reviewanalysis analyser version
reviews_nlp.aspectopinion aspect~
reviews_nlp.shopaspect key label phrases
reviews_nlp.ownclassifier content reason
reviews_nlp.aspectalarm aspect
insights.shopforecast measure status reason told days metrics
insights.trainedmodel predictor method status reason told window baseline metrics calibration lift importance versions artefact
insights.score name~ band~
insights.productrule kind first_category note
insights.assortmentrule kind category note
insights.productvector version
insights.recommendationlist kind~ items~
insights.recommendationrun metrics live reason told learned
segments.segmentedit kind customers~ fault by!
segments.segmentexport customers~ format status fault by! owner
segments.segment name key kind description rule fault
segments.segmentrule rule
segments.membership why~ left_why~
segments.cutpoints field cuts
segments.count rule digest reached fault
segments.rfmscore group~
segments.rfmstay group~
segments.rfmrun cells moves
segments.clustering silhouettes stabilities middle features centres
journeys.journey name key description fill_fault
journeys.stage name key colour outcome rule exit_rule fault
journeys.keptanswer asked rows
journeys.stagevisit why~
campaigns.channelaccount channel url account sender secret_sealed public_key
campaigns.pushsubscription endpoint! p256dh auth
campaigns.mailsettings link_domain utm_source return_path dkim_selector dkim_key_sealed dkim_public seeds
campaigns.domainlimit domain
campaigns.listhygiene counts
campaigns.warmup domain status reason days
campaigns.sharedtrail digest said
campaigns.templatelinks digest targets
campaigns.signal kind~ target~ hint~
campaigns.notice kind~ cause~ address! data! status reason
campaigns.topic key name description
campaigns.preference refused_topics~
campaigns.replay status text plan result fault
campaigns.splitweight step name
campaigns.template name key subject preheader mjml html text from_name from_local reply_to
campaigns.translation language subject preheader mjml html text
campaigns.campaign name key status plan fault
campaigns.campaignversion digest plan
campaigns.enrolment entry_key~ step~ cause~ variants~ outcome~
campaigns.message step~ channel~ status~ reason~ trail~ carrier_id~
campaigns.frequencycap channel
campaigns.mailcarrier kind url account secret_sealed signing_sealed hook_digest hook_sealed refused_reason
campaigns.caughtmail message_id recipient! subject! raw!
assistant.plan goal limits author! proposal refused score
assistant.decision part verdict text
assistant.rehearsal part
assistant.measuredlift part edge
assistant.voice examples forbidden
assistant.copy goal language author! facts variants refused
assistant.source name kind text fault
assistant.address url fault
assistant.passage address title text
assistant.question text~ answer~ author cites state
"""  # noqa: E501
CLASSES = {"!": "personal", "~": "pseudonymous", "": "none"}


def read(table: str) -> dict[str, dict[str, str]]:
    """The class of every declared column, by model and name."""
    found = {}
    for line in table.strip().splitlines():
        model, *columns = line.split()
        found[model] = {name.rstrip("!~"): CLASSES[name[len(name.rstrip("!~")) :]]
                        for name in columns}  # fmt: skip
    return found


PERSONAL_DATA = read(TABLE)

# What each kind of data is for, and how long it is kept; a model alone, or the room it is in.
PURPOSES = {
    "shops.user": (_("The team signs in"), _("until the account is deleted")),
    "shops.auditentry": (_("Show who changed what"), _("for good: nobody can delete it")),
    "shops.delivery": (_("Read what the shop tells, again after a repair"), _("see DELIVERY_RETENTION_DAYS")),  # noqa: E501
    "shops.outgoingevent": (_("Tell the shop's own systems"), _("see OUTGOING_RETENTION_DAYS")),
    "shops.answeredcall": (_("Make a repeated call harmless"), _("a day")),
    "shops.storedpart": (_("Files that are brought in or taken away"), _("a week; exports a day")),
    "customers.erasure": (_("Prove an erasure"), _("what to look for: a day; the receipt: for good")),  # noqa: E501
    "customers.suppression": (_("Never write to an address again"), _("until they are erased")),
    "customers.consentstatement": (_("Prove what somebody agreed to"), _("for good; without proof once erased")),  # noqa: E501
    "campaigns.caughtmail": (_("Show mails that left no machine"), _("demo and trial only")),
    "campaigns.pushsubscription": (_("Notify a browser that agreed"), _("until it ends, or they are erased")),  # noqa: E501
    "shops": (_("Run the shop's connection"), _("as long as the shop is here")),
    "llm": (_("Show what a language model was asked"), _("as long as the shop is here")),
    "customers": (_("Know customers, their orders and wishes"), _("until they are erased")),
    "reviews_nlp": (_("Understand what reviews say"), _("words until they are erased, stars for good")),  # noqa: E501
    "insights": (_("Predict and recommend"), _("recomputed every night")),
    "segments": (_("Choose whom to write to"), _("until they are erased")),
    "journeys": (_("Measure which way customers take"), _("until they are erased")),
    "campaigns": (_("Write to customers and prove that it helped"), _("until they are erased")),
    "assistant.question": (_("Answer what customers ask"), _("as long as the shop is here; names, addresses and order numbers are hidden before")),  # noqa: E501
    "assistant": (_("Plan campaigns"), _("as long as the shop is here")),
}  # fmt: skip

"""Every setting of the server, from the environment. Reads only; starts nothing."""

from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config import empty_states, logs, navigation, personal, plugins, roles

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(str(BASE_DIR / ".env"))


def required(name: str) -> str:
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it, or start through manage.py, which fills it in with an "
            "embedded server."
        )
    return value


VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
SECRET_KEY = required("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # older ones, still read
DEBUG = env.bool("DEBUG", default=False)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# How many proxies stand before us, or their networks: they alone tell who is calling.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
# All of it follows the address, so that http://127.0.0.1 works as it is.
IS_SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
if IS_SECURE:  # the prefix keeps other names of the domain from planting a cookie
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SECURE_SSL_REDIRECT = IS_SECURE and env.bool("SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_celery_beat",
    "rest_framework",
    "drf_spectacular",
    "config",
    "shops",
    "llm",
    "customers",
    "reviews_nlp",
    "insights",
    "segments",
    "journeys",
    "campaigns",
    "assistant",
]
MIDDLEWARE = [
    "config.probes.Probes",
    "config.proxies.see_through",
    "config.logs.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "config.policy.declare",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shops.second_factor.demand",
    "shops.viewing.hide",
    "shops.auditing.watch",
    "axes.middleware.AxesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.go_to",
                "shops.sign_in.frame",
            ]
        },
    }
]

required("DATABASE_URL")
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
# A machine that vanishes without a word holds its rows for a minute, not for two hours.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options",
    "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
)
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "shops.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "shops.seats.SeatBackend"]
# Five wrong passwords for one name from one address: a quarter of an hour outside.
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = 5, timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HTTP_RESPONSE_CODE, AXES_LOCKOUT_TEMPLATE = 429, "admin/locked.html"
AXES_RESET_ON_SUCCESS, AXES_ENABLE_ADMIN, AXES_VERBOSE = True, False, False
ACCOUNT_ADAPTER, MFA_ADAPTER = "shops.sign_in.AccountAdapter", "shops.second_factor.FactorAdapter"
ACCOUNT_LOGIN_METHODS, ACCOUNT_SIGNUP_FIELDS = {"username"}, ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER, MFA_TOTP_TOLERANCE = "Waymark", 1  # phones whose clock is half a minute off
MFA_FORMS = {"authenticate": "shops.second_factor.CodeForm"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE  # http://localhost
# A directory beside it: whoever it knows by the e-mail address of an account here may come in.
OIDC_URL, OIDC_NAME = (
    env.str("OIDC_URL", default=""),
    env.str("OIDC_NAME", default="OpenID Connect"),
)
OTHER_DOORS = []
if OIDC_URL:
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_ADAPTER = "shops.sign_in_elsewhere.ElsewhereAdapter"
    SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    OIDC_APP = {"provider_id": "oidc", "name": OIDC_NAME, "client_id": required("OIDC_CLIENT_ID"),
                "secret": required("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_URL, "oauth_pkce_enabled": True}}  # fmt: skip
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC_APP]}}
    OTHER_DOORS = [(OIDC_NAME, reverse_lazy("openid_connect_login", args=["oidc"]))]
ROLES, ROLE_RIGHTS = roles.ROLES, roles.RIGHTS
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

REDIS_URL = required("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # rows are the queue: a lost task is only a late one
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# The embedded catcher listens here when EMAIL_URL is not set; nothing then leaves the machine.
CATCHER_PORT = env.int("CATCHER_PORT", default=8025)
EMAIL_IS_CAUGHT = not env.str("EMAIL_URL", default="")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"smtp://127.0.0.1:{CATCHER_PORT}")
vars().update(EMAIL_CONFIG)
SMTP_CONNECTIONS = env.int("SMTP_CONNECTIONS", default=8)
# Where bounces come back to, as name+…@domain, and the mailbox it is read from.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="hello@shop.example.com")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # the choice outlives the browser
LANGUAGE_COOKIE_HTTPONLY = True
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Third-party JavaScript comes from npm by lock file; without it, pages show the tables instead.
ECHARTS_DIR = BASE_DIR / "node_modules" / "echarts" / "dist"
STATICFILES_DIRS = [BASE_DIR / "static"]
GRAPES_DIR = BASE_DIR / "node_modules" / "grapesjs" / "dist"
MJML_BROWSER_DIR = BASE_DIR / "node_modules" / "mjml-browser" / "lib"
GRAPES_MJML_DIR = BASE_DIR / "node_modules" / "grapesjs-mjml" / "dist"
CYTOSCAPE_DIR = BASE_DIR / "node_modules" / "cytoscape" / "dist"
for name, place in (
    ("echarts", ECHARTS_DIR),
    ("cytoscape", CYTOSCAPE_DIR),
    ("grapesjs", GRAPES_DIR),
    ("grapesjs-mjml", GRAPES_MJML_DIR),
    ("mjml-browser", MJML_BROWSER_DIR),
):
    if place.is_dir():
        STATICFILES_DIRS.append((name, place))  # type: ignore[arg-type]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["shops.rest.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["shops.rest.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["shops.rest.authentication.KeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "shops.rest.schema.ResourceSchema",
    "EXCEPTION_HANDLER": "shops.rest.problems.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Waymark",
    "DESCRIPTION": "What a shop's own programs may read and write. See docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],
}

CONNECTORS = plugins.CONNECTORS
CHANNELS = plugins.CHANNELS
CHANNEL_ADDRESSES = plugins.CHANNEL_ADDRESSES
ANALYSERS = plugins.ANALYSERS
RECOMMENDERS = plugins.RECOMMENDERS
LLM_PROVIDERS = plugins.LLM_PROVIDERS
PRODUCT_RISKS = plugins.PRODUCT_RISKS
TEMPLATE_SOURCES = plugins.TEMPLATE_SOURCES
API_RESOURCES = plugins.API_RESOURCES
PREDICTORS = plugins.PREDICTORS
CHALLENGERS = plugins.CHALLENGERS
EVENTS = plugins.EVENTS
RECONCILED = plugins.RECONCILED
MERGE_PARTS = plugins.MERGE_PARTS
RETENTION = plugins.RETENTION
PROFILE_FEATURES = plugins.PROFILE_FEATURES
PROFILE_GROUPS = plugins.PROFILE_GROUPS
RULE_FIELDS = plugins.RULE_FIELDS
RULE_VALUES = plugins.RULE_VALUES
RULE_KEYS = plugins.RULE_KEYS
SEGMENT_USES = plugins.SEGMENT_USES
CUSTOMER_DEEDS = plugins.CUSTOMER_DEEDS
CAMPAIGN_NAMES = plugins.CAMPAIGN_NAMES
TOUCHPOINT_WORDS = plugins.TOUCHPOINT_WORDS
OVERVIEW_PANELS = plugins.OVERVIEW_PANELS
CUSTOMER_PANELS = plugins.CUSTOMER_PANELS
ERASED_WITH_THEIR_CUSTOMER = plugins.ERASED_WITH_THEIR_CUSTOMER
PERSONAL_DATA, DATA_PURPOSES = personal.PERSONAL_DATA, personal.PURPOSES
ERASED_WHERE_NAMED = plugins.ERASED_WHERE_NAMED

WEB_PROCESSES = env.int("WEB_PROCESSES", default=1)  # among which a rate limit is shared out
INTAKE_MAX_BYTES = env.int("INTAKE_MAX_BYTES", default=1_000_000)
DELIVERY_RETENTION_DAYS = env.int("DELIVERY_RETENTION_DAYS", default=90)
DELIVERY_KEY_DAYS = env.int("DELIVERY_KEY_DAYS", default=90)  # on top: repeats stay harmless
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=100_000_000)  # a file in the admin
CAUGHT_RETENTION_DAYS = env.int("CAUGHT_RETENTION_DAYS", default=0)  # 0: for good
OUTGOING_RETENTION_DAYS = env.int("OUTGOING_RETENTION_DAYS", default=30)
# Networks that addresses typed in by users may lead to although they are not public, as CIDR.
OUTGOING_ALLOWED_NETWORKS = env.list("OUTGOING_ALLOWED_NETWORKS", default=[])
LLM_PROVIDER = env.str("LLM_PROVIDER", default="")  # empty: everything works without a model
LLM_BASE_URL = env.str("LLM_BASE_URL", default="http://127.0.0.1:11434/v1")
LLM_API_KEY = env.str("LLM_API_KEY", default="")
LLM_MODEL = env.str("LLM_MODEL", default="")
LLM_TIMEOUT_SECONDS = env.float("LLM_TIMEOUT_SECONDS", default=60)
LLM_DAILY_TOKENS = env.int("LLM_DAILY_TOKENS", default=1_000_000)
LLM_DAILY_CENTS = env.int("LLM_DAILY_CENTS", default=500)
LLM_INPUT_CENTS_PER_MILLION = env.int("LLM_INPUT_CENTS_PER_MILLION", default=0)
LLM_OUTPUT_CENTS_PER_MILLION = env.int("LLM_OUTPUT_CENTS_PER_MILLION", default=0)
LLM_CURRENCY = env.str("LLM_CURRENCY", default="EUR")
LLM_CACHE_HOURS = env.int("LLM_CACHE_HOURS", default=24)
SEND_LEASE_SECONDS = env.int("SEND_LEASE_SECONDS", default=600)

UNFOLD = navigation.UNFOLD
EMPTY_STATES = empty_states.EMPTY_STATES

LOG_FORMAT = env.str("LOG_FORMAT", default="text")  # or json, for machines
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": logs.formatter(LOG_FORMAT)},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        **{name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.access": {"level": "WARNING"},  # addresses, and the keys in mailed links
        "httpx": {"level": "WARNING"},
        "mail.log": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "django_celery_beat": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
SENTRY_DSN = env.str("SENTRY_DSN", default="")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # empty: /metrics is not there

"""What does this installation run with? Everything comes from the environment; what a bookkeeper may
change is a row, not a setting."""

import importlib.util
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import environ

from .timetable import TIMETABLE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# The supervisor fills these in for the embedded services, so they are present whenever Django starts.
EMBEDDED = env.bool("PORTAL_EMBEDDED", False)
# Production is servers of one's own and DEBUG off. Django's own debug pages and its memory of every query are
# asked for by themselves: a demo shows the pages that people get.
PRODUCTION = not env.bool("DEBUG", EMBEDDED) and not EMBEDDED
DEBUG = not PRODUCTION and env.bool("DEBUG_PAGES", False)
PORTAL_HOME = Path(env.str("PORTAL_HOME", str(BASE_DIR / ".portal")))
SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else "only-for-the-demo-and-for-development")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Links in mail start with this, never with the Host header of whoever caused the mail.
PORTAL_URL = env.str("PORTAL_URL", "http://localhost:8000")

INSTALLED_APPS = [
    "partnerportal",
    "disputes",
    "dunning",
    "payables",
    "billing",
    "subscriptions",
    "customers",
    "outbox",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "partnerportal.middleware.OneAddress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "partnerportal.middleware.NotKept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "partnerportal.middleware.WhoIsHere",
    "partnerportal.acting.WhoActs",
    "partnerportal.slowing.NotTooOften",
    "partnerportal.proving.SecondFactor",
    "partnerportal.looking.LookingAs",
]

ROOT_URLCONF = "partnerportal.urls"
WSGI_APPLICATION = "partnerportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "partnerportal.pages.context.everywhere",
            ],
            "builtins": ["partnerportal.templatetags.portal"],
        },
    }
]

# Two roles from the first migration: the owner migrates, the application can neither bypass row level
# security nor change the tables.
DATABASES = {"default": env.db_url("DATABASE_URL", "postgres://portal_app@localhost/portal")}
if env.str("PORTAL_AS_OWNER", "") and env.str("DATABASE_OWNER_URL", ""):
    DATABASES["default"] = env.db_url("DATABASE_OWNER_URL")
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "connect_timeout": 5,
        "options": "-c lock_timeout=15s -c statement_timeout=300s -c idle_in_transaction_session_timeout=300s",
    }
)
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", env.str("DATABASE_URL", ""))
# As it was given, whoever we are at the moment.
APPLICATION_DATABASE_URL = env.str("DATABASE_URL", "")
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", "portal_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "partnerportal.caching.CountsOn",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", REDIS_URL.replace("unix://", "redis+socket://"))
# Without socket_timeout a worker stays deaf for good after the network swallowed its connection.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "visibility_timeout": 7200,
}
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = TIMETABLE
CELERY_BEAT_SCHEDULE_FILENAME = str(PORTAL_HOME / "beat")

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:2525")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "billing@portal.example")
# Each case hears at this address with its own secret behind a plus; answers to letters about a case go there.
CASES_ADDRESS = env.str("CASES_ADDRESS", f"cases@{parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}")
# A Maildir that a mail server delivers them to, if that is the way in; the other is `receive_mail`.
CASES_MAILDIR = env.str("CASES_MAILDIR", "")
# An invoice is printed for its mail in about a tenth of a second; the demo does without, its mails link to it.
INVOICE_PDF_IN_MAIL = env.bool("INVOICE_PDF_IN_MAIL", PRODUCTION)
MAIL_SINK_DIR = PORTAL_HOME / "mail"

# The provider: the installation's own account unless a partner's row names another.
PARTNER_CENTER = {
    "base_url": env.str("PARTNER_CENTER_URL", ""),
    "authority": env.str("PARTNER_CENTER_AUTHORITY", ""),
    "tenant": env.str("PARTNER_CENTER_TENANT", ""),
    "client_id": env.str("PARTNER_CENTER_CLIENT_ID", ""),
    "client_secret": env.str("PARTNER_CENTER_CLIENT_SECRET", ""),
    "profile": env.str("PARTNER_CENTER_PROFILE", "21vianet"),
    # A person's consent, which some calls need; in a file it is renewed there.
    "refresh_token": env.str("PARTNER_CENTER_REFRESH_TOKEN", ""),
    "refresh_token_file": env.str("PARTNER_CENTER_REFRESH_TOKEN_FILE", ""),
    # How the addresses of an invoice's lines are spelled: query or 2017; empty is the cloud's own way.
    "line_paths": env.str("PARTNER_CENTER_LINE_PATHS", ""),
}
# Whose word an event of the provider is: the origins its certificate may be fetched from, a file with the issuers we
# trust (PEM), a word of the certificate's organization. Without the first two nothing is believed.
PARTNER_CENTER_EVENTS = {
    "origins": env.list("PARTNER_CENTER_EVENT_ORIGINS", default=[]),
    "issuers": env.str("PARTNER_CENTER_EVENT_ISSUERS", ""),
    "organization": env.str("PARTNER_CENTER_EVENT_ORGANIZATION", ""),
}
# Where customers pay online; without both nobody is offered to.
ONLINE_PAYMENT_URL = env.str("ONLINE_PAYMENT_URL", "")
ONLINE_PAYMENT_SECRET = env.str("ONLINE_PAYMENT_SECRET", "")
SANDBOX_DIR = PORTAL_HOME / "sandbox"
USES_SANDBOX = env.bool("PORTAL_USES_SANDBOX", EMBEDDED)
USES_MAIL_SINK = env.bool("PORTAL_USES_MAIL_SINK", EMBEDDED)

AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "customers.accounts.ByInvitationOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {"reset_password": "customers.accounts.ResetForm"}  # pragma: allowlist secret
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
PASSWORD_RESET_TIMEOUT = 86_400
# How many proxies of ours stand in front: so many addresses at the end of X-Forwarded-For are believed. With none the
# field is not read, and limits by address would hold everybody behind a proxy for one.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "customers.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Partner Portal"
# One step of 30 seconds to either side, for a phone whose clock is off.
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = True
# An address is proved by the invitation that was read there.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers make passkeys for http://localhost too, and only there.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Whoever may approve or touch money signs in with a second factor; the demo asks for a password only.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", PRODUCTION)
# How often one person, or one address where nobody is signed in, may ask: number in a minute for each kind of request.
# A demo on one's own machine is not limited beyond signing in.
REQUESTS_A_MINUTE = env.dict(
    "REQUESTS_A_MINUTE",
    cast={"value": int},
    default={"any": 600, "deed": 120, "download": 60} if PRODUCTION else {},
)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
# Whoever found an open session can't make it theirs by a factor of their own.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = PORTAL_HOME / "static"
_bootstrap = importlib.util.find_spec("bootstrap")
_bootstrap_dirs = list(_bootstrap.submodule_search_locations or []) if _bootstrap else []
STATICFILES_DIRS = [BASE_DIR / "static", *[("bootstrap", path) for path in _bootstrap_dirs]]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_HANDLERS = [
    "partnerportal.uploading.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Files of cases; only views that ask who wants them hand them out, no address leads here.
MEDIA_ROOT = PORTAL_HOME / "media" if EMBEDDED else Path(env.str("MEDIA_ROOT", str(PORTAL_HOME / "media")))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        # Browsers ask this of the address a form's answer leads on to as well.
        "form-action": ["'self'", *([ONLINE_PAYMENT_URL] if ONLINE_PAYMENT_URL else [])],
        "frame-src": ["'self'"],
        # A page that is shown within another says so itself.
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
# Forms and the page's head carry the token; no script reads the cookie.
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    # A browser takes these names only over TLS, for this host alone: no neighbouring host can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
# To have the name built into browsers is for the domain's owner to ask, since it can't be taken back soon.
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
# Only where a proxy of one's own sets the header and strips what others sent.
if env.int("TRUSTED_PROXY_COUNT", 0):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", PRODUCTION)
# Whoever watches the process asks it directly, without the TLS in front of it.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"

# The order of safe numbers: one call < one lease < a task's limits < the broker's redelivery.
PROVIDER_TIMEOUT = timedelta(seconds=10)
EFFECT_LEASE = timedelta(seconds=env.int("PORTAL_EFFECT_LEASE_SECONDS", 90))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "partnerportal.log_lines.Entry"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    # One line a call would drown the rest; each call leaves its own row.
    "loggers": {"httpx2": {"level": "WARNING"}, "stamina": {"level": "ERROR"}},
}

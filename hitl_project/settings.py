"""Settings, driven by the environment. With DEBUG=0 an unsafe value is refused at the start."""

import hashlib
import os
import platform
from pathlib import Path
from urllib.parse import urlsplit

import django
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from hitl_project import logs
from hitl_project.databases import database

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- the environment ----------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DEVELOPMENT_KEY = "django-insecure-for-development-only-never-for-people-who-decide"
SHORTEST_SECRET = 32
FEWEST_DIFFERENT = 8  # characters of a secret: refuses "xxxxxxxx..."


def required(name: str, development: str) -> str:
    """Return the variable; only in development may it be missing."""
    value = str(env.str(name, default=development if DEBUG else "")).strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is required when DEBUG is 0.")
    return value


def secret(name: str, development: str) -> str:
    """Return a secret that is worth the name; in development anything goes."""
    value = required(name, development)
    if DEBUG:
        return value
    if value.startswith("django-insecure"):
        raise ImproperlyConfigured(f"{name} is a development key: make one of your own.")
    if len(value) < SHORTEST_SECRET or len(set(value)) < FEWEST_DIFFERENT:
        least = f"{SHORTEST_SECRET} characters, {FEWEST_DIFFERENT} of them different"
        raise ImproperlyConfigured(f"{name} is too weak: it needs at least {least}.")
    return value


def hosts(development: str) -> list[str]:
    """Return the host names we answer to; in production each of them is named."""
    names = [host.strip() for host in required("ALLOWED_HOSTS", development).split(",")]
    if not DEBUG and "*" in names:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts when DEBUG is 0, not '*'.")
    return [name for name in names if name]


def base_url(development: str) -> str:
    """Return the address people and agents use, without a slash at its end."""
    url = required("BASE_URL", development).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured("BASE_URL must look like https://gatehouse.example.com.")
    return url


SECRET_KEY = secret("SECRET_KEY", DEVELOPMENT_KEY)
AUDIT_SECRET = secret("AUDIT_SECRET", hashlib.sha256(f"audit:{SECRET_KEY}".encode()).hexdigest())
if AUDIT_SECRET == SECRET_KEY:
    raise ImproperlyConfigured("AUDIT_SECRET must differ from SECRET_KEY.")
ALLOWED_HOSTS = hosts("localhost,127.0.0.1,[::1]")
BASE_URL = base_url("http://127.0.0.1:8000")
REDIS_URL = env.str("REDIS_URL", default="")
API_RATE = env.str("API_RATE", default="6000/min")
WORKERS = env.int("WORKERS", default=2)
SERVER_THREADS = env.int("SERVER_THREADS", default=16)  # of one web process
CLUSTER = env.str("Q_CLUSTER_NAME", default="gatehouse")
# Whose heartbeat it is: one name for each start of a cluster.
CLUSTER_NAME = env.str("GATEHOUSE_CLUSTER", default=f"{CLUSTER}@{platform.node()}:{os.getpid()}")
# Only this cluster sweeps; where none is named, every cluster does.
SWEEPS = (env.str("SWEEPING_CLUSTER", default="") or CLUSTER) == CLUSTER
TASK_CLUSTER = "gatehouse"  # whose queue the tasks of runs go to
# Addresses (CIDR) or hosts beside public ones that HTTP actions may reach.
ACTION_NETWORKS = env.list("ACTION_NETWORKS", default=[])
ACTION_MODULES = env.list("ACTION_MODULES", default=[])  # beside `actions` of installed apps

# --- database -----------------------------------------------------------------------------------

DATABASES = {"default": database(BASE_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # throttles count here, one entry for each caller
    }
}

# --- application --------------------------------------------------------------------------------

BRIDGES = ["template_partials"] if django.VERSION < (6,) else []  # part of Django from 6.0 on
INSTALLED_APPS = [
    *BRIDGES,
    "hitl_project.apps.GatehouseAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "django_htmx",
    "django_q",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework_api_key",  # its abstract key lives beside a model of its own
    "gates",
    "reviews",
    "analytics",
    "hitl_project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hitl_project.middleware.PreferenceMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": CONTEXT_PROCESSORS,
            "builtins": [f"{bridge}.templatetags.partials" for bridge in BRIDGES],
        },
    }
]

ROOT_URLCONF = "hitl_project.urls"
WSGI_APPLICATION = "hitl_project.wsgi.application"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

LANGUAGE_CODE = "en"
# Those that there are texts in; they differ in how dates and numbers are written.
LANGUAGES = [
    ("en", "English"),
    ("en-au", "Australian English"),
    ("en-ca", "Canadian English"),
    ("en-gb", "British English"),
    ("en-ie", "Irish English"),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{kind}Validator"}
    for kind in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]

# --- static files -------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_USE_FINDERS = DEBUG  # development needs no collectstatic
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
FINGERPRINTED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": PLAIN if DEBUG else FINGERPRINTED},
}

# --- security -----------------------------------------------------------------------------------

HTTPS = BASE_URL.startswith("https://")
CSRF_FAILURE_VIEW = "hitl_project.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by machines from within
if HTTPS:  # we never speak TLS ourselves: a proxy does, and must set this header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Nothing inline and nothing from elsewhere: what an agent sends can never run in a page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# W005, W021: HSTS for other hosts of the domain is for their owners to promise.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "hitl_project.errors.problem",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "reviews.api.auth.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["reviews.api.auth.HasCaller"],
    "DEFAULT_THROTTLE_CLASSES": [
        "reviews.api.throttles.KeyThrottle",
        "reviews.api.throttles.AddressThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"key": API_RATE, "address": "30/min"},
    "DEFAULT_PARSER_CLASSES": ["reviews.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "reviews.api.schema.ApiSchema",
    "URL_FORMAT_OVERRIDE": None,  # an unknown `?format=` is an unknown parameter, not a 404
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Gatehouse",
    "DESCRIPTION": "Human judgment as a first-class node of an AI workflow.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],  # enumerations stay where they are used: none gets a made-up name
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    **dict.fromkeys(("SWAGGER_UI_DIST", "SWAGGER_UI_FAVICON_HREF", "REDOC_DIST"), "SIDECAR"),
}

# --- tasks --------------------------------------------------------------------------------------

Q_CLUSTER = {
    "name": TASK_CLUSTER,
    "label": "Tasks",
    "orm": "default",
    "broker_class": f"hitl_project.broker.{'TickRedis' if REDIS_URL else 'TickORM'}",
    "redis": REDIS_URL,
    "workers": WORKERS,
    "queue_limit": WORKERS,  # the retry clock runs while a task waits in the local queue
    "timeout": 150,  # an action may take 120 seconds
    "retry": 330,
    "max_attempts": 5,
    "save_limit": -1,
    "catch_up": False,
    "guard_cycle": 0.5,
    "recycle": 500,
    "max_rss": 300_000,  # kB
    "ALT_CLUSTERS": {},  # has to be there for Q_CLUSTER_NAME
}

# --- logs: to stderr, because stdout carries answers --------------------------------------------

LOGGING = logs.configure(debug=DEBUG)

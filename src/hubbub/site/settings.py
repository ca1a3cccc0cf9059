"""The Django settings of the standalone product, made from the environment. A host project has its own instead."""

from typing import Any

import hubbub
from hubbub.site import env
from hubbub.site.accounts.configuration import *  # noqa: F403
from hubbub.site.accounts.configuration import ACCOUNTS_APPS, ACCOUNTS_MIDDLEWARE
from hubbub.site.database_url import Database

ENVIRONMENT = env.read()

DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
ROOT_URLCONF = "hubbub.site.urls"
ASGI_APPLICATION = "hubbub.site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *ACCOUNTS_APPS,
    *hubbub.APPS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *ACCOUNTS_MIDDLEWARE,
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


# A network that swallows all packets ends a connection to PostgreSQL in seconds; the system would try for a quarter of
# an hour, and hold whoever asked for as long.
SOON_DEAD = {
    "connect_timeout": 3,
    "tcp_user_timeout": 6_000,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}


def _database(database: Database) -> dict[str, Any]:
    if database.vendor == "sqlite":
        # A thread that answers requests keeps its connection: opening one costs more than most requests.
        return {"ENGINE": "hubbub.lib.sqlite", "NAME": database.name, "CONN_MAX_AGE": None}
    return {
        "ENGINE": "hubbub.lib.postgresql",
        "NAME": database.name,
        "USER": database.user,
        "PASSWORD": database.password,
        "HOST": database.host,
        "PORT": database.port,
        "CONN_MAX_AGE": 0,  # the pool keeps connections, not Django
        # Whoever waits for a connection is soon told that there is none; the pool is back soon after the store is.
        "OPTIONS": {
            # For the journal, see `asking.keep_plans`: of Django's own statements no plan is kept.
            "prepare_threshold": database.prepare_threshold,
            "pool": {"min_size": 1, "max_size": 16, "timeout": 4, "reconnect_timeout": 4},
            **SOON_DEAD,
            **database.options,
        },
    }


def _channel_layers(redis_url: str | None) -> dict[str, Any]:
    """The default layer keeps what is sent until it is received; the hub's own is pub/sub, which never fills up."""
    if redis_url is None:
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    # No socket timeout: a quiet subscription is not a broken one, and redis-py's own default may call it so.
    host: dict[str, Any] = {"address": redis_url, "socket_timeout": None, "socket_connect_timeout": 5}
    if not redis_url.startswith("unix:"):
        host["socket_keepalive"] = True
    config = {"hosts": [host], "prefix": "hubbub"}
    return {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": config},
        "hubbub": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config},
    }


def _cache(database: Database) -> dict[str, Any]:
    """Counts that several processes must share lie in their database; one process keeps them in memory."""
    if database.vendor == "sqlite":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "hubbub_cache"}


DATABASES = {"default": _database(ENVIRONMENT.database)}
CHANNEL_LAYERS = _channel_layers(ENVIRONMENT.redis_url)
CACHES = {"default": _cache(ENVIRONMENT.database)}

HUBBUB: dict[str, Any] = {
    "RATES": ENVIRONMENT.rates,
    "LIMITS": ENVIRONMENT.limits,
    "PROXIES": ENVIRONMENT.proxies,
    "URL": ENVIRONMENT.url,
    "DATA": str(ENVIRONMENT.data),
    "ROOM_CREATORS": "hubbub.site.accounts.policy.room_creators",
    "BEFORE_SERVING": ["hubbub.site.static.collect"],
}

# Who may be asked, and how the answer is protected. 127.0.0.1 is for whoever sits at the machine, and for probes.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *([ENVIRONMENT.host] if ENVIRONMENT.host else [])]
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url] if ENVIRONMENT.url else []
CSRF_USE_SESSIONS = True
SESSION_ENGINE = "hubbub.site.sessions"
SESSION_COOKIE_NAME = "hubbub_session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ENVIRONMENT.https
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# The server refuses longer bodies before Django sees them; see hubbub.ops.bodies.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

LANGUAGE_CODE = ENVIRONMENT.language
TIME_ZONE = ENVIRONMENT.time_zone
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = str(ENVIRONMENT.data / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "hubbub.site.static.HashedStatic"},
}
MEDIA_ROOT = str(ENVIRONMENT.data / "media")

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from
EMAIL_TIMEOUT = 20
if ENVIRONMENT.email is None:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = ENVIRONMENT.email.host
    EMAIL_PORT = ENVIRONMENT.email.port
    EMAIL_HOST_USER = ENVIRONMENT.email.user
    EMAIL_HOST_PASSWORD = ENVIRONMENT.email.password
    EMAIL_USE_SSL = ENVIRONMENT.email.tls
    EMAIL_USE_TLS = ENVIRONMENT.email.starttls

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "hubbub.site.logs.OneLine",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {
        "routes": {"()": "hubbub.site.logs.Routes"},
        "seldom": {"()": "hubbub.site.logs.Seldom", "seconds": 10.0},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # What any visitor can cause at will: pages that are not there, foreign hosts, garbage instead of requests.
        "django.request": {"level": "ERROR", "filters": ["routes"]},
        "django.security": {"level": "ERROR"},
        "uvicorn": {"level": "WARNING"},
        "uvicorn.error": {"level": "ERROR"},
        "uvicorn.access": {"level": "CRITICAL"},
        "asyncio": {"level": "WARNING"},
        # Says once a second, at length, that Redis is away; the hub goes on without it.
        "channels_redis": {"filters": ["seldom"]},
        "channels_redis.pubsub": {"filters": ["seldom"]},
    },
}

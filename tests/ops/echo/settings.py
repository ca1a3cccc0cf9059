"""A project as small as one can be that has Hubbub's server serve it: an echo instead of a chat."""

import os
from typing import Any

from hubbub.site.database_url import parse

SECRET_KEY = "not a secret"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["hubbub.events", "hubbub.ops"]
ASGI_APPLICATION = "tests.ops.echo.asgi.application"
USE_TZ = True
HUBBUB = {"LIMITS": {"drain_ms": int(os.environ["ECHO_DRAIN_MS"])}}

database = parse(os.environ["ECHO_DATABASE"])
assert database is not None
if database.vendor == "sqlite":
    DATABASES: dict[str, Any] = {"default": {"ENGINE": "hubbub.lib.sqlite", "NAME": database.name}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "hubbub.lib.postgresql",
            "NAME": database.name,
            "USER": database.user,
            "HOST": database.host,
            "PORT": database.port,
            "OPTIONS": {"pool": True, **database.options},
        }
    }
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CHANNEL_LAYERS: dict[str, Any] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if "ECHO_REDIS" in os.environ:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": os.environ["ECHO_REDIS"]}]},
        }
    }

"""The settings of the shop. Nothing in them is Hubbub's but one line."""

import os
from pathlib import Path

import hubbub

FOLDER = Path(os.environ["SHOP_FOLDER"])

SECRET_KEY = "a shop for tests only, and no secret at all"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "tests.host.urls"
ASGI_APPLICATION = "tests.host.asgi.application"
AUTH_USER_MODEL = "shop.Customer"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
STATIC_URL = "/assets/"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "tests.host.shop",
]
INSTALLED_APPS += hubbub.APPS

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
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
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "shop.sqlite3"}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "shop_session"
SESSION_COOKIE_AGE = 3600
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

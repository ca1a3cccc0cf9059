"""The Django settings of accounts; `site/settings.py` takes all of them in. Knows no model."""

from typing import Any

from django.utils.translation import gettext_lazy as _

ACCOUNTS_APPS = ["hubbub.site.accounts", "allauth", "allauth.account"]
"""For INSTALLED_APPS: ours first, so that its templates are found before those of allauth."""

ACCOUNTS_MIDDLEWARE = [
    "hubbub.site.accounts.middleware.PagePolicyMiddleware",
    "hubbub.site.accounts.middleware.WelcomeMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
"""For MIDDLEWARE, after AuthenticationMiddleware and MessageMiddleware."""

AUTH_USER_MODEL = "hubbub_accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/chat/"
LOGOUT_REDIRECT_URL = LOGIN_URL

LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]

ACCOUNT_ADAPTER = "hubbub.site.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "hubbub.site.accounts.forms.SignInForm",
    "signup": "hubbub.site.accounts.forms.SignUpForm",
    "change_password": "hubbub.site.accounts.forms.PasswordChangeForm",
    "set_password": "hubbub.site.accounts.forms.PasswordSetForm",
    "reset_password": "hubbub.site.accounts.forms.PasswordResetForm",
    "reset_password_from_key": "hubbub.site.accounts.forms.PasswordFromKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a reset asked for a stranger's address sends that stranger nothing
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_USERNAME_VALIDATORS = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Sign-in is throttled in the database by `people.sign_in`, for these pages and the JSON API alike; a second
# count in a cache of each process would refuse other people at other times.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}

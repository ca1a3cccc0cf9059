"""The Django app of the standalone product's accounts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "hubbub.site.accounts"
    label = "hubbub_accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from hubbub.site.accounts.policy import workspace
        from hubbub.web.place import place

        place.name = lambda: workspace().name
        place.account_url = lambda: "/account/"

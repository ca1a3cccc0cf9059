"""The forms of accounts and the workspace: they check input and say in words what is wrong."""

from typing import Any, ClassVar

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hubbub.site.accounts.actions import claim_handle
from hubbub.site.accounts.models import USERNAME_CHARS, User, Workspace
from hubbub.site.accounts.policy import free_email, free_username
from hubbub.web.appearance import DENSITIES, THEMES

_NAME_HELP = _(
    "How others see and mention you. Letters, digits and @ . + - _, no spaces. It cannot be changed later."
)
_PASSWORD_HELP = _("At least 8 characters, not an everyday word.")


def _name_field() -> forms.CharField:
    widget = forms.TextInput(
        attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    )
    return forms.CharField(label=_("Name"), max_length=USERNAME_CHARS, widget=widget, help_text=_NAME_HELP)


def _email_field() -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    help_text = _("Only for a forgotten password. Nobody sees it.")
    return forms.EmailField(label=_("E-mail (optional)"), required=False, widget=widget, help_text=help_text)


def _password_field() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=_("Password"), strip=False, max_length=1024, widget=widget, help_text=_PASSWORD_HELP
    )


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Name or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        )
        self.fields["login"] = forms.CharField(label=_("Name or e-mail"), max_length=254, widget=names)
        words = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        self.fields["password"] = forms.CharField(
            label=_("Password"), strip=False, max_length=1024, widget=words
        )
        self.order_fields(["login", "password"])

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super()._clean_with_password(credentials)
        except ValidationError as error:
            if getattr(error, "code", "") == "rate_limited":
                raise
            raise ValidationError(_("The name or the password is wrong."), code="wrong") from None
        return cleaned


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth ships no types
    """A new account, made under exactly the name that was asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = _name_field()
        self.fields["email"] = _email_field()
        self.fields["password1"] = _password_field()
        self.order_fields(["username", "email", "password1"])

    def validate_unique_email(self, value: str) -> str:
        # allauth would answer "look into your mail", which without a mail server is a closed door.
        return free_email(value)

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        super().custom_signup(request, user)
        claim_handle(user)


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """The present password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_once(self, _("New password"))
        now = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        self.fields["oldpassword"] = forms.CharField(label=_("Present password"), strip=False, widget=now)
        self.order_fields(["oldpassword", "password1"])

    def clean_oldpassword(self) -> str:
        given: str = self.cleaned_data["oldpassword"]
        if not self.user.check_password(given):
            raise ValidationError(_("This is not the present password."), code="wrong")
        return given


class PasswordSetForm(SetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """A first password, for an account that has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_once(self, _("New password"))


class PasswordResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """The address to which the link goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
        self.fields["email"] = forms.EmailField(label=_("E-mail"), widget=widget)


class PasswordFromKeyForm(ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    """A new password, asked for after the link in the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_once(self, _("New password"))


class WelcomeForm(forms.Form):
    """The owner's account and the name of the place."""

    username = _name_field()
    email = _email_field()
    password = _password_field()
    workspace = forms.CharField(
        label=_("Workspace name"), max_length=60, help_text=_("What everybody will see above the rooms.")
    )

    def clean_username(self) -> str:
        return free_username(self.cleaned_data["username"])

    def clean_email(self) -> str:
        return free_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned:
            try:
                somebody = User(username=cleaned.get("username", ""), email=cleaned.get("email", ""))
                validate_password(cleaned["password"], somebody)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Name and doors of the workspace."""

    class Meta:
        model = Workspace
        fields: ClassVar = ["name", "sign_up", "room_makers"]
        widgets: ClassVar = {"sign_up": forms.RadioSelect, "room_makers": forms.RadioSelect}


class InvitationForm(forms.Form):
    """How many people a link lets in, and until when."""

    uses = forms.TypedChoiceField(
        label=_("Good for"),
        coerce=int,
        choices=[(1, _("1 person")), (10, _("10 people")), (100, _("100 people"))],
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))],
        initial=7,
    )


class TokenForm(forms.Form):
    """What a token is for, so that one knows later which to revoke."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class AppearanceForm(forms.Form):
    """Language, light and dark, density: kept in this browser."""

    language = forms.ChoiceField(label=_("Language"))
    theme = forms.ChoiceField(label=_("Theme"), choices=THEMES)
    density = forms.ChoiceField(label=_("Density"), choices=DENSITIES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=_languages())
        self.order_fields(["language", "theme", "density"])


def _languages() -> list[tuple[str, str]]:
    """Each language in its own words, so that it is found by whoever cannot read the present one."""
    from django.utils.translation import get_language_info

    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


def _ask_once(form: forms.Form, label: Any) -> None:
    """One new password instead of two, which says what is expected; allauth's field goes on checking it."""
    del form.fields["password2"]
    field = form.fields["password1"]
    field.label, field.help_text = label, _PASSWORD_HELP
    field.widget.attrs = {"autocomplete": "new-password"}

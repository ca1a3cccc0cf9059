"""The pages before one is signed in: first run, sign-up with and without an invitation."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hubbub.lib.text import name_key
from hubbub.rooms.models import Kind, Room
from hubbub.site.accounts import actions
from hubbub.site.accounts.forms import WelcomeForm
from hubbub.site.accounts.models import Invitation
from hubbub.site.accounts.policy import is_first_run, usable_invitation, workspace


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """The first screen of an empty Hubbub: makes the owner and signs them in."""
    if not is_first_run():
        return redirect("home")
    form = WelcomeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/welcome.html", {"form": form})
    asked = form.cleaned_data
    try:
        owner = actions.make_owner(
            workspace_name=asked["workspace"],
            username=asked["username"],
            email=asked["email"],
            password=asked["password"],
        )
    except actions.OwnerExistsError:
        messages.error(request, _("Somebody else has just made the first account. Sign in, or ask them."))
        return redirect("account_login")
    login(request, owner)
    actions.make_first_room(owner)
    return redirect("hubbub_web:room", name=actions.FIRST_ROOM)


class SignUpView(SignupView):  # type: ignore[misc]  # allauth ships no types
    """Sign-up where the door is open; otherwise words that say why it is not."""

    template_name_signup_closed = "account/signup_closed.html"

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                self.open_door()
                self.user, answer = self.save(form)
        except (actions.NameTakenError, IntegrityError):
            form.add_error("username", _("This name or e-mail was taken a moment ago."))
            refused: HttpResponse = self.form_invalid(form)
            return refused
        except actions.InvitationSpentError:
            return refuse_invitation(self.request)
        return answer if answer is not None else self.enter(form)

    def save(self, form: Any) -> tuple[Any, HttpResponse | None]:
        saved: tuple[Any, HttpResponse | None] = form.try_save(self.request)
        return saved

    def open_door(self) -> None:
        """What else must happen in the transaction that makes the account."""

    def enter(self, form: Any) -> HttpResponse:
        """Sign the new user in, by allauth's own steps."""
        from allauth.account.internal import flows

        response: HttpResponse = flows.signup.complete_signup(
            self.request, user=self.user, redirect_url=self.get_success_url(), by_passkey=form.by_passkey
        )
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "workspace": workspace()}


class JoinView(SignUpView):
    """Sign-up by an invitation link."""

    invitation: Invitation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("home")
        invitation = usable_invitation(kwargs.pop("token"))
        if invitation is None:
            return refuse_invitation(request)
        self.invitation = invitation
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_success_url(self) -> str | None:
        """Into the first room, where it is still open to everybody; otherwise where all arrive."""
        first = Room.objects.filter(name_key=name_key(actions.FIRST_ROOM), kind=Kind.PUBLIC, archived_at=None)
        if first.exists():
            return reverse("hubbub_web:room", args=[actions.FIRST_ROOM])
        elsewhere: str | None = super().get_success_url()
        return elsewhere

    def is_open(self) -> bool:
        return True

    def save(self, form: Any) -> tuple[Any, HttpResponse | None]:
        saved: tuple[Any, HttpResponse | None] = form.try_save(self.request)
        return saved

    def open_door(self) -> None:
        actions.spend_invitation(self.invitation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "invitation": self.invitation}


def refuse_invitation(request: HttpRequest) -> HttpResponse:
    """The same words for a link that was used up, revoked, ran out or never existed."""
    response = render(request, "accounts/join_refused.html", {"workspace": workspace()}, status=404)
    response["Cache-Control"] = "no-store"
    return response

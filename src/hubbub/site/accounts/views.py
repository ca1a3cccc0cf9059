"""The pages of one's own account: tokens, sessions, appearance."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hubbub.people.actions import create_token, end_sessions, person_for, revoke_token
from hubbub.site.accounts.forms import AppearanceForm, TokenForm
from hubbub.site.accounts.policy import workspace
from hubbub.web import appearance


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return _account(request)


@login_required
@never_cache
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """A new token, shown on this page and never again."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _account(request, token_form=form, status=400)
    token = create_token(person_for(request.user), name=form.cleaned_data["name"])
    return _account(request, new_token=token)


@login_required
@require_POST
def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    revoke_token(get_object_or_404(person_for(request.user).tokens, pk=token_id))
    messages.success(request, _("The token works no more."))
    return redirect("account")


@login_required
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of this person, this one too."""
    end_sessions(request.user)
    get_adapter(request).logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect(settings.LOGIN_URL)


@require_POST
def change_appearance(request: HttpRequest) -> HttpResponse:
    """Keep language, theme and density in this browser; for visitors too."""
    form = AppearanceForm(request.POST)
    response = redirect("account")
    if form.is_valid():
        asked = form.cleaned_data
        appearance.remember(response, settings.LANGUAGE_COOKIE_NAME, asked["language"])
        appearance.remember(response, appearance.THEME_COOKIE, asked["theme"])
        appearance.remember(response, appearance.DENSITY_COOKIE, asked["density"])
    return response


def _account(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    look = appearance.appearance_of(request)
    now = {"language": get_language(), "theme": look.theme, "density": look.density}
    context.setdefault("token_form", TokenForm())
    context |= {
        "appearance_form": AppearanceForm(initial=now),
        "tokens": person_for(request.user).tokens.order_by("-pk"),
        "workspace": workspace(),
    }
    return render(request, "accounts/account.html", context, status=status)

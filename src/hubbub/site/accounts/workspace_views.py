"""The admins' page of the workspace: its name, its doors, its invitation links."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.lib import clock
from hubbub.site.accounts.forms import InvitationForm, WorkspaceForm
from hubbub.site.accounts.models import Invitation
from hubbub.site.accounts.policy import workspace as the_workspace

View = Callable[..., HttpResponse]


def admins_only(view: View) -> View:
    """Others get the page that says so; visitors sign in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)


@admins_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def workspace(request: HttpRequest) -> HttpResponse:
    """Name and doors."""
    form = WorkspaceForm(request.POST or None, instance=the_workspace())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("workspace")
    return _workspace(request, form=form)


@admins_only
@never_cache
@require_POST
def make_invitation(request: HttpRequest) -> HttpResponse:
    """A new link, shown on this page and never again."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _workspace(request, invitation_form=form)
    asked = form.cleaned_data
    _row, token = Invitation.make(_user(request), uses=asked["uses"], valid_for=timedelta(days=asked["days"]))
    return _workspace(request, link=request.build_absolute_uri(reverse("join", args=[token])))


@admins_only
@require_POST
def revoke_invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.usable(), pk=invitation_id)
    invitation.revoked_at = clock.now()
    invitation.save(update_fields=["revoked_at"])
    messages.success(request, _("The link works no more."))
    return redirect("workspace")


def _workspace(request: HttpRequest, **context: Any) -> HttpResponse:
    context.setdefault("form", WorkspaceForm(instance=the_workspace()))
    context.setdefault("invitation_form", InvitationForm())
    context["invitations"] = Invitation.objects.usable().select_related("created_by").order_by("-pk")
    context["workspace"] = the_workspace()
    return render(request, "accounts/workspace.html", context)


def _user(request: HttpRequest) -> Any:
    return request.user

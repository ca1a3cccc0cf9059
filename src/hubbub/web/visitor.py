"""Who opens a page: an actor, a visitor who has not signed in, or somebody who is shut out."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from hubbub.lib.refusals import Refused
from hubbub.people.access import Actor, caller_of_session, confirm


def actor_of(request: HttpRequest) -> Actor | None:
    """Whoever is signed in and may act now; None for a visitor. Raises PermissionDenied for the banned."""
    caller = caller_of_session(request.session)
    if caller is None:
        return None
    found = confirm([caller])[caller]
    if not isinstance(found, Refused):
        return found
    if found.status == 401 and not request.user.is_authenticated:
        return None
    raise PermissionDenied(found.detail)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the site's sign-in page, and back here afterwards."""
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))

"""What the admin pages share: who acts there, and how a list of things is acted on, one refusal leaving the rest."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hubbub.lib.refusals import Refused
from hubbub.people.access import Actor, moderator_of
from hubbub.people.actions import person_for
from hubbub.people.models import Person

T = TypeVar("T")


class LogOwned(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Rows that the log owns: to be seen, and changed by actions only. Django's own deletion would bypass the log."""

    actions_on_bottom = True
    list_per_page = 50
    show_full_result_count = False  # counting everything a second time says nothing

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_moderate_permission(request)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Whoever may change or delete such rows in Django's own words may do so by the actions here."""
        app, model = self.opts.app_label, self.opts.model_name
        return any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("change", "delete"))


def person_of(request: HttpRequest) -> Person:
    return person_for(request.user)


def moderator(request: HttpRequest) -> Actor:
    """The administrator at work, in whose name events are recorded."""
    return moderator_of(person_of(request))


def act_on_each(request: HttpRequest, things: Iterable[T], act: Callable[[T], object]) -> None:
    """Act on all of them, and say how many it was and what was refused."""
    done, refusals = 0, []
    for thing in things:
        try:
            act(thing)
            done += 1
        except Refused as refusal:
            refusals.append(f"{thing}: {refusal.detail}")
    if done:
        text = ngettext("Done for %(count)d.", "Done for %(count)d.", done) % {"count": done}
        messages.success(request, text)
    for text in refusals[:10]:
        messages.error(request, text)
    if len(refusals) > 10:
        messages.error(request, _("And %(count)d more were refused.") % {"count": len(refusals) - 10})
    if not done and not refusals:
        messages.warning(request, _("There was nothing to do."))


def may_act_on(request: HttpRequest, person: Person) -> bool:
    """Nobody shuts themselves out, and nobody but a superuser acts on a superuser."""
    user: Any = person.user
    if user is None:
        return True
    mine: Any = request.user
    return user.pk != mine.pk and (mine.is_superuser or not getattr(user, "is_superuser", False))

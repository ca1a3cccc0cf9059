"""The admin pages of people, bans and tokens."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hubbub.lib import clock
from hubbub.ops.admin.acting import LogOwned, act_on_each, may_act_on, person_of
from hubbub.people import actions
from hubbub.people.models import Ban, Person, Token


@admin.register(Person)
class PersonAdmin(LogOwned):
    """People as the chat knows them. Their accounts are the site's; here they are shut out and let in."""

    list_display = ("username", "user", "is_bot", "is_active", "is_banned", "created_at")
    list_filter = ("is_bot", ("user", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("username",)
    list_select_related = ("user",)
    ordering = ("-pk",)
    actions = ("ban", "lift_bans", "sign_out", "revoke_tokens", "deactivate")
    fields = ("username", "user", "is_bot", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        bans = Ban.objects.in_force().filter(person=OuterRef("pk"))
        found: QuerySet[Person] = super().get_queryset(request)
        return found.select_related("user").annotate(banned=Exists(bans))

    @admin.display(description=_("active"), boolean=True)
    def is_active(self, person: Person) -> bool:
        return bool(person.user and person.user.is_active)

    @admin.display(description=_("banned"), boolean=True)
    def is_banned(self, person: Any) -> bool:
        return bool(person.banned)

    @admin.action(description=_("Ban from the chat"), permissions=["moderate"])
    def ban(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        by = person_of(request)
        people = [
            one for one in _within_reach(request, queryset) if not Ban.objects.in_force().filter(person=one)
        ]
        act_on_each(request, people, lambda person: actions.ban(person, by=by))

    @admin.action(description=_("Lift the bans"), permissions=["moderate"])
    def lift_bans(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        act_on_each(request, Ban.objects.in_force().filter(person__in=queryset), actions.lift_ban)

    @admin.action(description=_("Sign out everywhere"), permissions=["moderate"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        act_on_each(request, _with_user(request, queryset), lambda person: actions.end_sessions(person.user))

    @admin.action(description=_("Revoke all tokens"), permissions=["moderate"])
    def revoke_tokens(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        people = _within_reach(request, queryset)
        act_on_each(
            request, Token.objects.filter(person__in=people).select_related("person"), actions.revoke_token
        )

    @admin.action(description=_("Deactivate: end the account, sessions and tokens"), permissions=["moderate"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        act_on_each(request, _with_user(request, queryset), lambda person: actions.deactivate(person.user))


class BanForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Whom, why and until when."""

    class Meta:
        model = Ban
        fields = ("person", "reason", "until")

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until is not None and until <= clock.now():
            raise ValidationError(_("This moment is over already."))
        return until


@admin.register(Ban)
class BanAdmin(LogOwned):
    """Bans. A new one closes the sockets of whom it is about; lifting ends it and keeps it on record."""

    form = BanForm
    list_display = ("person", "reason", "by", "created_at", "until", "is_in_force")
    list_filter = ("created_at", ("until", admin.EmptyFieldListFilter))
    search_fields = ("person__username", "reason", "by__username")
    list_select_related = ("person", "by")
    autocomplete_fields = ("person",)
    ordering = ("-pk",)
    actions = ("lift",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.add_ban")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """A form that knows who fills it in."""
        form = super().get_form(request, obj, change, **kwargs)

        def clean_person(self: Any) -> Person:
            person: Person = self.cleaned_data["person"]
            if not may_act_on(request, person):
                raise ValidationError(_("You cannot shut out yourself, nor a superuser."))
            return person

        return type(form.__name__, (form,), {"clean_person": clean_person})

    @admin.display(description=_("in force"), boolean=True)
    def is_in_force(self, ban: Ban) -> bool:
        return ban.until is None or ban.until > clock.now()

    def save_model(self, request: HttpRequest, obj: Ban, form: Any, change: bool) -> None:  # noqa: FBT001
        made = actions.ban(obj.person, by=person_of(request), reason=obj.reason, until=obj.until)
        obj.pk = made.pk

    @admin.action(description=_("Lift the bans"), permissions=["moderate"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Ban]) -> None:
        ids = queryset.values_list("pk", flat=True)
        act_on_each(request, Ban.objects.in_force().filter(pk__in=list(ids)), actions.lift_ban)


@admin.register(Token)
class TokenAdmin(LogOwned):
    """Bearer tokens, without their secret, which nobody has any more."""

    list_display = ("person", "name", "created_at")
    list_filter = ("created_at",)
    search_fields = ("person__username", "name")
    list_select_related = ("person",)
    ordering = ("-pk",)
    actions = ("revoke",)
    fields = ("person", "name", "created_at")

    @admin.action(description=_("Revoke"), permissions=["moderate"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        act_on_each(request, queryset.select_related("person"), actions.revoke_token)


def _within_reach(request: HttpRequest, people: QuerySet[Person]) -> list[Person]:
    return [person for person in people.select_related("user") if may_act_on(request, person)]


def _with_user(request: HttpRequest, people: QuerySet[Person]) -> list[Person]:
    return [person for person in _within_reach(request, people) if person.user is not None]

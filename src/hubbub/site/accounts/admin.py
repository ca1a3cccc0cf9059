"""The admin site's pages of users, the workspace and invitations; what ends accounts is the domain's."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hubbub.events import announce
from hubbub.lib import clock
from hubbub.people.actions import deactivate, end_sessions, person_for
from hubbub.site.accounts.models import Invitation, User, Workspace
from hubbub.site.accounts.policy import free_username


class UserCreationForm(BaseUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    """A new user under a name that the chat accepts."""

    class Meta:
        model = User
        fields = ("username",)

    def clean_username(self) -> str:
        return free_username(self.cleaned_data["username"])


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Users. Their names never change, and whether they are active changes by the actions alone."""

    add_form = UserCreationForm
    list_display = ("username", "email", "is_staff", "is_active", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("username", "email")
    readonly_fields = ("is_active", "last_login", "date_joined")
    actions = ("deactivate_users", "reactivate_users", "end_sessions_of_users")
    fieldsets = (
        (None, {"fields": ("username", "password", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return (*self.readonly_fields, "username") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        announce.touch([person_for(obj).pk])  # rights may have changed: open sockets look again

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        deactivate(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    @admin.action(description=_("Deactivate: end sessions and tokens"), permissions=["change"])
    def deactivate_users(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            if user != request.user:
                deactivate(user)
        self.message_user(request, _("Deactivated. You yourself were left out."))

    @admin.action(description=_("Activate again"), permissions=["change"])
    def reactivate_users(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        queryset.update(is_active=True)

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def end_sessions_of_users(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            end_sessions(user)


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """The one workspace; it is made at the first run and never deleted."""

    list_display = ("name", "sign_up", "room_makers", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Invitation links, to see and to revoke; the workspace page makes them."""

    list_display = ("id", "created_by", "created_at", "expires_at", "uses_left", "used_count", "revoked_at")
    list_filter = ("created_at", "expires_at")
    search_fields = ("created_by__username",)
    list_select_related = ("created_by",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    @admin.action(description=_("Revoke"), permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        queryset.filter(revoked_at=None).update(revoked_at=clock.now())

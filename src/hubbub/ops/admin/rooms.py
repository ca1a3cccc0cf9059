"""The admin pages of rooms and memberships."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from hubbub.events import journal
from hubbub.lib.refusals import Refused
from hubbub.lib.text import clean_name, name_key
from hubbub.limits import LIMITS
from hubbub.ops.admin.acting import LogOwned, act_on_each, moderator
from hubbub.rooms.actions import ChangeMember, ChangeRoom, change_room, remove_member
from hubbub.rooms.models import Kind, Membership, Room

_change = journal.each(change_room)
_remove = journal.each(remove_member)


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What of a named room may be changed."""

    class Meta:
        model = Room
        fields = ("name", "topic", "kind", "visitors")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"].choices = [pair for pair in Kind.choices if pair[0] != Kind.DIRECT]  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        try:
            name = clean_name(self.cleaned_data["name"], max_chars=LIMITS.name_chars)
        except Refused as refusal:
            raise ValidationError(refusal.detail) from None
        if Room.objects.filter(name_key=name_key(name)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("A room with this name exists already."))
        return name


@admin.register(Room)
class RoomAdmin(LogOwned):
    """Rooms. They are made and left in the chat; here they are changed by events, and never deleted."""

    form = RoomForm
    list_display = ("title", "kind", "member_count", "position", "visitors", "archived_at", "created_at")
    list_filter = ("kind", "visitors", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "topic")
    list_select_related = ("stream",)
    ordering = ("-pk",)
    actions = ("archive", "unarchive")
    readonly_fields = ("archived_at", "created_by", "created_at", "position")
    fields = ("name", "topic", "kind", "visitors", *readonly_fields)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        counts = (
            Membership.objects.filter(room=OuterRef("pk")).order_by().values("room").annotate(n=Count("pk"))
        )
        direct = (
            Membership.objects.filter(room__kind=Kind.DIRECT)
            .select_related("person")
            .order_by("person__username")
        )
        rooms: QuerySet[Room] = super().get_queryset(request).select_related("stream", "created_by")
        rooms = rooms.prefetch_related(Prefetch("memberships", direct, to_attr="people_of_direct"))
        return rooms.annotate(
            members_counted=Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0)
        )

    def has_change_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        """Direct rooms stay what they are."""
        allowed = request.user.has_perm(f"{self.opts.app_label}.change_room")
        return allowed and (obj is None or not obj.is_direct)

    @admin.display(description=_("room"), ordering="name")
    def title(self, room: Any) -> str:
        return room.name or ", ".join(row.person.username for row in room.people_of_direct)

    @admin.display(description=_("members"), ordering="members_counted")
    def member_count(self, room: Any) -> int:
        return int(room.members_counted)

    @admin.display(description=_("events"), ordering="stream__head")
    def position(self, room: Room) -> int:
        return room.stream.head

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What the domain refuses is undone as a whole and said."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refusal:
            messages.error(request, refusal.detail)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:  # noqa: FBT001
        """The row is written by the action, with its event."""
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if changed:
            journal.run(_change, ChangeRoom(moderator(request), obj.pk, **changed), streams=[obj.pk])

    @admin.action(description=_("Archive: nobody writes there any more"), permissions=["moderate"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        self._set_archived(request, queryset, archived=True)

    @admin.action(description=_("Bring back from the archive"), permissions=["moderate"])
    def unarchive(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        self._set_archived(request, queryset, archived=False)

    def _set_archived(self, request: HttpRequest, rooms: QuerySet[Room], *, archived: bool) -> None:
        actor = moderator(request)

        def change(room: Room) -> None:
            journal.run(_change, ChangeRoom(actor, room.pk, archived=archived), streams=[room.pk])

        act_on_each(request, rooms, change)


@admin.register(Membership)
class MembershipAdmin(LogOwned):
    """Who belongs where. Joining happens in the chat; removing here is a `leave` event."""

    list_display = ("person", "room", "role", "joined_at", "read_seq")
    list_filter = ("role", "room__kind")
    search_fields = ("person__username", "room__name")
    list_select_related = ("person", "room")
    ordering = ("-pk",)
    actions = ("remove",)

    @admin.action(description=_("Remove from the room"), permissions=["moderate"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        actor = moderator(request)

        def leave(row: Membership) -> None:
            call = ChangeMember(actor, row.room_id, row.person.username)
            journal.run(_remove, call, streams=[row.room_id])

        act_on_each(request, queryset.select_related("person", "room"), leave)

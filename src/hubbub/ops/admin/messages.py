"""The admin pages of messages and reactions."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from hubbub.messages.actions import operate
from hubbub.messages.models import Message, Reaction
from hubbub.messages.operations import Delete
from hubbub.ops.admin.acting import LogOwned, act_on_each, moderator

SHOWN_CHARS = 80


@admin.register(Message)
class MessageAdmin(LogOwned):
    """Messages, to be found and to be taken back: that is an event in the administrator's name."""

    list_display = ("wire_id", "room", "author", "excerpt", "at", "edited_at", "deleted_at")
    list_filter = (
        "at",
        "room__kind",
        ("deleted_at", admin.EmptyFieldListFilter),
        ("edited_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("body", "author__username", "room__name")
    list_select_related = ("room", "author")
    ordering = ("-pk",)
    actions = ("take_back",)
    fields = ("room", "seq", "author", "at", "body", "edited_at", "deleted_at", "reply_to")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        found: QuerySet[Message] = super().get_queryset(request)
        return found.select_related("room", "author").defer("html", "edit_seqs")

    @admin.display(description=_("text"))
    def excerpt(self, message: Message) -> str:
        return Truncator(message.body).chars(SHOWN_CHARS)

    @admin.action(description=_("Delete the messages for everybody"), permissions=["moderate"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Message]) -> TemplateResponse | None:
        """Asks first, since words that were taken back are gone from the log too."""
        if "confirmed" not in request.POST:
            return self._question(request, queryset)
        actor = moderator(request)

        def delete(message: Message) -> None:
            operate(actor, message.room_id, Delete("", message.wire_id))

        act_on_each(request, queryset.filter(deleted_at=None).order_by("pk"), delete)
        return None

    def _question(self, request: HttpRequest, queryset: QuerySet[Message]) -> TemplateResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Delete messages"),
            "opts": self.opts,
            "shown": queryset.filter(deleted_at=None)[:20],
            "count": queryset.filter(deleted_at=None).count(),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "hubbub_ops/delete_messages.html", context)


@admin.register(Reaction)
class ReactionAdmin(LogOwned):
    """Reactions, to be seen: only whoever put one takes it away."""

    list_display = ("emoji", "person", "message", "room", "at")
    list_filter = ("at",)
    search_fields = ("=emoji", "person__username", "message__room__name")
    list_select_related = ("person", "message__room")
    ordering = ("-pk",)

    @admin.display(description=_("room"), ordering="message__room__name")
    def room(self, reaction: Reaction) -> str:
        return str(reaction.message.room)

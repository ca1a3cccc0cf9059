"""What changes accounts: the owner's making, sign-up with or without an invitation. Knows no request."""

from django.db import IntegrityError, transaction
from django.db.models import F

from hubbub.events import journal
from hubbub.lib.refusals import Refused
from hubbub.people.access import actor_of
from hubbub.people.actions import person_for
from hubbub.rooms.actions import CreateRoom, create_room
from hubbub.site.accounts.models import Invitation, User, Workspace
from hubbub.site.accounts.policy import is_first_run

FIRST_ROOM = "general"

_create_room = journal.each(create_room)


class OwnerExistsError(Exception):
    """Somebody else made the first account a moment ago."""


class InvitationSpentError(Exception):
    """The invitation was used up, revoked or ran out a moment ago."""


class NameTakenError(Exception):
    """Somebody else took the name a moment ago."""


def make_owner(*, workspace_name: str, username: str, email: str, password: str) -> User:
    """The first account and its workspace. Of two made at once one succeeds: the workspace is one row."""
    try:
        with transaction.atomic():
            Workspace.objects.create(pk=1, name=workspace_name)
            if not is_first_run():
                raise OwnerExistsError
            owner = User.objects.create_superuser(username, email, password)
            person_for(owner)
    except IntegrityError:
        raise OwnerExistsError from None
    return owner


def make_first_room(owner: User) -> None:
    """The public room where the owner lands. One with that name already there is as good."""
    person = person_for(owner)
    try:
        journal.run(_create_room, CreateRoom(actor_of(person), FIRST_ROOM), owner=person.pk)
    except Refused as refusal:
        if refusal.code != "conflict":
            raise


def spend_invitation(invitation: Invitation) -> None:
    """Use an invitation once; runs in the transaction that makes the account."""
    usable = Invitation.objects.usable().filter(pk=invitation.pk)
    if usable.update(uses_left=F("uses_left") - 1, used_count=F("used_count") + 1) != 1:
        raise InvitationSpentError


def claim_handle(user: User) -> None:
    """Make the person of a new user under exactly that name, or undo the sign-up."""
    if person_for(user).username != user.username:
        raise NameTakenError

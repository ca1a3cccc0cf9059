"""What the workspace allows: who may sign up, under which name, and who may make rooms. Knows no request."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hubbub.lib.refusals import Refused, Reserved
from hubbub.lib.text import clean_username
from hubbub.people.actions import username_key
from hubbub.people.models import Person
from hubbub.site.accounts.models import Invitation, RoomMakers, SignUp, User, Workspace


def workspace() -> Workspace:
    """The workspace, or what it is like before anybody named it."""
    return Workspace.objects.filter(pk=1).first() or Workspace(name="Hubbub")


def is_first_run() -> bool:
    """Whether nobody has an account yet."""
    return not User.objects.exists()


def room_creators() -> str:
    """Who may make rooms: `everyone` or `admins`."""
    return "admins" if workspace().room_makers == RoomMakers.ADMINS else "everyone"


def usable_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, if it still opens the door."""
    if workspace().sign_up == SignUp.CLOSED:
        return None
    return Invitation.objects.usable().with_token(token).first()


def free_username(wanted: str) -> str:
    """The name as it will be kept; raises ValidationError with words when it cannot be had."""
    try:
        username = clean_username(wanted)
    except Reserved:
        raise ValidationError(_("This name is reserved. Choose another."), code="reserved") from None
    except Refused:
        raise ValidationError(
            _("A name is up to 64 letters, digits and @ . + - _ without spaces."), code="bad_name"
        ) from None
    key = username_key(username)
    if User.objects.filter(username_key=key).exists() or Person.objects.filter(username_key=key).exists():
        raise ValidationError(_("This name is taken."), code="taken")
    return username


def free_email(wanted: str) -> str:
    """The address in lower case; raises ValidationError when somebody else has it."""
    email = wanted.lower()
    if email and User.objects.filter(email__iexact=email).exists():
        raise ValidationError(_("This e-mail is in use."), code="taken")
    return email

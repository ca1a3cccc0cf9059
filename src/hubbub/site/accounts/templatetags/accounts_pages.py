"""Template tags of the account pages."""

from django import template

from hubbub.site.accounts.models import Workspace
from hubbub.site.accounts.policy import workspace

register = template.Library()


@register.simple_tag
def the_workspace() -> Workspace:
    """The workspace, for its name and its doors."""
    return workspace()

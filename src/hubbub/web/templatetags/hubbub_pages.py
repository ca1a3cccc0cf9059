"""Template tags which every page of ours uses."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hubbub.web.appearance import appearance_of

register = template.Library()


@register.simple_tag(takes_context=True)
def page_attributes(context: dict[str, Any]) -> SafeString:
    """Language, direction, theme, density and text size for the `html` element, so that nothing flashes at load."""
    look = appearance_of(getattr(context, "request", None) or context.get("request"))
    return format_html(
        'lang="{}" dir="{}" data-theme="{}" data-density="{}" data-size="{}"',
        look.locale,
        look.dir,
        look.theme,
        look.density,
        look.size,
    )

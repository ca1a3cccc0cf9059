"""How a page looks and reads in this browser: theme, density and text size from cookies, language from the request."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext_lazy as _

THEME_COOKIE = "hubbub_theme"
DENSITY_COOKIE = "hubbub_density"
SIZE_COOKIE = "hubbub_size"
A_YEAR = 365 * 24 * 3600

THEMES = [("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
DENSITIES = [("cosy", _("Cosy")), ("compact", _("Compact"))]
SIZES = ["100", "90", "112", "125"]  # of the text, in per cent
DIRECTIONS = ("ltr", "rtl")


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the `html` element says."""

    locale: str
    dir: str
    theme: str
    density: str
    size: str


def appearance_of(request: HttpRequest | None) -> Appearance:
    """The look asked for by this browser. Unknown values mean the default; `?dir=` mirrors a page to look at it."""
    cookies = request.COOKIES if request is not None else {}
    asked = request.GET.get("dir", "") if request is not None else ""
    return Appearance(
        locale=get_language() or settings.LANGUAGE_CODE,
        dir=asked if asked in DIRECTIONS else DIRECTIONS[get_language_bidi()],
        theme=_known(cookies.get(THEME_COOKIE), [value for value, _label in THEMES]),
        density=_known(cookies.get(DENSITY_COOKIE), [value for value, _label in DENSITIES]),
        size=_known(cookies.get(SIZE_COOKIE), SIZES),
    )


def remember(response: HttpResponse, cookie: str, value: str) -> None:
    """Keep a choice in this browser. Readable by our script, which changes it without a reload."""
    response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", path="/")


def _known(value: str | None, choices: list[str]) -> str:
    return value if value is not None and value in choices else choices[0]

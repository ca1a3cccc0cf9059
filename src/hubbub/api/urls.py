"""The endpoints of the API, one address each, and JSON for every address below it that is not there."""

import re
from itertools import groupby
from operator import attrgetter

from django.urls import URLPattern, path

from hubbub.api.dispatch import no_endpoint, view_of
from hubbub.api.table import API, ENDPOINTS

_PARAMETER = re.compile(r"{(\w+)}")


def _patterns() -> list[URLPattern]:
    by_path = groupby(sorted(ENDPOINTS, key=attrgetter("path")), key=attrgetter("path"))
    return [path(_PARAMETER.sub(r"<str:\1>", address), view_of(list(there))) for address, there in by_path]


urlpatterns: list[URLPattern] = [
    *_patterns(),
    path(API, no_endpoint),
    path(f"{API}/", no_endpoint),
    path(f"{API}/<path:rest>", no_endpoint),
]

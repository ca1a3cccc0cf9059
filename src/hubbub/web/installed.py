"""The chat as something installed: its manifest, and the worker that opens it without a network. Knows no person."""

import json
from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import etag, require_safe

from hubbub.web import csp, graph
from hubbub.web.appearance import appearance_of
from hubbub.web.assets import assets
from hubbub.web.place import place

CANVAS, ACCENT = "#fdfcfb", "#00657e"
"""Of the light theme: a manifest cannot follow the system."""


def _release(request: HttpRequest) -> str:
    return f'"{assets().release}"'


@gzip_page
@etag(_release)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script with the list of what it keeps: another list is another script, which browsers notice."""
    response = HttpResponse(f"const RELEASE = {_kept()};\n{_script()}", content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = csp.WORKER
    response.headers["Service-Worker-Allowed"] = reverse("hubbub_web:selector")
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Name, colours and icons for a place on the home screen."""
    chat, look = reverse("hubbub_web:selector"), appearance_of(request)
    response = JsonResponse(
        {
            "id": chat,
            "name": place.name(),
            "short_name": place.name()[:12],
            "start_url": chat,
            "scope": chat,
            "display": "standalone",
            "lang": look.locale,
            "dir": look.dir,
            "background_color": CANVAS,
            "theme_color": ACCENT,
            "icons": [*_icons()],
        },
        content_type="application/manifest+json",
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _icons() -> list[dict[str, str]]:
    return [
        {"src": static("hubbub/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("hubbub/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("hubbub/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": static("hubbub/icon-maskable.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]


def _kept() -> str:
    found = assets()
    folder = found.stylesheets[0].rpartition("/")[0]
    return json.dumps(
        {
            "name": found.release,
            "chat": reverse("hubbub_web:selector"),
            "folder": f"{folder}/",
            "hashed": found.hashed,
            "files": found.files,
        }
    )


@cache
def _script() -> str:
    return (graph.APP.parent / "sw.js").read_text()

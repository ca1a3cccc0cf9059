"""The content security policies of our pages. They know nothing of what the pages show."""

import secrets

from django.http import HttpRequest

_SHELL = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self' {sockets}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types hubbub"
)

PAGE = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'"
)
"""For pages without a script of ours."""

SELF_CONTAINED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
)
"""For the page of a fault, which must look right when nothing else can be served."""


WORKER = "default-src 'none'; connect-src 'self'"
"""For the service worker, which only fetches what is ours."""


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def shell(request: HttpRequest, nonce: str) -> str:
    """For the chat: own modules, one nonce, sockets to this host alone, markup through our one policy."""
    host = request.get_host()
    return _SHELL.format(nonce=nonce, sockets=f"ws://{host} wss://{host}")

"""Whether a page of some origin belongs to this site. One rule for requests and sockets; knows neither."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

_LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
_PORTS = {"http": 80, "https": 443}


def is_own_origin(origin: str, host: str, *, secure: bool) -> bool:
    """Exactly the scheme, host and port that were asked for, or an origin that the site's settings trust.

    `host` is the request's own Host, with its port; one that the site does not answer to owns nothing.
    """
    if any(_matches(origin, trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS):
        return True
    domain, _ = split_domain_port(host)
    allowed = settings.ALLOWED_HOSTS or (_LOCAL_HOSTS if settings.DEBUG else [])
    if not domain or not validate_host(domain, allowed):
        return False
    own = _parts(f"{'https' if secure else 'http'}://{host}")
    return own is not None and _parts(origin) == own


def _matches(origin: str, trusted: str) -> bool:
    """`https://*.example.org` trusts every host below that domain, as Django reads its setting."""
    if "*" not in trusted:
        return origin == trusted
    scheme, _, pattern = trusted.partition("://")
    told_scheme, _, told_host = origin.partition("://")
    return told_scheme == scheme and is_same_domain(told_host, pattern.lstrip("*"))


def _parts(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.hostname is None or parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    return (parts.scheme, parts.hostname.lower(), port)

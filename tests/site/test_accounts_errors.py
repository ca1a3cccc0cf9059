"""Pages of refusal: in the look of the product, in the reader's language, with a content policy."""

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from hubbub.site.urls import urlpatterns as site_patterns
from tests.site.accounts_cast import owner

pytestmark = pytest.mark.django_db


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the server")


def absent(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns = [path("fail/", fail), path("absent/", absent), *site_patterns]


@pytest.fixture(autouse=True)
def _ada() -> None:
    owner("Ada")


def test_what_is_not_there_is_said_in_words_and_in_the_readers_language() -> None:
    assert "There is nothing here" in Client().get("/zzz/").content.decode()

    russian = Client(headers={"accept-language": "ru"}).get("/zzz/")

    assert russian.status_code == 404
    assert "Здесь ничего нет" in russian.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_shows_a_page_of_its_own_and_nothing_of_the_inside() -> None:
    answer = Client(raise_request_exception=False).get("/fail/")

    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong here" in page
    assert "secret" not in page
    assert "stylesheet" not in page
    assert "'unsafe-inline'" in answer["Content-Security-Policy"]


def test_a_form_without_its_token_is_refused_in_the_same_look() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "Ada", "password": "x"})

    assert answer.status_code == 403
    assert "The form was too old" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/zzz/"]
)
def test_every_page_has_a_strict_content_policy(address: str) -> None:
    policy = Client().get(address)["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy

"""Limits against guessing: a forged address gives nobody fresh ones, and more processes give nobody more tries."""

import re

import httpx2
import pytest

from hubbub.people.sign_in import TRIES_OF_ONE_NAME_FROM_ONE_ADDRESS as TRIES
from tests.support.fixtures import Servers
from tests.support.http_client import refused
from tests.support.hubbub_process import HubbubServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
GUESS = {"username": "ada", "password": "not hers"}
RESETS_OF_ONE_ADDRESS = 5  # a minute: allauth's own limit for one e-mail
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def guess(server: HubbubServer, forwarded_for: str) -> httpx2.Response:
    return httpx2.post(
        f"{server.base_url}/api/v1/session",
        json=GUESS,
        headers={"X-Forwarded-For": forwarded_for},
        timeout=15,
    )


def test_a_forged_address_gives_nobody_fresh_tries(hubbub_server: Servers) -> None:
    server = hubbub_server(env={"HUBBUB_PROXIES": "192.0.2.1"})
    answers = [guess(server, f"198.51.100.{number}") for number in range(TRIES + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {401}
    told = refused(answers[-1], 429, "rate_limited")
    assert int(answers[-1].headers["Retry-After"]) * 1000 >= told["retry_after_ms"] > 0


def test_what_somebody_forges_before_a_trusted_proxy_counts_for_nothing(hubbub_server: Servers) -> None:
    server = hubbub_server(env={"HUBBUB_PROXIES": "127.0.0.1"})
    answers = [guess(server, f"198.51.100.{number}, 203.0.113.9") for number in range(TRIES + 1)]

    refused(answers[-1], 429, "rate_limited")
    assert guess(server, "203.0.113.10").status_code == 401, "whoever comes from elsewhere is kept out too"


def test_guesses_are_counted_over_all_processes(hubbub_server: Servers) -> None:
    one = hubbub_server(store="postgres")
    two = hubbub_server(place=one.place)
    answers = [guess((one, two)[number % 2], "203.0.113.9") for number in range(TRIES)]

    assert {answer.status_code for answer in answers} == {401}
    for node in (one, two):
        refused(guess(node, "203.0.113.9"), 429, "rate_limited")


def test_the_limits_of_the_account_pages_are_counted_over_all_processes(hubbub_server: Servers) -> None:
    one = hubbub_server(store="postgres")
    two = hubbub_server(place=one.place)
    codes = [
        _reset((one, two)[number % 2], f"198.51.100.{number}") for number in range(RESETS_OF_ONE_ADDRESS + 1)
    ]

    assert set(codes[:-1]) == {302}
    assert codes[-1] == 429


def _reset(server: HubbubServer, forwarded_for: str) -> int:
    """Ask for a new password of one e-mail, from wherever."""
    with httpx2.Client(base_url=server.base_url, headers={"X-Forwarded-For": forwarded_for}) as visitor:
        page = visitor.get("/accounts/password/reset/").text
        found = TOKEN.search(page)
        assert found, page[:500]
        form = {"email": "ada@example.org", "csrfmiddlewaretoken": found.group(1)}
        return visitor.post(
            "/accounts/password/reset/", data=form, headers={"Origin": server.base_url}
        ).status_code

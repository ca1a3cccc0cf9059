"""Tests here ask faster than people: what limits them is switched off, except where it is tested."""

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def _unlimited(settings: Settings) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "RATES": "off"}

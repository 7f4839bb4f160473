"""What a server may take is an option each, and none is without an end."""

from __future__ import annotations

import socket
from dataclasses import fields

import pytest

from recommender.errors import LimitError
from recommender.tables import patience
from recommender.tables.openml import server_address, set_server
from recommender.tables.patience import Patience


@pytest.mark.parametrize("name", [field.name for field in fields(Patience)])
@pytest.mark.parametrize("limit", [0, -1, float("inf"), float("nan")])
def test_a_limit_that_limits_nothing_is_refused(name, limit):
    with pytest.raises(LimitError, match=f"{name}={limit:g} is no limit"):
        Patience(**{name: limit})


def test_it_is_given_with_the_server_and_stays_until_another_is(monkeypatch, openml_cache):
    monkeypatch.setattr(patience, "current", Patience())
    given = Patience(silence=300)
    set_server(None, patience=given)
    set_server(server_address())
    assert patience.current is given


@pytest.mark.parametrize(
    "given", [{"tries": 1.5}, {"tries": True}, {"silence": "3"}, {"columns": None}, {"answer": 1e7}]
)
def test_so_is_what_no_system_or_count_can_keep(given):
    with pytest.raises(LimitError, match="is no limit: give a"):
        Patience(**given)


def test_the_longest_is_one_that_a_connection_can_be_given():
    with socket.socket() as one:
        one.settimeout(patience.LONGEST)

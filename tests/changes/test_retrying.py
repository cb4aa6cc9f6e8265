"""Which failures a stream of changes outlives, and for how long."""

from __future__ import annotations

import pickle
from itertools import repeat
from math import inf

import pytest
from pymongo.errors import (
    AutoReconnect,
    InvalidOperation,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from aiomotorengine.changes.retrying import Retrying, is_lost, is_passing
from aiomotorengine.errors import ChangeStreamLostError

LABEL = {"errorLabels": ["ResumableChangeStreamError"]}


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (AutoReconnect("gone"), True),
        (ServerSelectionTimeoutError("none"), True),
        (NotPrimaryError("not primary"), True),
        (OperationFailure("cursor not found", 43), True),
        (OperationFailure("stepped down", 189), True),
        (OperationFailure("whatever", 1, LABEL), True),
        (OperationFailure("no such stage", 40324), False),
        (OperationFailure("invalid token", 260), False),
        (OperationFailure("lost", 286), False),
        (OperationFailure("lost", 286, LABEL), False),
        (OperationFailure("fatal", 280), False),
        (InvalidOperation("closed"), False),
        (PyMongoError("other"), False),
        (ValueError("own"), False),
    ],
)
def test_which_failures_pass(error: Exception, passes: bool) -> None:
    assert is_passing(error) is passes


def test_what_is_lost() -> None:
    assert is_lost(OperationFailure("lost", 286))
    assert not is_lost(OperationFailure("invalid token", 260))
    assert not is_lost(AutoReconnect("gone"))


def test_pauses_grow_up_to_five_seconds() -> None:
    retrying = Retrying(inf, lambda: 0.0)
    assert [retrying.next_pause() for _ in range(9)] == [
        *(0.1, 0.2, 0.4, 0.8, 1.6, 3.2),
        *repeat(5.0, 3),
    ]


def test_it_is_given_up_after_a_while_without_success() -> None:
    now = [100.0]
    retrying = Retrying(10, lambda: now[0])
    assert retrying.next_pause() == 0.1
    now[0] += 9.95
    assert retrying.next_pause() == pytest.approx(0.05)  # and no longer than is left
    now[0] += 0.05
    assert retrying.next_pause() is None
    retrying.succeeded()
    assert retrying.next_pause() == 0.1


def test_the_driver_alone() -> None:
    assert Retrying(0).next_pause() is None


def test_the_error_for_a_lost_past_has_the_token() -> None:
    error = ChangeStreamLostError({"_data": "82"})
    assert str(error).startswith("What happened after this token is gone from the server's log:")
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), str(copied), copied.token) == (type(error), str(error), error.token)

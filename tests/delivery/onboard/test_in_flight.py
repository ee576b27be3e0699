"""Copies that arrived: in order of time, counted, the first of each message told."""

import numpy as np

from skyweft.delivery.onboard.downlink import Passes
from skyweft.delivery.onboard.in_flight import Counted, OnBoard, Open
from skyweft.delivery.onboard.store import Copies, Stores


def test_of_two_at_one_moment_the_one_heard_first_arrives() -> None:
    none, nothing = np.zeros(0, np.int32), np.zeros(0)
    whole = np.zeros(0, np.int64)
    passes = Passes(none, whole, nothing, nothing, nothing, none, nothing)
    queues, codes = np.zeros((0, 2), np.int32), np.zeros((0, 1), np.int8)
    stores = Stores(
        queues, queues, whole, whole, whole, whole, queues, whole, queues, codes, nothing
    )
    message = np.array([0, 0, 1, 1], np.int32)
    copies = Copies(
        message, np.array([10, 11, 12, 13], np.int32), np.full(4, 2, np.int32), np.zeros(4),
        np.array([1, 2, 3, 4], np.int32), np.full(4, -1, np.int32), *np.zeros((3, 4)),
    )  # fmt: skip
    # The log is in no order: copies 1 and 0 at one moment, 2 before them, 3 after the border.
    log = np.array([3, 1, 0, 2], np.int32), np.array([20.0, 5, 5, 3]), np.full(4, 1, np.int32)
    on_board = OnBoard(copies, stores, passes, none, none, none, none, log, np.zeros(4))
    open_ = Open.none()
    open_.rule, open_.left = np.array([0, 1], np.int16), np.array([2, 2], np.int32)
    open_.delivered = np.zeros(2, np.bool_)
    counted = Counted(
        np.array([100, 30]), np.array([0.0, 5.0, 10.0]), *np.zeros((2, 3, 2), np.int64)
    )
    arrived_now = on_board.arrived(10.0, open_, counted)
    assert arrived_now.message.tolist() == [1, 0]
    assert arrived_now.receiver.tolist() == [12, 10]
    assert arrived_now.at_s.tolist() == [3, 5]
    assert open_.left.tolist() == [0, 1]
    assert open_.delivered.all()
    assert counted.arrived_bytes.tolist() == [[0, 30], [0, 200], [0, 0]]
    assert counted.arrived.tolist() == [[0, 1], [0, 2], [0, 0]]
    assert [each.tolist() for each in on_board.log] == [[3], [20.0], [1]]
    assert copies.node.tolist() == [-1, -1, -1, 2]

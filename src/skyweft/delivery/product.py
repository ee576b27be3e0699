"""What becomes of messages: the products of `delivery`.

A message is known by its rule, its device and its number; the same message keeps them in every
product. Losing one is a row with a cause, never an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from skyweft.html_repr import Shown

# Every message, and every bundle over a plan, ends in exactly one of these; `cause` columns hold
# places in this list, and tables its words.
CAUSES = (
    "",  # delivered (in `Receptions`: received)
    "no coverage",  # nobody who could have received it was in view when it was sent
    "below sensitivity",  # too weak at everybody in view
    "doppler",  # off by more than the receivers tolerate
    "collision",  # lost to another transmission
    "receiver busy",  # whoever was in view was sending, or had all its decoders taken
    "duty cycle",  # its device had used up its air time
    "storage",  # no room for it on board, or dropped to make room
    "expired",  # older than its lifetime before it arrived
    "gateway contention",  # a pass would have brought it down, but all antennas served others
    "stored",  # still on board when the run ends
    "at device",  # not yet sent, or waiting to be sent again, when the run ends
    "out of order",  # who could have received it, or would have brought it down, had failed
    "platform failed",  # it was on board when its platform failed for good
    "battery",  # its device had emptied its battery
    # Sums call it so; rows tell the restriction's own cause, whose code is behind all of these.
    "restricted",  # who could have received it, or its device, was kept from it by a restriction
    # Of bundles alone, each of which is routed whole: sums over messages need no room for them.
    "no route",  # not for a bundle of any size
    "too large",  # a smaller one would arrive
    "contacts taken",  # alone it would arrive
)
RESTRICTED = CAUSES.index("restricted")
SUMMED = RESTRICTED + 1  # how many of them messages of a run can have
OUT_OF_ORDER, PLATFORM_FAILED, BUSY = map(
    CAUSES.index, ("out of order", "platform failed", "gateway contention")
)
CAUSES_MAX = 127  # codes are of eight bits
OPEN = tuple(CAUSES.index(cause) for cause in ("stored", "at device"))  # neither delivered nor lost
RECEIVED = CAUSES.index("")


def cause_codes(causes: Sequence[str]) -> NDArray[np.int8]:
    """Return the codes of what keeps links back: behind all of ours, but for those among them."""
    ours = {CAUSES[OUT_OF_ORDER]: OUT_OF_ORDER, "no antenna free": BUSY}
    codes = [ours.get(cause, len(CAUSES) + k) for k, cause in enumerate(causes)]
    return np.array(codes, np.int8)


@dataclass(frozen=True, slots=True)
class Receptions(Shown):
    """One row a message generated in a block of time, sorted by created_s, rule, device.

    Shapes (M,) but for the copies: message m was received by the receivers
    `copy_receiver[copy_first[m]:copy_first[m + 1]]`, in order of time.
    """

    rule: NDArray[np.int16]  # place among the scenario's [[messages]]
    device: NDArray[np.int32]  # row of Fleet
    number: NDArray[np.int64]  # the device's how manieth of the rule, from 0
    created_s: NDArray[np.float64]
    attempts: NDArray[np.int16]  # transmissions
    energy_j: NDArray[np.float32]  # what the device spent on sending and listening
    cause: NDArray[np.int8]  # why nobody received it; RECEIVED where somebody did
    copy_first: NDArray[np.int64]  # (M + 1,)
    copy_receiver: NDArray[np.int32]  # (K,) row of Fleet
    copy_received_s: NDArray[np.float64]  # (K,) when the last bit was there
    copy_air_s: NDArray[np.float32]  # (K,) from the transmission's beginning until then

    def __post_init__(self) -> None:
        count = len(self.created_s)
        for name in ("rule", "device", "number", "attempts", "energy_j", "cause"):
            assert len(getattr(self, name)) == count
        assert len(self.copy_first) == count + 1
        copies = self.copy_receiver, self.copy_received_s, self.copy_air_s
        assert {len(copy) for copy in copies} == {self.copy_first[-1]}
        assert np.array_equal(np.diff(self.copy_first) > 0, self.cause == RECEIVED)

    def __len__(self) -> int:
        return len(self.created_s)


@dataclass(frozen=True, slots=True)
class Deliveries(Shown):
    """One row a message: when it arrived and by which route, or why it did not. Shapes (M,)."""

    rule: NDArray[np.int16]
    device: NDArray[np.int32]  # row of Fleet
    number: NDArray[np.int64]
    created_s: NDArray[np.float64]
    received_s: NDArray[np.float64]  # at the first receiver; NaN: nobody received it
    delivered_s: NDArray[np.float64]  # at its target; NaN: lost, or stored at the end
    receiver: NDArray[
        np.int32
    ]  # row of Fleet: whose copy arrived, else who received it first; or -1
    target: NDArray[np.int32]  # row of Fleet: where it arrived; -1 where it did not
    hops: NDArray[np.int16]  # links it went over, the device's own included
    attempts: NDArray[np.int16]
    energy_j: NDArray[np.float32]
    cause: NDArray[np.int8]
    # What the delay is made of, NaN where it did not arrive; the rest is on board.
    at_device_s: NDArray[np.float64]  # until the transmission began that was received
    in_transit_s: NDArray[np.float64]  # on the air and between platforms: sending and light

    def __post_init__(self) -> None:
        columns = [getattr(self, name) for name in self.__slots__]
        assert len({len(column) for column in columns}) == 1
        assert np.array_equal(np.isfinite(self.delivered_s), self.cause == RECEIVED)

    def __len__(self) -> int:
        return len(self.created_s)

    @property
    def on_board_s(self) -> NDArray[np.float64]:
        """Return how much of the delay messages waited on board; NaN where they did not arrive."""
        return self.delivered_s - self.created_s - self.at_device_s - self.in_transit_s

    @classmethod
    def joined(cls, pieces: "Sequence[Deliveries]") -> "Deliveries":
        """Return pieces one after the other; of at least one."""
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in names))

    @classmethod
    def sorted(cls, pieces: "Sequence[Deliveries]") -> "Deliveries":
        """Return pieces as one, in order of creation, rule, device and number."""
        whole = cls.joined(pieces)
        order = np.lexsort((whole.number, whole.device, whole.rule, whole.created_s))
        return cls(*(getattr(whole, field.name)[order] for field in fields(cls)))

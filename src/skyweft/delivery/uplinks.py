"""By which rules of the links a device's messages go to whoever receives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skyweft.scenario.contention import Shared
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.terminals import Link
from skyweft.scenario.waveforms import known_waveforms, waveform_named


@dataclass(frozen=True, slots=True)
class Uplink:
    """A rule by which a device is received: its place among `[[links]]`, and the two terminals."""

    link: int
    device: str
    receiver: str


def uplinks(
    carried: Sequence[str], links: Mapping[int, Link], waveforms: Mapping[str, Waveform]
) -> list[Uplink]:
    """Return the random-access rules of whoever carries these terminals, in the file's order."""
    found, known = [], known_waveforms(waveforms)
    for number, link in links.items():
        name = link.waveform
        if name is None or name not in known:
            continue
        if not isinstance(waveform_named(name, waveforms), Shared):
            continue
        one, other = link.between
        if one in carried and other not in carried:
            found.append(Uplink(number, one, other))
        elif other in carried and one not in carried:
            found.append(Uplink(number, other, one))
    return found

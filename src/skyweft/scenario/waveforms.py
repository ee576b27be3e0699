"""How bits ride on a carrier: which waveform, with which allowances.

Names and allowances only; thresholds and rates live in `skyweft.links.waveforms`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from skyweft.scenario.entry import Entry, NotNegative, Positive
from skyweft.scenario.terminals import Link, Optical, Radio, Terminal

Kind = Literal[
    "lora",
    "lora_sf7",
    "lora_sf8",
    "lora_sf9",
    "lora_sf10",
    "lora_sf11",
    "lora_sf12",
    "dvb_s2x",
    "nr",
    "nr_qam256",
    "nr_low_se",
    "shannon",
]
BUILT_IN: tuple[str, ...] = get_args(Kind)
LORA_BANDWIDTH_HZ = 125e3  # taken unless waveform or terminal says otherwise


class Waveform(Entry):
    """A waveform family with its numbers changed; the built-in ones need no entry."""

    kind: Kind
    """`lora` adapts its spreading factor, `lora_sf7` to `lora_sf12` keep one. `nr` is the 64QAM
    table of 5G, `nr_qam256` the 256QAM one, `nr_low_se` the most robust one."""
    bandwidth_hz: Positive | None = None
    """Instead of the transmitting terminal's; LoRa takes 125 kHz where neither is given."""
    implementation_loss_db: NotNegative = 0.0
    """Taken off the carrier-to-noise ratio before a rate is chosen."""
    margin_db: NotNegative = 0.0
    """Kept in hand above the threshold."""
    roll_off: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Symbol rate = bandwidth / (1 + roll-off); DVB-S2X only."""
    coding_rate: Annotated[int, Field(ge=1, le=4)] = 1
    """1 to 4 for 4/5 to 4/8; LoRa only."""
    overhead: Annotated[float, Field(ge=0, lt=1)] = 0.14
    """Share of a 5G carrier that is not user data (TS 38.306: 0.14 down, 0.08 up, below 7 GHz)."""

    @model_validator(mode="after")
    def _own_keys_only(self) -> Self:
        for key, family in {"roll_off": "dvb_s2x", "coding_rate": "lora", "overhead": "nr"}.items():
            if key in self.model_fields_set and not self.kind.startswith(family):
                raise ValueError(f"{key} is for {family} only")
        return self


def known_waveforms(waveforms: Mapping[str, Waveform]) -> tuple[str, ...]:
    """Return every name a link may give: the built-in ones and the scenario's own."""
    return tuple(dict.fromkeys((*BUILT_IN, *waveforms)))


def waveform_named(name: str, waveforms: Mapping[str, Waveform]) -> Waveform:
    """Return the scenario's own entry of that name, else the built-in waveform."""
    return waveforms[name] if name in waveforms else Waveform.model_validate({"kind": name})


def link_mistakes(
    links: Sequence[Link], terminals: Mapping[str, Terminal], waveforms: Mapping[str, Waveform]
) -> list[tuple[str, str]]:
    """Return (place, complaint) of every link no budget can be made for.

    Names that do not exist are somebody else's complaint and are passed over here.
    """
    mistakes = []
    for i, link in enumerate(links):
        ends = [terminals[name] for name in link.between if name in terminals]
        if len(ends) == 2:
            mistakes += [
                (f"links[{i}].{key}", words) for key, words in _mistakes(link, ends, waveforms)
            ]
    return mistakes


def _mistakes(
    link: Link, ends: Sequence[Terminal], waveforms: Mapping[str, Waveform]
) -> list[tuple[str, str]]:
    radios = [end for end in ends if isinstance(end, Radio)]
    if len(radios) == 1:
        return [("between", f"{link.between[0]!r} and {link.between[1]!r}: a radio and a laser")]
    if not radios:
        assert all(isinstance(end, Optical) for end in ends)
        return [("waveform", "optical terminals state their rate")] if link.waveform else []
    ways = [
        (link.between[k], radios[k])
        for k in range(2)
        if radios[k].transmits and radios[1 - k].receives
    ]
    if not ways:
        return [
            (
                "between",
                "neither end can hear the other: one needs eirp_dbw or power_dbw, the other "
                "gt_db_k, noise_temperature_k or noise_figure_db",
            )
        ]
    if link.waveform is None or link.waveform not in known_waveforms(waveforms):
        return []
    chosen = waveform_named(link.waveform, waveforms)
    if chosen.bandwidth_hz or chosen.kind.startswith("lora"):
        return []
    names = dict.fromkeys(name for name, radio in ways if radio.bandwidth_hz is None)
    return [
        ("waveform", f"{link.waveform!r} needs bandwidth_hz in [terminals.{name}] or its own entry")
        for name in names
    ]

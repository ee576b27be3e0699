"""Every waveform there is, and which of them a link may take."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import TypeAdapter

from skyweft.registry import Kind, Kinds
from skyweft.scenario.contention import Aloha, Lora, LrFhss, NbIot, Shared, SlottedAloha
from skyweft.scenario.modulations import DvbS2x, Modcod, Nr, Shannon, Waveform
from skyweft.scenario.terminals import Link, Optical, Radio, Terminal

_HOME = "skyweft.links.waveforms"
WAVEFORMS = Kinds(
    "skyweft.waveforms",
    "waveform",
    Waveform,
    (
        Kind(Lora, f"{_HOME}.lora:ladder"),
        Kind(DvbS2x, f"{_HOME}.dvb:ladder"),
        Kind(Nr, f"{_HOME}.nr:ladder"),
        Kind(Shannon, f"{_HOME}.ladder:shannon"),
        Kind(Modcod, f"{_HOME}.modcod:ladder"),
        Kind(Aloha, f"{_HOME}.aloha:ladder"),
        Kind(SlottedAloha, f"{_HOME}.aloha:ladder"),
        Kind(LrFhss, f"{_HOME}.lr_fhss:ladder"),
        Kind(NbIot, f"{_HOME}.aloha:granted"),
    ),
)
"""Each function: (table, bandwidth of the transmitting terminal in Hz or None) to a
`skyweft.links.waveforms.Ladder`; of a table made from `contention.Shared`, which devices contend
for, to a `skyweft.links.waveforms.Channel`."""
AnyWaveform = Annotated[Waveform, WAVEFORMS]


def ready_made() -> tuple[str, ...]:
    """Return the kinds that a link may name without a table of their own."""
    return tuple(kind for kind in WAVEFORMS if _ready(kind))


def _ready(kind: str) -> bool:
    model = WAVEFORMS[kind].model
    needed = (name for name, field in model.model_fields.items() if field.is_required())
    return bool(getattr(model, "ready", True)) and set(needed) <= {"kind"}


def shared_kinds() -> tuple[str, ...]:
    """Return the kinds that devices contend for, of each family its first."""
    return tuple(
        kind
        for kind, entry in WAVEFORMS.items()
        if kind == entry.kinds[0] and issubclass(entry.model, Shared)
    )


def family(waveform: Waveform) -> str:
    """Return the kind without its variant: `lora` for `lora_sf7`."""
    return WAVEFORMS[waveform.kind].kinds[0]


def known_waveforms(waveforms: Mapping[str, Waveform]) -> tuple[str, ...]:
    """Return every name a link may give: the ready-made ones and the scenario's own."""
    return tuple(dict.fromkeys((*ready_made(), *waveforms)))


def waveform_named(name: str, waveforms: Mapping[str, Waveform] | None = None) -> Waveform:
    """Return the scenario's own entry of that name, else the ready-made waveform."""
    own = (waveforms or {}).get(name)
    return waveform_of(kind=name) if own is None else own


def waveform_of(**table: object) -> Waveform:
    """Return the waveform that a table of a scenario describes: `waveform_of(kind="lora")`."""
    return TypeAdapter[Waveform](AnyWaveform).validate_python(table)


def link_errors(
    links: Sequence[Link], terminals: Mapping[str, Terminal], waveforms: Mapping[str, Waveform]
) -> list[tuple[str, str]]:
    """Return (place, complaint) of every link no budget can be made for.

    Names that do not exist are somebody else's complaint and are passed over here.
    """
    errors = []
    for i, link in enumerate(links):
        ends = [terminals[name] for name in link.between if name in terminals]
        if len(ends) == 2:
            errors += [
                (f"links[{i}].{key}", words) for key, words in _errors(link, ends, waveforms)
            ]
    return errors


def _errors(
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
    if chosen.bandwidth_hz or chosen.own_bandwidth:
        return []
    names = dict.fromkeys(name for name, radio in ways if radio.bandwidth_hz is None)
    return [
        ("waveform", f"{link.waveform!r} needs bandwidth_hz in [terminals.{name}] or its own entry")
        for name in names
    ]

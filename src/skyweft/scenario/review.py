"""What is allowed but probably not meant: a scenario looked over before it runs."""

from collections.abc import Iterator

from skyweft.scenario.motion import Loiter
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link, Optical, Radio
from skyweft.scenario.waveforms import ready_made


def check(scenario: Scenario) -> list[str]:
    """Return warnings about a valid scenario, one line each with its place in the file.

    Parameters
    ----------
    scenario : Scenario
        What `load` returned.

    Returns
    -------
    list of str
        Things nobody uses, values nothing reads, links that cannot carry a bit.
    """
    return [
        *_unused(scenario),
        *_unread(scenario),
        *(
            f"links[{place}]{words}"
            for place, link in enumerate(scenario.links)
            for words in _link(scenario, link)
        ),
        *_twice(scenario),
    ]


def _unused(scenario: Scenario) -> Iterator[str]:
    linked = {name for link in scenario.links for name in link.between}
    carried = {name for group in scenario.platforms.values() for name in group.terminals}
    for name in scenario.terminals:
        if name not in carried:
            yield f"terminals.{name}: no platform carries it"
        elif name not in linked:
            yield f"terminals.{name}: no link uses it"
    for name in scenario.waveforms:
        if name not in {link.waveform for link in scenario.links}:
            yield f"waveforms.{name}: no link uses it"
    if not scenario.links:
        yield "links: there is none, so there will be no contacts"


def _unread(scenario: Scenario) -> Iterator[str]:
    """Name the keys that were given and that nothing will look at."""
    for name in scenario.waveforms:
        if name in ready_made():
            yield f"waveforms.{name}: takes the place of the built-in waveform of this name"
    for name, group in scenario.platforms.items():
        motion = group.motion
        if isinstance(motion, Loiter) and motion.pattern == "circle":
            for key in sorted({"length_m", "heading_deg"} & motion.model_fields_set):
                yield f"platforms.{name}.motion.{key}: a circle does not read it"


def _twice(scenario: Scenario) -> Iterator[str]:
    """Name rules that stand there twice: whatever they allow is counted twice as well."""
    for place, link in enumerate(scenario.links):
        first = scenario.links.index(link)
        if first < place:
            yield f"links[{place}]: says the same as links[{first}]; its contacts count twice"


def _link(scenario: Scenario, link: Link) -> Iterator[str]:
    ends = [scenario.terminals[name] for name in link.between]
    if link.waveform is None and isinstance(ends[0], Radio):
        yield ".waveform: not given, so there will be no rates"
    for name, end in zip(link.between, ends, strict=True):
        if isinstance(end, Optical) and end.margin_db is None and (link.losses or link.losses_db):
            what = "losses" if link.losses else "losses_db"
            yield f".{what}: takes nothing off the rate, as terminals.{name} has no margin_db"
            break

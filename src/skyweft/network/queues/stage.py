"""The stage `packet_statistics`: what becomes of every packet, in queues along its route."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.network.amounts import unheeded
from skyweft.network.flows.arrow import LINK_LOADS
from skyweft.network.flows.model import Flows
from skyweft.network.flows.throughput import batches, codes
from skyweft.network.graph.block import NETWORK
from skyweft.network.queues.arrow import PACKET_STATISTICS, metrics, packet_statistics_table
from skyweft.network.queues.model import Packets
from skyweft.network.queues.path_trace import Laid, gather, joined
from skyweft.network.queues.queueing import queue
from skyweft.network.queues.sending import asked
from skyweft.network.reads import OF_RATES
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Journal, Metrics, Stage, State, Whole

Floats = NDArray[np.float64]


class PacketsStage(Stage):
    """Packets: where the scenario has `[[packets]]`."""

    key = "packets"
    needs = ("graph", "flows")
    models = (Packets,)
    reads = (*OF_RATES, "flows", "packets")
    tables = (PACKET_STATISTICS,)
    share = 0.03

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario has any."""
        return bool(scenario.rules(Packets))

    def warnings(self, scenario: Scenario) -> Iterator[str]:
        """Name keys of the links that only messages heed."""
        if scenario.rules(Packets):
            yield from unheeded(scenario)

    def check(self, context: Context) -> None:
        """Refuse names nobody has, and more than fits."""
        context.once(asked)

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    """The links that packets may still wait for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._links = np.zeros(0, np.int64)

    def block(self, block: Block) -> None:
        """Note routes and links; the packets go once all blocks are known."""
        context = self._context
        network = block.get(NETWORK).seen_by(block)
        assert context.executor is not None
        known = network, context.once(asked), self._links
        laid = gather(*known, context.executor, context.policy)
        if laid is not None:
            self._links = laid.key
            block.journal.keep("laid", laid.columns())

    def save(self, journal: Journal) -> None:
        journal.keep("links", {"key": self._links})

    def load(self, journal: Journal) -> None:
        self._links = journal.read("links")["key"]

    def close(self, whole: Whole) -> Metrics:
        context = whole.context
        scenario, pairs = context.scenario, context.once(asked)
        held = [Laid(**journal.read("laid")) for journal in whole.journals if journal.holds("laid")]
        laid = joined(held) if held else Laid.nothing(len(pairs))
        others = None
        if scenario.rules(Packets)[0].background:
            step_s = scenario.rules(Flows)[0].step_s
            others = background(laid, whole.files(LINK_LOADS), context.names, step_s)
        rows, totals = queue(scenario, pairs, laid, whole.end_s, others)
        whole.write(PACKET_STATISTICS, packet_statistics_table(rows, context.names))
        return {"packets": metrics(totals, context.fleet.names)}


def background(laid: Laid, files: Sequence[Path], names: pa.Array, step_s: float) -> Floats:
    """Return what flows send over every link (L, T): in bit/s, at their last snapshot."""
    load_bps = np.zeros(laid.rate_bps.shape)
    snapshot = np.floor(laid.time_s / step_s + 1e-9)
    for batch in batches(files):
        source, target = (codes(batch.column(side), names) for side in ("source", "target"))
        key = source * len(names) + target
        time = np.rint(batch.column("time_s").to_numpy() / step_s)
        mine = np.flatnonzero(np.isin(key, laid.key) & np.isin(time, snapshot))
        row = np.searchsorted(laid.key, key[mine])
        first, after = (np.searchsorted(snapshot, time[mine], side) for side in ("left", "right"))
        loads = batch.column("load_bps").to_numpy()[mine]
        for k in range(len(mine)):
            load_bps[row[k], first[k] : after[k]] = loads[k]
    return load_bps


STAGE = PacketsStage()

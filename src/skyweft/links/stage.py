"""The stage `link_samples`: how well contacts carry bits, sampled along them."""

from itertools import pairwise
from typing import Any

import numpy as np

from skyweft.contacts.metrics import durations
from skyweft.contacts.pairs import pairs
from skyweft.contacts.product import Contacts, Numbered
from skyweft.contacts.stage import BLOCK, MEETINGS
from skyweft.errors import ScenarioError
from skyweft.links.arrow import (
    DOPPLER_RESIDUALS,
    LINK_LOSSES,
    LINK_SAMPLES,
    doppler_residuals_table,
    link_losses_table,
    link_samples_table,
)
from skyweft.links.budget import link_budget_by_cause
from skyweft.links.rates import Rates, Seen
from skyweft.links.residuals import residuals
from skyweft.links.waveforms.ladder import complaints, never_taken
from skyweft.motion.stage import MOTION
from skyweft.stage import Block, Context, Estimate, Journal, Metrics, Stage, State, Whole

DAY_S = 86_400.0
SAMPLES_AT_ONCE = 500_000  # for memory, and for writing some while others are computed
# Measured on two cores with the shipped scenarios, samples a minute apart.
SECONDS_PAIR_DAY, BYTES_PAIR_DAY = 7.5e-6, 1_760.0
USUAL_STEP_S = 60.0


class LinksStage(Stage):
    """Links: every scenario has them."""

    key = "links"
    needs = ("motion", "contacts")
    reads = ("platforms.*.terminals", "terminals", "waveforms", "links")
    tables = (LINK_SAMPLES, LINK_LOSSES, DOPPLER_RESIDUALS)
    share = 0.35

    def check(self, context: Context) -> None:
        """Refuse waveforms that do not work: a package's, and files of modes with errors."""
        if wrong := list(complaints(context.scenario)):
            raise ScenarioError("\n".join(wrong))

    def estimate(self, context: Context) -> Estimate:
        """Say what the samples take."""
        scenario = context.scenario
        rules = zip(context.once(pairs), scenario.links, strict=True)
        usual = sum(count * USUAL_STEP_S / link.sample_s for count, link in rules)
        pair_days = usual * scenario.duration_s / DAY_S
        return Estimate(
            pair_days * SECONDS_PAIR_DAY,
            pair_days * BYTES_PAIR_DAY,
            warnings=tuple(never_taken(scenario)),
        )

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    """The last sample of every open contact.

    Samples are seen by the thread that writes, block after block: what it hands on is known only
    in line behind them.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen = Seen.nothing(0)

    def block(self, block: Block) -> None:
        now = block.get(BLOCK)
        seen, opened = Seen.nothing(len(now.contacts)), self._seen
        block.put(lambda: seen.take_over(slice(now.carried), opened, slice(None)))
        rates = Rates.empty(len(self._context.scenario.links))
        lots = self._lots(block, now.contacts)
        for lot in lots:
            block.show(lot.start / len(now.contacts))
            self._sample(block, now, lot, (rates, seen))
        handed = self._seen = Seen.nothing(len(now.open))
        block.put(lambda: handed.take_over(slice(None), seen, now.open))
        block.journal.keep("rates", rates.columns)
        block.journal.keep("seen", handed.columns)

    def _sample(self, block: Block, now: Numbered, lot: slice, sums: tuple[Rates, Seen]) -> None:
        """Sample some contacts; add them up while the next are sampled."""
        context = self._context
        some, number = now.contacts.taking(lot), now.number[lot]
        known = context.scenario, context.fleet, block.get(MOTION), some
        links, losses = link_budget_by_cause(
            *known, executor=context.executor, restrictions=block.restrictions
        )
        rates, seen = sums
        mine = Seen(seen.time_s[lot], seen.rate_bps[lot])  # views: they move on
        block.put(lambda: rates.add(some, links, mine))
        of = some, number, context.names, context.rules
        block.write(LINK_SAMPLES, lambda: link_samples_table(links, *of))
        if losses.causes:
            block.write(LINK_LOSSES, lambda: link_losses_table(losses, links, *of))
        left = residuals(*known, links)
        if left is not None:
            block.write(DOPPLER_RESIDUALS, lambda: doppler_residuals_table(left, links, *of))

    def _lots(self, block: Block, contacts: Contacts) -> list[slice]:
        """Cut contacts where about `SAMPLES_AT_ONCE` samples have come together."""
        if not len(contacts):
            return []
        sample_s = np.array([link.sample_s for link in self._context.scenario.links])
        lasts_s = np.minimum(contacts.end_s, block.end_s)
        lasts_s = lasts_s - np.maximum(contacts.start_s, block.start_s)
        upto = np.cumsum(lasts_s / sample_s[contacts.link] + 3)
        marks = np.arange(1, int(upto[-1] // SAMPLES_AT_ONCE) + 1) * SAMPLES_AT_ONCE
        cuts = np.unique([0, *np.searchsorted(upto, marks, side="right"), len(contacts)])
        return [slice(int(a), int(b)) for a, b in pairwise(cuts)]

    def load(self, journal: Journal) -> None:
        self._seen = Seen(**journal.read("seen"))

    def close(self, whole: Whole) -> Metrics:
        names = self._context.scenario.rule_names
        meetings = whole.get(MEETINGS)
        if not any(link.losses for link in self._context.scenario.links):
            whole.leave_out(LINK_LOSSES, "no rule of [[links]] states losses")
        if not any(link.precompensation for link in self._context.scenario.links):
            whole.leave_out(DOPPLER_RESIDUALS, "no rule of [[links]] states precompensation")
        rates = Rates.empty(len(names))
        for journal in whole.journals:
            rates.join(Rates.of(journal.read("rates")))
        return {
            "links": {
                name: {
                    **durations(meetings, row),
                    "forward": _carried(rates, 2 * row, whole.end_s),
                    "reverse": _carried(rates, 2 * row + 1, whole.end_s),
                }
                for row, name in enumerate(names)
            }
        }


def _carried(rates: Rates, row: int, end_s: float) -> dict[str, Any] | None:
    """Return what a direction carries while in contact; None where it never does."""
    seconds, bits = (float(total) for total in rates.total[row])
    if bits == 0:
        return None
    return {
        "mean_bps": bits / seconds,
        "p05_bps": rates.quantile(row, 0.05),
        "median_bps": rates.quantile(row, 0.5),
        "p95_bps": rates.quantile(row, 0.95),
        "bits_per_day": bits / (end_s / DAY_S),
    }


STAGE = LinksStage()

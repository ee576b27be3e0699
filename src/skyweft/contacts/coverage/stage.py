"""The stage `coverage`: how well places are covered over time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.coverage.arrow import COVERAGE, coverage_table
from skyweft.contacts.coverage.measuring import Coverage, start
from skyweft.contacts.coverage.model import Coverage as Asked
from skyweft.motion.stage import MOTION
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Journal, Metrics, Stage, State, Whole


class CoverageStage(Stage):
    """Coverage: where the scenario has `[coverage]`."""

    key = "coverage"
    needs = ("motion",)
    models = (Asked,)
    reads = ("coverage",)
    tables = (COVERAGE,)
    share = 0.05

    def wanted(self, scenario: Scenario) -> bool:
        """Whether coverage is asked for."""
        return scenario.settings(Asked) is not None

    def open(self, context: Context) -> "_State":
        """Begin a run."""
        return _State(context)


class _State(State):
    def __init__(self, context: Context) -> None:
        self._context = context
        self._measured = start(context.scenario, context.fleet)

    def block(self, block: Block) -> None:
        self._measured.add(block.get(MOTION), self._context.executor)

    def save(self, journal: Journal) -> None:
        journal.keep("tally", self._measured.columns())

    def load(self, journal: Journal) -> None:
        self._measured.go_on_from(journal.read("tally"))

    def close(self, whole: Whole) -> Metrics:
        found = self._measured.finish()
        whole.write(COVERAGE, coverage_table(found))
        return {"coverage": _metrics(whole.context.scenario, found)}


def _metrics(scenario: Scenario, coverage: Coverage) -> dict[str, Any]:
    cell = np.array([not name for name in coverage.name])
    asked = scenario.settings(Asked)
    assert asked is not None
    return {
        "by": asked.platforms,
        "elevation_min_deg": asked.elevation_min_deg,
        "cells": _places(coverage, cell),
        "sites": _places(coverage, ~cell),
    }


def _places(coverage: Coverage, rows: NDArray[np.bool_]) -> dict[str, Any] | None:
    if not rows.any():
        return None
    revisit_s = coverage.revisit_mean_s[rows]
    seen = np.isfinite(revisit_s)
    return {
        "places": int(np.count_nonzero(rows)),
        "coverage_fraction_mean": float(coverage.coverage_fraction[rows].mean()),
        "coverage_fraction_min": float(coverage.coverage_fraction[rows].min()),
        "in_view_mean": float(coverage.in_view_mean[rows].mean()),
        "in_view_min": int(coverage.in_view_min[rows].min()),
        "in_view_max": int(coverage.in_view_max[rows].max()),
        "longest_gap_s": float(coverage.longest_gap_s[rows].max()),
        "revisit_mean_s": float(revisit_s[seen].mean()) if seen.any() else None,
        "response_time_mean_s": float(coverage.response_time_mean_s[rows].mean()),
        "passes_per_day_mean": float(coverage.passes_per_day[rows].mean()),
        "never_covered": int(np.count_nonzero(coverage.coverage_fraction[rows] == 0)),
    }


STAGE = CoverageStage()

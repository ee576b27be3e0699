/// How much of the time places are in view.
import { quantity, significant } from "../../words/quantities.ts";
import type { Shown } from "../shown.ts";

interface Places {
  places: number;
  coverage_fraction_mean: number | null;
  longest_gap_s: number | null;
}

interface CoverageFigures {
  elevation_min_deg: number;
  cells: Places | null;
  sites: Places | null;
}

export const shown: Shown = {
  tiles(known) {
    const coverage = known["coverage"] as CoverageFigures | null | undefined;
    const covered = coverage?.cells ?? coverage?.sites;
    if (!coverage || !covered) return [];
    const note = `mean of ${covered.places} ${coverage.cells ? "cells" : "sites"}, above ${coverage.elevation_min_deg}°`;
    return [
      { rank: 50, name: "Covered", value: quantity(covered.coverage_fraction_mean, "share"), note },
      { rank: 70, name: "Longest gap", value: quantity(covered.longest_gap_s, "delay"), note: "of any place" },
    ];
  },
  spreads: [
    {
      rank: 20,
      table: "coverage",
      column: "coverage_fraction",
      factor: 100,
      title: () => "Coverage: share of time a place is in view",
      xName: "share of time",
      yName: "share of places",
      xText: (share) => `${significant(share)} %`,
      lacking: <>Neither run has coverage: add <code>[coverage]</code>.</>,
    },
  ],
};

/// How many pairs have a route, and how late it is.
import { quantile, timeTicks } from "../../chart/distribution.ts";
import { courseOf } from "../../state/courses.ts";
import { valueAt, type Series } from "../../state/meetings.ts";
import { run } from "../../state/runs.ts";
import { quantity } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import type { Shown, Tile } from "../shown.ts";
import { Delays } from "./delays.tsx";

interface RouteFigures {
  pairs: number;
  share_reachable: number | null;
  delay_median_s: number | null;
  delay_p95_s: number | null;
}

/// A snapshot a value.
interface Courses {
  reachable?: Series;
  delay?: Series;
}

// Each of several [[routes]] has its own step: the first one's course stands for the run.
const courses = courseOf("route_snapshots", ["time_s", "reachable", "pairs", "delay_median_s", "route"], (every): Courses => {
  const rows = every.filter(([, , , , route]) => route === 0);
  const time = rows.map(([t_s]) => t_s!);
  return {
    reachable: { time, value: rows.map(([, n, of]) => n! / of!) },
    delay: { time, value: rows.map(([, , , delay_s]) => delay_s!) },
  };
});

export function tiles(routes: RouteFigures[] | null | undefined, { reachable, delay }: Courses, t_s: number): Tile[] {
  const route = routes?.[0];
  if (!route) return [];
  const now = (series: Series | undefined) => (series ? valueAt(series, t_s) : null);
  return [
    {
      rank: 10,
      name: "Pairs with a route",
      value: quantity(now(reachable) ?? route.share_reachable, "share"),
      note: `of ${quantity(route.pairs, "1").text} pairs`,
      series: reachable,
    },
    {
      rank: 11,
      name: "Median delay",
      value: quantity(now(delay) ?? route.delay_median_s, "delay"),
      note: `95 % below ${lasting(route.delay_p95_s ?? NaN)}`,
      series: delay,
    },
  ];
}

export const shown: Shown = {
  tiles: (known, t_s) => tiles(known["routes"] as RouteFigures[] | undefined, courses.value ?? {}, t_s),
  spreads: [
    {
      rank: 10,
      table: "route_statistics",
      column: "delay_median_s",
      factor: 1,
      title: (runs) => `Median delay of a pair: ${medians(runs)}`,
      xName: "one way",
      yName: "share of pairs",
      xText: lasting,
      xTicks: timeTicks,
      lacking: <>Neither run has routes: add <code>[[routes]]</code> for delays.</>,
    },
  ],
  pictures: [
    {
      rank: 10,
      name: "delay matrix",
      there: () => run.value?.questions.includes("matrix") ?? false,
      View: Delays,
      more: <>For routes and delays add <code>[[routes]]</code> to the scenario and run it again.</>,
    },
  ],
};

function medians(runs: readonly { name: string; values: readonly number[] }[]): string {
  return runs
    .filter(({ values }) => values.length > 0)
    .map(({ name, values }) => `${lasting(quantile(values, 0.5))} (${name})`)
    .join(", ");
}

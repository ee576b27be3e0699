/// Four key figures: what the run computed, with its course where there is a series of it.
import { computed, effect, signal, untracked } from "@preact/signals";
import { Sparkline } from "../../chart/sparkline.tsx";
import * as api from "../../state/api.ts";
import { calm_s } from "../../state/clock.ts";
import type { Figures } from "../../state/figures.ts";
import { inForce, meetingsAt, valueAt, type Series } from "../../state/meetings.ts";
import { figures, run, runId, scene } from "../../state/runs.ts";
import { quantity, type Quantity } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";

export interface Tile {
  name: string;
  value: Quantity;
  /// What it refers to.
  note: string;
  series?: Series;
}

const TILES = 4;
const COUNTED = 240;
const PAGE = 2000;
const FLOWS_MAX = 20_000;

/// Of all pairs and rules together, a snapshot a value.
export interface Courses {
  reachable?: Series;
  delay?: Series;
  carried?: Series;
}

const courses = signal<Courses>({});
effect(() => {
  const info = run.value;
  untracked(() => (courses.value = {}));
  if (info && !info.problem) void readCourses(info);
});

async function readCourses(info: api.RunInfo): Promise<void> {
  const found: Courses = {};
  if (info.tables["route_snapshots"]) {
    // Each of several [[routes]] has its own step: the first one's course stands for the run.
    const rows = (await numbers(info, "route_snapshots", ["time_s", "reachable", "pairs", "delay_median_s", "route"])).filter(([, , , , route]) => route === 0);
    const time = rows.map(([t]) => t!);
    found.reachable = { time, value: rows.map(([, n, of]) => n! / of!) };
    found.delay = { time, value: rows.map(([, , , delay]) => delay!) };
  }
  if ((info.tables["flow_rates"] ?? Infinity) <= FLOWS_MAX) {
    found.carried = summed(await numbers(info, "flow_rates", ["time_s", "rate_bps"]));
  }
  if (info.id === runId.value) courses.value = found;
}

async function numbers(info: api.RunInfo, table: string, columns: string[]): Promise<number[][]> {
  const rows: number[][] = [];
  try {
    for (let offset = 0; offset < (info.tables[table] ?? 0); offset += PAGE) {
      const page = await api.table(info.id, table, { columns, offset, limit: PAGE });
      rows.push(...page.rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell : NaN))));
    }
  } catch {
    // The figure stands without its course.
    return [];
  }
  return rows;
}

export function summed(rows: readonly number[][]): Series {
  const sums = new Map<number, number>();
  for (const [t_s, value] of rows) sums.set(t_s!, (sums.get(t_s!) ?? 0) + value!);
  const time = [...sums.keys()].sort((a, b) => a - b);
  return { time, value: time.map((t_s) => sums.get(t_s)!) };
}

/// The four that tell most of what there is. Pure, so that it can be tested.
export function tilesOf(
  known: Figures,
  { reachable, delay, carried }: Courses,
  meetings: { now: number; course: Series } | null,
  t_s: number,
): Tile[] {
  const now = (series: Series | undefined | null) => (series ? valueAt(series, t_s) : null);
  const route = known.routes?.[0];
  const covered = known.coverage?.cells ?? known.coverage?.sites;
  const tiles: (Tile | null | undefined)[] = [
    route && {
      name: "Pairs with a route",
      value: quantity(now(reachable) ?? route.share_reachable, "share"),
      note: `of ${quantity(route.pairs, "1").text} pairs`,
      series: reachable,
    },
    route && {
      name: "Median delay",
      value: quantity(now(delay) ?? route.delay_median_s, "delay"),
      note: `95 % below ${lasting(route.delay_p95_s ?? NaN)}`,
      series: delay,
    },
    known.flows && {
      name: "Carried",
      value: quantity(now(carried) ?? known.flows.carried_mean_bps, "bit/s"),
      note: `${quantity(known.flows.share_served, "share").text} % of the demand`,
      series: carried,
    },
    known.deliveries && {
      name: "Delivered",
      value: quantity(known.deliveries.share_delivered, "share"),
      // The share is of these, not of all that were generated.
      note: `of ${quantity(known.deliveries.observed ?? known.deliveries.generated, "1").text} messages watched to their end, half within ${lasting(known.deliveries.delay_p50_s ?? NaN)}`,
    },
    {
      name: "In contact",
      value: { text: quantity(meetings?.now, "1").text, unit: meetings?.now === 1 ? "pair" : "pairs" },
      note: `${quantity(known.contacts?.total, "1").text} contacts in all`,
      series: meetings?.course,
    },
    covered && {
      name: "Covered",
      value: quantity(covered.coverage_fraction_mean, "share"),
      note: `mean of ${covered.places} ${known.coverage?.cells ? "cells" : "sites"}, above ${known.coverage?.elevation_min_deg}°`,
    },
    {
      name: "Platforms",
      value: quantity(known.platforms?.total, "1"),
      note: layers(known.platforms?.by_layer ?? {}),
    },
    covered
      ? { name: "Longest gap", value: quantity(covered.longest_gap_s, "delay"), note: "of any place" }
      : { name: "Median contact", value: quantity(known.contacts?.median_s, "delay"), note: "from rise to set" },
  ];
  return tiles.filter((tile): tile is Tile => Boolean(tile)).slice(0, TILES);
}

function layers(count: Record<string, number>): string {
  return Object.entries(count)
    .filter(([, members]) => members > 0)
    .map(([layer, members]) => `${quantity(members, "1").text} ${layer.replace("_", " ")}`)
    .join(", ");
}

const course = computed(() => (scene.value ? inForce(scene.value, COUNTED) : null));
const meetings = computed(() =>
  scene.value && course.value ? { now: meetingsAt(scene.value, calm_s.value).length, course: course.value } : null,
);
const tiles = computed(() =>
  figures.value ? tilesOf(figures.value, courses.value, meetings.value, calm_s.value) : [],
);

export function Tiles() {
  return (
    <dl class="tiles" aria-label="Key figures">
      {tiles.value.map((tile, k) => (
        <div class="tile" key={tile.name}>
          <dt>{tile.name}</dt>
          <dd>
            <span class="tile-value mono">{tile.value.text}<small>{tile.value.unit}</small></span>
            <Course at={k} />
            <span class="tile-note">{tile.note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const series = Array.from({ length: TILES }, (_, k) => computed(() => tiles.value[k]?.series ?? null));

function Course({ at }: { at: number }) {
  return <Sparkline series={series[at]!} />;
}

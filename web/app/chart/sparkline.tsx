/// A small line of a real series over the time that it covers, with the moment marked.
import { useComputed, type ReadonlySignal } from "@preact/signals";
import { calm_s } from "../state/clock.ts";
import { same } from "./alike.ts";
import type { Series } from "../state/meetings.ts";

const WIDTH = 100;
const HEIGHT = 24;

/// The series as a path in a box; gaps where it has no value. Nothing where its values are alike.
export function pathOf(series: Series): string {
  const { time, value } = series;
  const known = value.filter(Number.isFinite);
  if (same(known, String)) return "";
  const low = known.reduce((least, each) => Math.min(least, each), Infinity);
  const high = known.reduce((most, each) => Math.max(most, each), -Infinity);
  const y = (v: number) => 2 + (HEIGHT - 4) * (1 - (v - low) / (high - low));
  let pen = "M";
  let path = "";
  value.forEach((v, k) => {
    if (Number.isFinite(v)) path += `${pen}${placeOf(series, time[k]!).toFixed(2)} ${y(v).toFixed(2)}`;
    pen = Number.isFinite(v) ? "L" : "M";
  });
  return path;
}

function placeOf({ time }: Series, t_s: number): number {
  const [first = 0, last = 0] = [time[0], time.at(-1)];
  return (WIDTH * (t_s - first)) / (last - first || 1);
}

export function Sparkline({ series }: { series: ReadonlySignal<Series | null> }) {
  const path = useComputed(() => (series.value ? pathOf(series.value) : ""));
  const now = useComputed(() => (series.value ? placeOf(series.value, calm_s.value) : 0));
  if (series.value === null) return null;
  if (path.value === "") return <span class="spark-alike">{series.value.value.some(Number.isFinite) ? "the same throughout" : "no value at any time"}</span>;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <line class="spark-now" x1={now} x2={now} y1={0} y2={HEIGHT} />
      <path d={path} />
    </svg>
  );
}

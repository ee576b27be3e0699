/// A small line of a real series over the run, with the moment marked.
import { useComputed, type ReadonlySignal } from "@preact/signals";
import { calm_s, end_s } from "../state/clock.ts";
import type { Series } from "../state/meetings.ts";

const WIDTH = 100;
const HEIGHT = 24;

/// The series as a path in a box; gaps where it has no value.
export function pathOf({ time, value }: Series, end: number): string {
  const known = value.filter(Number.isFinite);
  const low = known.reduce((least, each) => Math.min(least, each), Infinity);
  const high = known.reduce((most, each) => Math.max(most, each), -Infinity);
  const y = (v: number) => (high > low ? 2 + (HEIGHT - 4) * (1 - (v - low) / (high - low)) : HEIGHT / 2);
  let pen = "M";
  let path = "";
  value.forEach((v, k) => {
    if (Number.isFinite(v)) path += `${pen}${((WIDTH * time[k]!) / (end || 1)).toFixed(2)} ${y(v).toFixed(2)}`;
    pen = Number.isFinite(v) ? "L" : "M";
  });
  return path;
}

export function Sparkline({ series }: { series: ReadonlySignal<Series | null> }) {
  const path = useComputed(() => (series.value ? pathOf(series.value, end_s.value) : ""));
  const now = useComputed(() => (WIDTH * calm_s.value) / (end_s.value || 1));
  if (path.value === "") return null;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <line class="spark-now" x1={now} x2={now} y1={0} y2={HEIGHT} />
      <path d={path} />
    </svg>
  );
}

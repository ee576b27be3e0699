/// What was measured, and what of it was known when.
import type { Point } from "../../chart/distribution.ts";

export const KEY = "observations";

/// Key figures of a datastream.
export interface Stream {
  rule: number;
  name: string;
  source: string;
  unit: string;
  devices: number;
  samples: number;
  expected: number;
  arrived: number;
  completeness: number | null;
  delay_p50_s: number | null;
  delay_p95_s: number | null;
  age_mean_s: number | null;
  silent_devices: number;
}

/// What is known of each device; the least complete first.
export interface Devices {
  platform: string[];
  latest_s: (number | null)[];
  latest_result: (number | null)[];
  notes: string[];
}

/// Observations of a device in order of phenomenon time.
export interface Series {
  phenomenon_s: number[];
  received_s: number[];
  result: number[];
  quality: number[];
  notes: string[];
}

/// The datastreams of a run; none where it has no observations.
export function streamsOf(figures: Record<string, unknown> | null): Stream[] {
  const found = figures?.[KEY];
  return Array.isArray(found) ? (found as Stream[]) : [];
}

/// Of the width of a chart: arrivals nearer to each other cannot be told apart.
const STEPS = 500;

/// What was the freshest known value, as a line of steps up to the run's end. Readings of hours come
/// down in one pass: of arrivals that cannot be told apart the last counts.
export function known({ phenomenon_s, received_s, result }: Series, end_s: number): Point[] {
  const order = received_s.map((_, k) => k).sort((a, b) => received_s[a]! - received_s[b]! || a - b);
  const arrivals: Point[] = [];
  const step = (t_s: number) => Math.floor((STEPS * t_s) / end_s);
  let freshest_s = -Infinity;
  for (const k of order) {
    if (phenomenon_s[k]! <= freshest_s) continue;
    freshest_s = phenomenon_s[k]!;
    const arrival = { x: received_s[k]!, y: result[k]! };
    const before = arrivals.at(-1);
    if (before && step(before.x) === step(arrival.x)) arrivals.pop();
    arrivals.push(arrival);
  }
  return arrivals.flatMap((each, k) => [each, { x: arrivals[k + 1]?.x ?? Math.max(end_s, each.x), y: each.y }]);
}

/// How old the freshest known value is at a moment; null where nothing is known.
export function age_s({ phenomenon_s, received_s }: Series, t_s: number): number | null {
  const there = phenomenon_s.filter((_, k) => received_s[k]! <= t_s);
  return there.length ? t_s - Math.max(...there) : null;
}

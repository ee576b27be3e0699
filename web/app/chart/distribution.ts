/// Shares and orders of numbers.

/// What a share of sorted values does not exceed; NaN of none.
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

export interface Point {
  x: number;
  y: number;
}

/// The share of sorted values up to each of them, thinned to about `count` points.
export function cumulative(sorted: readonly number[], count = 200): Point[] {
  if (sorted.length === 0) return [];
  const step = Math.max(1, Math.floor(sorted.length / count));
  const points: Point[] = [{ x: sorted[0]!, y: 0 }];
  for (let k = step - 1; k < sorted.length; k += step) points.push({ x: sorted[k]!, y: (k + 1) / sorted.length });
  const last = points.at(-1)!;
  if (last.y < 1) points.push({ x: sorted.at(-1)!, y: 1 });
  return points;
}

/// Round numbers for the ticks of an axis.
export function roundTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(raw));
  return ticksBy([1, 2, 5, 10].map((each) => each * size).find((each) => each >= raw) ?? 10 * size, low, high);
}

/// Minutes, hours and days do not divide by ten.
const STEPS_S = [10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000];

/// Round lengths of time for the ticks of an axis of seconds.
export function timeTicks(low_s: number, high_s: number, count: number): number[] {
  const raw_s = (high_s - low_s) / count;
  const step_s = raw_s > 5 ? STEPS_S.find((each) => each >= raw_s) : undefined;
  return step_s ? ticksBy(step_s, low_s, high_s) : roundTicks(low_s, high_s, count);
}

function ticksBy(step: number, low: number, high: number): number[] {
  if (!(high > low)) return [low];
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
}

/// Colours of numbers between two ends: one hue from dark to light, so that it reads without colour
/// as well.
const STOPS: [number, number, number][] = [
  [12, 36, 58],
  [20, 82, 120],
  [43, 127, 176],
  [111, 188, 224],
  [225, 243, 252],
];

export function heat(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const k = Math.min(Math.floor(at), STOPS.length - 2);
  const [a, b] = [STOPS[k]!, STOPS[k + 1]!];
  return `rgb(${a.map((from, i) => Math.round(from + (b[i]! - from) * (at - k))).join(" ")})`;
}

/// The ends of a scale that a few outliers do not stretch: the 2nd and 98th of a hundred.
export function scaleOf(values: readonly number[]): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(0.02), at(0.98)];
  return high > low ? [low, high] : [low, low + (Math.abs(low) || 1)];
}

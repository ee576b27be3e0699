/// What is said of a line in place of drawing it: where all its values read alike, a chart of it
/// would be a line along an axis.
import type { Point } from "./distribution.ts";

export type Text = (value: number) => string;

/// `100 % throughout`, or of a rising share `3.2 s for all` and `3.2 s for 98 %`; null where there is something to see.
export function alike(points: readonly Point[], xText: Text, yText: Text): string | null {
  const heights = points.map(({ y }) => y).filter(Number.isFinite);
  if (heights.length > 0 && same(heights, yText)) return `${yText(heights[0]!)} throughout`;
  const places = points.map(({ x }) => x).filter(Number.isFinite);
  if (places.length === 0 || !same(places, xText)) return null;
  const share = yText(heights.reduce((most, each) => Math.max(most, each), 0));
  return `${xText(places[0]!)} for ${share === yText(1) ? "all" : share}`;
}

/// Whether numbers cannot be told apart as they are shown.
export function same(values: readonly number[], text: Text): boolean {
  const low = values.reduce((least, each) => Math.min(least, each), Infinity);
  const high = values.reduce((most, each) => Math.max(most, each), -Infinity);
  return low === high || text(low) === text(high);
}

/// Two runs' key figures beside each other.
import { flat, type Figures, type Plain } from "../../state/figures.ts";

export interface Difference {
  path: string;
  one: Plain | undefined;
  other: Plain | undefined;
  /// Other less one; null where they are no numbers.
  change: number | null;
  /// Of the first; null where it is zero or no number.
  relative: number | null;
}

/// Curves are charts, and lists of what was busiest in a run are not the same things in another: they do not compare.
const NOT_COMPARED = /\.(busiest_links|fullest)\.|\.sources\.|\.targets\.|\.between\.|\.by\.|_curve_s\./;

export function differences(one: Figures, other: Figures): Difference[] {
  const [a, b] = [flat(one), flat(other)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => !NOT_COMPARED.test(path))
    .map((path) => {
      const [left, right] = [a.get(path), b.get(path)];
      const numbers = typeof left === "number" && typeof right === "number";
      const change = numbers ? right - left : null;
      return { path, one: left, other: right, change, relative: numbers && left !== 0 ? (right - left) / Math.abs(left) : null };
    })
    .filter(({ one, other }) => (one ?? null) !== null || (other ?? null) !== null);
}

/// Figures of what arrived alone, and the shares that say how much of all that is.
const SURVIVING = /^(delay|hops|stretch|extra|wait|age)_\w+$/;
const SURVIVED = ["share_reachable", "share_delivered", "share_lost", "share_served"];

/// The share beside which a figure of survivors is read; none where there is none.
export function survived(path: string, rows: readonly Difference[]): Difference | undefined {
  const end = path.lastIndexOf(".") + 1;
  if (!SURVIVING.test(path.slice(end))) return undefined;
  const beside = SURVIVED.map((share) => rows.find((row) => row.path === path.slice(0, end) + share));
  return beside.find((row) => row !== undefined);
}

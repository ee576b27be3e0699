/// Numbers with units as people read them. Tables and files keep SI; here metres become kilometres,
/// one unit a column, so that numbers below each other can be compared. Lengths of time differ by
/// more than any one unit can show: each has its own.
import { lasting, secondsOf } from "./time.ts";

export interface Quantity {
  text: string;
  unit: string;
}

/// How a column's numbers are shown: multiplied by `factor`, with `digits` after the point; or, as
/// `lasts` says, as lengths of time with units of their own.
export interface Measure {
  unit: string;
  factor: number;
  digits: number;
  lasts?: true;
}

const LARGE: [number, string][] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/// One number by itself, in the unit that suits its size.
export function quantity(value: number | null | undefined, unit: string): Quantity {
  if (value === null || value === undefined || !Number.isFinite(value)) return { text: "—", unit: "" };
  if (unit === "bit/s" || unit === "bit") {
    const [scale, prefix] = LARGE.find(([size]) => Math.abs(value) >= size) ?? [1, ""];
    return { text: significant(value / scale), unit: `${prefix}${unit}` };
  }
  if (unit === "m") {
    return Math.abs(value) >= 1000
      ? { text: significant(value / 1000), unit: "km" }
      : { text: significant(value), unit: "m" };
  }
  if (unit === "delay") return lastingQuantity(value);
  if (unit === "share") return { text: percent(value), unit: "%" };
  return { text: significant(value), unit: unit === "1" ? "" : unit };
}

/// A length of time, its last unit apart: `8 h 35` and `min`.
function lastingQuantity(value_s: number): Quantity {
  const words = lasting(value_s);
  const at = words.lastIndexOf(" ");
  return { text: words.slice(0, at), unit: words.slice(at + 1) };
}

/// An amount of data: `1.44 MB`.
export function amount(value_bytes: number): string {
  const [scale, prefix] = LARGE.find(([size]) => Math.abs(value_bytes) >= size) ?? [1, ""];
  return `${significant(value_bytes / scale)} ${prefix}B`;
}

/// A share in per cent; what is not quite all must not read as all, nor a little as nothing.
export function percent(share: number): string {
  const value = share * 100;
  if (value > 99.95 && value < 100) return value > 99.995 ? ">99.99" : value.toFixed(2);
  if (value > 0 && value < 0.005) return "<0.01";
  return trimZeros(value.toFixed(value >= 99 || value < 1 ? 2 : 1));
}

/// Three to four figures, grouped in threes: `1 584`, `61.4`, `0.032`.
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 && !Number.isInteger(value)) return grouped(Math.round(value));
  if (Number.isInteger(value)) return grouped(value);
  if (size >= 1000) return grouped(Math.round(value));
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  return size < 1e-4 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/// Thin spaces between thousands, as SI writes them.
export function grouped(value: number, digits = 0): string {
  const [whole, rest] = value.toFixed(digits).split(".");
  const spaced = whole!.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
  return (rest ? `${spaced}.${rest}` : spaced).replace("-", "\u2212");
}

/// How to show a table's column, from its name and its unit.
export function measureOf(name: string, unit: string): Measure {
  if (unit === "m") return { unit: "km", factor: 1e-3, digits: name.startsWith("altitude") ? 2 : 1 };
  if (unit === "m/s") return { unit, factor: 1, digits: 1 };
  if (unit === "bit/s") return { unit: "Mbit/s", factor: 1e-6, digits: 3 };
  if (unit === "s") return isMoment(name) ? { unit, factor: 1, digits: 1 } : { unit: "", factor: 1, digits: 1, lasts: true };
  if (unit === "1" && /^(share|utilisation)/.test(name)) return { unit: "%", factor: 100, digits: 1 };
  if (unit === "deg") return { unit: "°", factor: 1, digits: 2 };
  if (unit === "dB" || unit === "dBHz") return { unit, factor: 1, digits: 1 };
  if (unit === "J") return { unit, factor: 1, digits: 3 };
  if (unit === "Hz" || unit === "Hz/s") return { unit, factor: 1, digits: 0 };
  return { unit: unit === "1" ? "" : unit, factor: 1, digits: 2 };
}

/// How to show a column of rates of which this is the largest.
export function measureOfRates(largest_bps: number): Measure {
  const [scale, prefix] = LARGE.find(([size]) => largest_bps >= size) ?? [1, ""];
  return { unit: `${prefix}bit/s`, factor: 1 / scale, digits: 2 };
}

/// Whether seconds count from the run's start, and are no length of time.
function isMoment(name: string): boolean {
  return /(^|_)(time|start|end|culmination|created|sent|received|delivered|from|to)_s$/.test(name);
}

/// A column's name without the unit that its header states anyway: `elevation_max_deg` to
/// `elevation max`.
export function heading(name: string): string {
  return name
    .replace(/_(m_s|hz_s|bps|dbhz|deg|per_h|m|s|db|hz|j|wh|w)$/, (unit) => (unit === "_per_h" ? " rate" : ""))
    .replaceAll("_", " ");
}

export function measured(value: number, { factor, digits, lasts }: Measure): string {
  if (lasts) return lasting(value);
  const scaled = value * factor;
  if (Number.isInteger(value) && factor === 1) return grouped(scaled);
  // A little is not told as nothing.
  const little = scaled !== 0 && Math.abs(scaled) < 10 ** -digits;
  return little ? significant(scaled) : grouped(scaled, digits);
}

/// The other way round: the table's number of what a reader wrote; null where that is none.
export function meant(text: string, { factor, lasts }: Measure): number | null {
  if (lasts) return secondsOf(text);
  const number = Number(text);
  // Twelve figures: what the factor's binary fraction adds must not make 0.3 km miss 300 m.
  return text.trim() !== "" && Number.isFinite(number) ? Number((number / factor).toPrecision(12)) : null;
}

function trimZeros(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
}

/// Moments and lengths of time in words. The run's clock counts seconds from its start; what people
/// read is UTC.

/// Milliseconds since 1970 of a moment of the run.
export function moment_ms(start: string, t_s: number): number {
  return Date.parse(start) + t_s * 1000;
}

/// `04:04:00`
export function utcClock(start: string, t_s: number): string {
  return iso(start, t_s).slice(11, 19);
}

/// `2026-07-01`
export function utcDate(start: string, t_s: number): string {
  return iso(start, t_s).slice(0, 10);
}

/// `07-01`, for the ends of long axes.
export function utcDay(start: string, t_s: number): string {
  return iso(start, t_s).slice(5, 10);
}

function iso(start: string, t_s: number): string {
  // Half a millisecond forgives float32 times that lie just below a full second.
  const date = new Date(moment_ms(start, t_s) + 0.5);
  return Number.isNaN(date.getTime()) ? "0000-00-00T--:--:--" : date.toISOString();
}

/// `T+01:04:00`, with days where there are any: `T+2d 03:00:00`.
export function sinceStart(t_s: number): string {
  const whole = Math.floor(t_s + 5e-4);
  const days = Math.floor(whole / 86_400);
  const rest = whole - days * 86_400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  return `T+${days > 0 ? `${days}d ` : ""}${clock.map((part) => String(part).padStart(2, "0")).join(":")}`;
}

const LARGE: [number, string][] = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
const SMALL: [number, string][] = [[1e6, "µs"], [1e3, "ms"]];

/// A length of time in its two greatest units: `8 h 35 min`, `42 s`, `3.2 s`, `71.4 ms`. Reports do
/// the same: src/skyweft/world/lasting.py.
export function lasting(seconds: number): string {
  if (!Number.isFinite(seconds)) return "—";
  const size = Math.abs(seconds);
  return (seconds < 0 ? "\u2212" : "") + (size >= 1 ? split(size) : small(size));
}

/// Less than a second; what rounds up to one is one.
function small(seconds: number): string {
  if (seconds < 5e-10) return seconds > 0 ? "<1 ns" : "0 s";
  for (const [factor, unit] of SMALL) {
    const text = three(seconds * factor);
    if (Number(text) < 1000) return `${text} ${unit}`;
  }
  return "1 s";
}

/// Three figures, down to a thousandth.
function three(value: number): string {
  return trimmed(value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3));
}

function trimmed(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
}

function split(seconds: number): string {
  if (seconds < 9.95) return `${trimmed(seconds.toFixed(1))} s`;
  // Of what is shown the lesser unit is rounded, and may fill the greater one.
  const least_s = seconds >= 86_370 ? 3600 : seconds >= 3599.5 ? 60 : 1;
  let left = Math.floor(seconds / least_s + 0.5) * least_s;
  const parts: string[] = [];
  for (const [size_s, unit] of LARGE) {
    const count = Math.floor(left / size_s);
    left -= count * size_s;
    if (count > 0) parts.push(`${thousands(count)} ${unit}`);
  }
  return parts.join(" ");
}

function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

const SECONDS: Record<string, number> = { d: 86_400, h: 3600, min: 60, s: 1, ms: 1e-3, "µs": 1e-6, us: 1e-6, ns: 1e-9 };

/// What people write for a length of time, in seconds: `8 h 35 min`, `3.2 s`, or a bare number of
/// them; null for anything else.
export function secondsOf(text: string): number | null {
  const words = text.trim().replace("\u2212", "-").replace(/[\u202f,](?=\d{3})/g, "");
  const rest = words.replace(/^-\s*/, "");
  const parts = /^[\d.]+$/.test(rest) ? [["", rest, "s"]] : [...rest.matchAll(/([\d.]+)\s*(min|ms|µs|us|ns|d|h|s)/g)];
  const known = /^([\d.]+|([\d.]+\s*(min|ms|µs|us|ns|d|h|s)\s*)+)$/.test(rest);
  const sum = parts.reduce((total, [, count, unit]) => total + Number(count) * SECONDS[unit!]!, 0);
  return known && Number.isFinite(sum) ? (rest === words ? sum : -sum) : null;
}

/// A moment for a table's cell: to the second, without the year where that is the run's own.
export function brief(utc: string, start: string): string {
  const text = utc.replace("T", " ").slice(0, 19);
  return start.length >= 5 && text.startsWith(start.slice(0, 5)) ? text.slice(5) : text;
}

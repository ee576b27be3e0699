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

/// A length of time in its two greatest units: `42 s`, `9 min 15 s`, `2 h 5 min`, `1 d`.
export function lasting(seconds: number): string {
  if (!Number.isFinite(seconds)) return "—";
  if (seconds > 0 && seconds < 1) return `${trimmed((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 10) return `${trimmed(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

function trimmed(number: string): string {
  return number.replace(/\.0$/, "");
}

/// The axis of time: what part of the run is shown, where a moment lies, where ticks stand.

export interface Span {
  from_s: number;
  to_s: number;
}

export interface Tick {
  t_s: number;
  /// Begins a day of UTC.
  day: boolean;
}

const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 1_209_600, 2_592_000,
];
/// No closer look than this.
const SPAN_MIN_S = 10;

export function lengthOf({ from_s, to_s }: Span): number {
  return to_s - from_s;
}

/// Where a moment lies, as a share of the axis.
export function shareOf(span: Span, t_s: number): number {
  return (t_s - span.from_s) / (lengthOf(span) || 1);
}

export function timeAt(span: Span, share: number): number {
  return span.from_s + share * lengthOf(span);
}

/// Ticks at round moments of UTC, at most `count` of them.
export function ticks(span: Span, count: number, start_ms: number): Tick[] {
  const step_s = STEPS_S.find((step) => lengthOf(span) / step <= count) ?? STEPS_S.at(-1)!;
  const offset_s = (start_ms / 1000) % 86_400;
  const first = Math.ceil((span.from_s + offset_s) / step_s) * step_s - offset_s;
  const found: Tick[] = [];
  for (let t_s = first; t_s <= span.to_s + 1e-6; t_s += step_s) {
    found.push({ t_s, day: (t_s + offset_s) % 86_400 === 0 });
  }
  return found;
}

/// A closer (`factor` below 1) or wider look that keeps `at_s` in its place, within the run.
export function zoomed(span: Span, factor: number, at_s: number, end_s: number): Span {
  const length_s = Math.min(Math.max(lengthOf(span) * factor, Math.min(SPAN_MIN_S, end_s)), end_s);
  return within(at_s - shareOf(span, at_s) * length_s, length_s, end_s);
}

export function panned(span: Span, by_s: number, end_s: number): Span {
  return within(span.from_s + by_s, lengthOf(span), end_s);
}

/// The span moved so that it shows a moment; the same one where it does already.
export function showing(span: Span, t_s: number, end_s: number): Span {
  if (span.from_s <= t_s && t_s <= span.to_s) return span;
  return within(t_s - 0.1 * lengthOf(span), lengthOf(span), end_s);
}

function within(from_s: number, length_s: number, end_s: number): Span {
  const from = Math.min(Math.max(0, from_s), end_s - length_s);
  return { from_s: from, to_s: from + length_s };
}

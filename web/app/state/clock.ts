/// The moment that is shown, and how it moves.
import { computed, signal } from "@preact/signals";

export const SPEEDS = [1, 10, 30, 60, 120, 300, 600, 1800, 3600] as const;

/// Seconds from the run's start.
export const time_s = signal(0);
export const playing = signal(false);
/// Seconds of the run in a second.
export const speed = signal<number>(60);
/// Where the run's data end.
export const end_s = signal(0);
/// What one press of an arrow key moves.
export const step_s = signal(60);
/// The time to a quarter of a second of the reader's, for what is dear to compute.
export const calm_s = signal(0);

const CALM_MS = 250;
let calm_ms = -Infinity;
let frame = 0;
let last_ms = 0;

export const atEnd = computed(() => time_s.value >= end_s.value);

export function setTime(t_s: number): void {
  if (!Number.isFinite(t_s)) return;
  time_s.value = Math.min(Math.max(0, t_s), end_s.value);
  if (!playing.value) calm_s.value = time_s.value;
}

/// To the next whole step, or the one before.
export function stepBy(count: number): void {
  setTime(stepped(time_s.value, step_s.value, count));
}

export function stepped(t_s: number, step: number, count: number): number {
  // A step's end is kept within a millionth, so that 0.1 + 0.2 counts as 0.3.
  const at = t_s / step;
  const whole = count > 0 ? Math.floor(at + 1e-6) : Math.ceil(at - 1e-6);
  return (whole + count) * step;
}

export function faster(count: number): void {
  const at = SPEEDS.findIndex((each) => each >= speed.value);
  speed.value = SPEEDS[Math.min(Math.max(0, at + count), SPEEDS.length - 1)]!;
}

export function play(on: boolean): void {
  if (on === playing.value) return;
  if (on && atEnd.value) setTime(0);
  playing.value = on;
  cancelAnimationFrame(frame);
  last_ms = performance.now();
  if (on) frame = requestAnimationFrame(tick);
  else calm_s.value = time_s.value;
}

function tick(now_ms: number): void {
  // A page in the background gets no frames: what it missed must not be made up in one leap.
  const passed_s = Math.min(0.5, (now_ms - last_ms) / 1000);
  last_ms = now_ms;
  setTime(time_s.value + passed_s * speed.value);
  if (now_ms - calm_ms > CALM_MS) {
    calm_ms = now_ms;
    calm_s.value = time_s.value;
  }
  if (atEnd.value) play(false);
  else frame = requestAnimationFrame(tick);
}

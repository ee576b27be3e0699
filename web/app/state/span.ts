/// Which part of the run the axis shows: shared by the slider and the charts above one another.
import { computed, effect, signal, untracked } from "@preact/signals";
import * as scale from "../axis/scale.ts";
import { end_s, playing, time_s } from "./clock.ts";

/// Null: all of the run.
const chosen = signal<scale.Span | null>(null);

export const span = computed<scale.Span>(() => chosen.value ?? { from_s: 0, to_s: end_s.value });
export const isWhole = computed(() => chosen.value === null);
/// Where on the axis the moment lies.
export const nowShare = computed(() => scale.shareOf(span.value, time_s.value));
/// What the scroll bar of the chart takes from the axis, so that the slider leaves it free as well.
export const scrollbar_px = signal(0);

export function zoom(factor: number, at_s: number = time_s.peek()): void {
  set(scale.zoomed(span.peek(), factor, at_s, end_s.peek()));
}

export function pan(by_s: number): void {
  set(scale.panned(span.peek(), by_s, end_s.peek()));
}

export function showAll(): void {
  chosen.value = null;
}

/// Null, or what is not within the run: all of it.
export function setSpan(wanted: scale.Span | null): void {
  const fits = wanted && 0 <= wanted.from_s && wanted.from_s < wanted.to_s && wanted.to_s <= end_s.peek();
  if (fits) set(wanted);
  else showAll();
}

function set(wanted: scale.Span): void {
  chosen.value = scale.lengthOf(wanted) >= end_s.peek() ? null : wanted;
}

/// While it plays, the axis turns the page when the moment leaves it.
effect(() => {
  const t_s = time_s.value;
  untracked(() => {
    if (chosen.value && playing.value) set(scale.showing(chosen.value, t_s, end_s.value));
  });
});

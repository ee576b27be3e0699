/// The address of the page says what is seen, so that it can be sent to somebody or marked:
/// `#view=timeline&run=1&t=3600&platform=Beijing&camera=116.4,30,3.2`.
import { effect, signal } from "@preact/signals";
import type { Camera } from "../../globe/index.ts";
import { FIRST, PLACES } from "../views/places.ts";
import { playing, setTime, time_s } from "./clock.ts";
import { openRun, runId, runs } from "./runs.ts";
import { isWhole, setSpan, span } from "./span.ts";
import { fields, selected, subjectIn, type Subject } from "./subject.ts";

export const view = signal(FIRST);
/// Where the camera stands; null until somebody moved it.
export const camera = signal<Camera | null>(null);
/// The camera that an address asked for: the globe takes it once.
export const cameraAsked = signal<Camera | null>(null);

export interface Place {
  view: string;
  run: number;
  t_s: number;
  subject: Subject | null;
  camera: Camera | null;
  span: { from_s: number; to_s: number } | null;
}

export function readPlace(hash: string): Place {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const asked = words.get("view") ?? FIRST;
  const [from_s, to_s] = numbers(words.get("span"), 2) ?? [];
  const [longitude_deg, latitude_deg, distance] = numbers(words.get("camera"), 3) ?? [];
  return {
    view: PLACES.has(asked) ? asked : FIRST,
    run: whole(words.get("run")),
    t_s: Math.max(0, numbers(words.get("t"), 1)?.[0] ?? 0),
    subject: subjectIn(words),
    camera: distance === undefined ? null : { longitude_deg: longitude_deg!, latitude_deg: latitude_deg!, distance },
    span: to_s === undefined ? null : { from_s: from_s!, to_s },
  };
}

export function writePlace(place: Place): string {
  const words = new URLSearchParams({ view: place.view });
  if (place.run > 0) words.set("run", String(place.run));
  words.set("t", rounded(place.t_s, 1));
  fields(place.subject).forEach(([key, value]) => words.set(key, value));
  if (place.span) words.set("span", [place.span.from_s, place.span.to_s].map((t) => rounded(t, 1)).join());
  if (place.camera) {
    const { longitude_deg, latitude_deg, distance } = place.camera;
    words.set("camera", [rounded(longitude_deg, 2), rounded(latitude_deg, 2), rounded(distance, 3)].join());
  }
  // Commas need no escape in a fragment, and the address is read by people.
  return `#${words.toString().replaceAll("%2C", ",")}`;
}

function numbers(text: string | null, count: number): number[] | null {
  const found = text?.split(",").map(Number) ?? [];
  return text && found.length === count && found.every(Number.isFinite) ? found : null;
}

function whole(text: string | null): number {
  return text && /^\d{1,4}$/.test(text) ? Number(text) : 0;
}

function rounded(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/// Go where an address says; a run that is not there is the first one.
export async function restore(hash: string, first = false): Promise<void> {
  const place = readPlace(hash);
  view.value = place.view;
  selected.value = place.subject;
  cameraAsked.value = camera.value = place.camera;
  const id = runs.value?.[place.run] ? place.run : 0;
  if (first || id !== runId.value) await openRun(id, place.t_s);
  else setTime(place.t_s);
  setSpan(place.span);
}

const WRITE_MS = 400;

/// Keep the address up with what is seen: a new entry of the history for a new view or run, else
/// the same one; browsers allow few changes a second.
export function follow(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let entry = `${view.value} ${runId.value}`;
  let own = location.hash;
  const write = () => {
    timer = undefined;
    const hash = writePlace({
      view: view.value,
      run: runId.value,
      t_s: time_s.value,
      subject: selected.value,
      camera: camera.value,
      span: isWhole.value ? null : span.value,
    });
    const now = `${view.value} ${runId.value}`;
    if (hash === location.hash) return;
    own = hash;
    if (now === entry) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
    entry = now;
  };
  effect(() => {
    void [view.value, runId.value, selected.value, camera.value, span.value, playing.value, time_s.value];
    if (timer === undefined) timer = setTimeout(write, WRITE_MS);
  });
  addEventListener("popstate", () => {
    if (location.hash === own) return;
    const { view: asked, run } = readPlace(location.hash);
    entry = `${asked} ${run}`;
    own = location.hash;
    void restore(location.hash);
  });
}

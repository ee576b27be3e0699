/// The run that is shown: its facts, its key figures and the piece of its scene at the time.
import { batch, computed, signal } from "@preact/signals";
import type { Scene } from "../../scene/index.ts";
import { stepsOf } from "../views/steps.ts";
import * as api from "./api.ts";
import { calm_s, end_s, play, setTime, step_s, time_s } from "./clock.ts";
import { figuresOf, type Figures } from "./figures.ts";

/// Null until the server has answered.
export const runs = signal<api.RunInfo[] | null>(null);
export const runId = signal(0);
export const figures = signal<Figures | null>(null);
/// Why something of the run is not there, in the server's words.
export const problems = signal<string[]>([]);

const pieces = signal<Scene[]>([]);
const PIECES_MAX = 3;
const BEFORE_S = 900;
let asked = 0;

export const run = computed(() => runs.value?.[runId.value] ?? null);
export const start = computed(() => pieces.value[0]?.start ?? run.value?.start ?? "");

/// The piece that covers the time, else the one that was shown last.
export const scene = computed<Scene | null>(() => {
  const t_s = calm_s.value;
  const [latest] = pieces.value;
  return pieces.value.find(({ from_s, to_s }) => from_s <= t_s && t_s <= to_s) ?? latest ?? null;
});
/// The piece that the run was opened with: the globe starts from it and fetches on by itself.
export const firstScene = signal<Scene | null>(null);

/// Between two snapshots of what the run computed: a route or a load holds until the next.
export const snapshot_s = computed(() => stepsOf(scene.value)[0] ?? 60);

/// Rows of the scene's platforms by name.
export const rowOf = computed(() => new Map(scene.value?.platforms.name.map((name, row) => [name, row])));

export async function loadRuns(): Promise<void> {
  try {
    const found = await api.runs();
    problems.value = [];
    runs.value = found;
  } catch (error) {
    problems.value = [wordsOf(error)];
  }
}

/// Show a run at a time; what cannot be read is said and the rest is shown.
export async function openRun(id: number, t_s: number): Promise<void> {
  const ticket = ++asked;
  play(false);
  const info = runs.value?.[id];
  batch(() => {
    runId.value = id;
    figures.value = null;
    pieces.value = [];
    firstScene.value = null;
    problems.value = info?.problem ? [info.problem] : [];
    end_s.value = info?.simulated_s ?? info?.duration_s ?? 0;
    time_s.value = calm_s.value = 0;
    setTime(t_s);
  });
  if (!info || info.start === null) return;
  const [summary, first] = await Promise.allSettled([api.summary(id), api.scene(id, ...around(t_s))]);
  if (ticket !== asked) return;
  batch(() => {
    if (summary.status === "fulfilled") figures.value = figuresOf(summary.value);
    else complain(summary.reason);
    if (first.status === "fulfilled") take(first.value);
    else complain(first.reason);
    firstScene.value = first.status === "fulfilled" ? first.value : null;
    step_s.value = Math.min(...stepsOf(scene.value), 60);
  });
}

/// Fetch the piece that the globe asks for.
export async function morePieces(from_s: number, to_s: number): Promise<Scene> {
  const ticket = asked;
  const found = await api.scene(runId.value, from_s, to_s);
  if (ticket === asked) take(found);
  return found;
}

/// A piece that begins a little before the time: few look only forwards.
function around(t_s: number): [number?] {
  return t_s > BEFORE_S ? [t_s - BEFORE_S] : [];
}

function take(piece: Scene): void {
  pieces.value = [piece, ...pieces.value].slice(0, PIECES_MAX);
}

function complain(error: unknown): void {
  const words = wordsOf(error);
  if (!problems.value.includes(words)) problems.value = [...problems.value, words];
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

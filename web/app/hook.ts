/// What tests may ask of the page: they wait for frames, never for a time.
import type { Camera } from "../globe/index.ts";
import { setTime, time_s } from "./state/clock.ts";
import { rowOf, scene } from "./state/runs.ts";
import { select, selected, type Subject } from "./state/subject.ts";
import { globe } from "./views/globe/pane.tsx";

export interface Hook {
  /// Frames of the globe so far; 0 without one.
  readonly frames: number;
  /// The globe has drawn its first frame.
  readonly ready: Promise<void>;
  readonly scriptMs: number;
  readonly time_s: number;
  setTime(t_s: number): void;
  /// ITRS metres at the moment, by number or by name, as the shader computes them.
  positionOf(platform: number | string): [number, number, number] | null;
  /// Beams in use at the moment, by name, with where their axes meet the ground, ITRS metres.
  spots(): { platform: string; towards: string; centre: [number, number, number] | null }[];
  readonly selected: Subject | null;
  readonly camera: Camera | null;
  select(subject: Subject | null): void;
}

export function giveHook(): void {
  const ready = new Promise<void>((resolve) => {
    const stop = globe.subscribe((made) => {
      if (!made) return;
      void made.ready.then(resolve);
      queueMicrotask(() => stop());
    });
  });
  const hook: Hook = {
    get frames() {
      return globe.value?.frames ?? 0;
    },
    get scriptMs() {
      return globe.value?.scriptMs ?? NaN;
    },
    get time_s() {
      return time_s.value;
    },
    get camera() {
      return globe.value?.camera() ?? null;
    },
    get selected() {
      return selected.value;
    },
    ready,
    setTime,
    select,
    spots() {
      globe.value?.setTime(time_s.value);
      const name = (row: number) => scene.value!.platforms.name[row]!;
      return (globe.value?.spots() ?? []).map(({ platform, towards, centre }) => ({
        platform: name(platform),
        towards: name(towards),
        centre,
      }));
    },
    positionOf(platform) {
      // The page tells the globe with the next frame.
      globe.value?.setTime(time_s.value);
      const row = typeof platform === "string" ? rowOf.value.get(platform) : platform;
      return row === undefined ? null : (globe.value?.positionOf(row) ?? null);
    },
  };
  Object.assign(window, { skyweft: hook });
}

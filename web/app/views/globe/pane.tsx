/// The globe within the page: made once a run, told of time and selection, asked for both.
import { effect, signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Camera, Globe, Selection } from "../../../globe/index.ts";
import type { Scene } from "../../../scene/index.ts";
import { camera, cameraAsked, view } from "../../state/address.ts";
import { time_s } from "../../state/clock.ts";
import { firstScene, morePieces, problems, rowOf, scene, wordsOf } from "../../state/runs.ts";
import { select, selected, type Subject } from "../../state/subject.ts";

export const globe = signal<Globe | null>(null);
export const followed = signal<string | null>(null);

const lowPower = new URLSearchParams(location.search).get("lowpower") === "1";

export function GlobePane() {
  const host = useRef<HTMLDivElement>(null);
  const problem = useSignal<string | null>(null);
  // Who opens the tables first has no use for a globe yet.
  const visited = useSignal(false);
  useSignalEffect(() => {
    if (view.value === "globe") visited.value = true;
  });

  useEffect(
    () =>
      effect(() => {
        const first = firstScene.value;
        let wanted = true;
        problem.value = null;
        if (first && visited.value) {
          draw(host.current!, first, () => wanted).then(
            (made) => (globe.value = made),
            (error: unknown) => (problem.value = wordsOf(error)),
          );
        }
        return () => {
          wanted = false;
          globe.peek()?.destroy();
          globe.value = null;
        };
      }),
    [],
  );
  useSignalEffect(() => {
    const t_s = time_s.value;
    if (view.value === "globe") globe.value?.setTime(t_s);
  });
  useSignalEffect(() => {
    void scene.value;
    globe.value?.select(selectionOf(selected.value));
  });
  useSignalEffect(() => {
    if (cameraAsked.value) globe.value?.setCamera(cameraAsked.value);
  });
  useSignalEffect(() => {
    const name = followed.value;
    globe.value?.follow(name === null ? null : (rowOf.value.get(name) ?? null));
  });

  const moved = () => {
    const now = globe.value?.camera();
    if (now && !sameCamera(now, camera.value)) camera.value = now;
  };
  return (
    <div
      class="globe"
      ref={host}
      onPointerUp={moved}
      onKeyUp={moved}
      onWheel={moved}
      onPointerMove={({ buttons }) => {
        // A hand that turns the globe lets go of whom it followed.
        if (buttons > 0) followed.value = null;
      }}
    >
      {problem.value && (
        <div class="empty" role="alert">
          <h2>No globe here</h2>
          <p>{problem.value}</p>
        </div>
      )}
      {!problem.value && !firstScene.value && problems.value.length === 0 && <div class="empty" role="status"><p>Reading the run …</p></div>}
      {!firstScene.value && problems.value.length > 0 && (
        <div class="empty" role="status">
          <h2>Nothing to draw</h2>
          <p>The scene of this run could not be read; what its tables hold is in the other views.</p>
        </div>
      )}
    </div>
  );
}

/// The globe comes in a piece of its own, so that the page and its tables need not wait for it.
async function draw(host: HTMLElement, first: Scene, wanted: () => boolean): Promise<Globe | null> {
  const { createGlobe } = await import("../../../globe/index.ts");
  if (!wanted()) return null;
  const made = createGlobe(host, first, { lowPower, coast: "50m", more: morePieces });
  made.onSelect((what) => select(subjectOf(what)));
  made.setTime(time_s.peek());
  return made;
}

function selectionOf(subject: Subject | null): Selection | null {
  if (subject === null) return null;
  const row = (name: string) => rowOf.value.get(name);
  if (subject.kind === "platform") {
    const index = row(subject.name);
    return index === undefined ? null : { kind: "platform", index };
  }
  const [source, target] = [row(subject.source), row(subject.target)];
  return source === undefined || target === undefined ? null : { kind: subject.kind, source, target };
}

function subjectOf(what: Selection | null): Subject | null {
  if (what === null) return null;
  const name = (row: number) => scene.peek()!.platforms.name[row]!;
  if (what.kind === "platform") return { kind: "platform", name: name(what.index) };
  const ends = { source: name(what.source), target: name(what.target) };
  return what.kind === "link" ? { kind: "link", ...ends } : { kind: "path", route: 0, ...ends };
}

function sameCamera(one: Camera, other: Camera | null): boolean {
  return (
    other !== null &&
    one.longitude_deg === other.longitude_deg &&
    one.latitude_deg === other.latitude_deg &&
    one.distance === other.distance
  );
}

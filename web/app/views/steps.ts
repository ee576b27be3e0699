/// In what steps the stages computed what a scene shows, each from `steps.ts` of its folder. Nothing
/// but functions of a scene, so that the run may know the steps before any view is there.
import type { Scene } from "../../scene/index.ts";

type StepsOf = (scene: Scene) => number[];

const FOUND = Object.values(import.meta.glob<StepsOf>("./*/steps.ts", { eager: true, import: "stepsOf" }));

/// Seconds; none where there is no scene.
export function stepsOf(scene: Scene | null): number[] {
  return scene ? FOUND.flatMap((steps) => steps(scene)) : [];
}

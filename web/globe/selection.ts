/// What a selection is made of.
import { pathAt, type Scene } from "../scene/index.ts";
import type { Selection } from "./contract.ts";
import type { Vector } from "./motion/ephemeris.ts";

/// The platforms along what is selected at a time; none where a path is not in force.
export function nodesOf(scene: Scene, selection: Selection | null, t_s: number): number[] {
  if (selection === null) return [];
  if (selection.kind === "platform") return [selection.index];
  const { source, target } = selection;
  return selection.kind === "link" ? [source, target] : (pathAt(scene, source, target, t_s) ?? []);
}

/// Which part of the whole way lies before each of these places.
export function sharesOf(places: (Vector | null)[]): number[] {
  let way_m = 0;
  const ways = places.map((place, k) => {
    const before = places[k - 1];
    if (place && before) way_m += Math.hypot(...place.map((x, i) => x - before[i]!));
    return way_m;
  });
  return ways.map((way) => way / (way_m || 1));
}

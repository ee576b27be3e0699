/// The globe's part of the design's colours; shaders take them as numbers in sRGB.
import { Vector3 } from "three";
import type { Layer } from "../scene/index.ts";

export const COLOURS = {
  space: "#060b13",
  ocean: "#07182b",
  land: "#16324a",
  coast: "#4fa3c7",
  border: "#2d5875",
  graticule: "#12304d",
  optical: "#4fc3f7",
  radio: "#3ddc97",
  footprint: "#ffb547",
  alarm: "#ff5d6c",
  selected: "#ff5c9e",
  text: "#dbe7f5",
} as const;

/// In the order of the shapes that the shader draws: dot, triangle, arrow, diamond.
export const LAYERS: readonly Layer[] = ["space", "near_space", "air", "ground"];
export const LAYER_COLOURS: Record<Layer, string> = {
  space: "#e6f1fb",
  near_space: "#c7a8ff",
  air: "#ffe27a",
  ground: "#3ddc97",
};

/// GLSL: what a link or beam looks like as it fills; from `FULL` on it is dashed too, so that colour
/// is not the only sign.
export const LOADED_GLSL = /* glsl */ `
const float FULL = 0.9;
vec3 loaded(vec3 idle, float utilisation) {
  vec3 busy = mix(idle, AMBER, smoothstep(0.45, 0.7, utilisation));
  return mix(busy, RED, smoothstep(0.8, 0.95, utilisation));
}
`
  .replace("AMBER", glsl(COLOURS.footprint))
  .replace("RED", glsl(COLOURS.alarm));

export function rgb(hex: string): Vector3 {
  const value = Number.parseInt(hex.slice(1), 16);
  return new Vector3(value >> 16, (value >> 8) & 255, value & 255).divideScalar(255);
}

/// A colour as a GLSL literal.
export function glsl(hex: string): string {
  const { x, y, z } = rgb(hex);
  return `vec3(${x.toFixed(4)}, ${y.toFixed(4)}, ${z.toFixed(4)})`;
}

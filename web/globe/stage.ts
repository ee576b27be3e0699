/// What all marks share: the uniforms that move them, and how a mark's material is made.
import {
  CustomBlending,
  MaxEquation,
  NormalBlending,
  OneFactor,
  ShaderMaterial,
  Vector2,
  Vector3,
  type IUniform,
  type LineSegments,
  type Mesh,
  type Points,
  type Texture,
} from "three";
import type { Scene } from "../scene/index.ts";
import type { Visible } from "./contract.ts";
import { BLOCKS_MAX, PLACE_GLSL, PROJECT_GLSL } from "./motion/shader.ts";

export function createUniforms() {
  return {
    knots: { value: null as Texture | null },
    platforms: { value: null as Texture | null },
    clock: { value: new Float32Array(3 * BLOCKS_MAX) },
    /// Seconds since the scene's `from_s`: what contacts are tested against.
    now: { value: 0 },
    /// Earth's turn while one second passes, if orbits are drawn as they lie in space; else 0.
    turnRate: { value: 0 },
    sun: { value: new Vector3(1, 0, 0) },
    night: { value: 1 },
    flatMap: { value: false },
    mapCentre: { value: 0 },
    mapShift: { value: 0 },
    cameraAt: { value: new Vector3() },
    /// CSS pixels, and device pixels in one of them.
    viewport: { value: new Vector2(1, 1) },
    pixelRatio: { value: 1 },
    selected: { value: -1 },
  };
}
export type Uniforms = ReturnType<typeof createUniforms>;

/// A kind of thing on the globe.
export interface Mark {
  readonly objects: (Mesh | LineSegments | Points)[];
  /// Take another segment of the run.
  load?(scene: Scene): void;
  /// Take other wishes of what is drawn.
  show?(visible: Visible): void;
}

export interface Paint {
  vertex: string;
  fragment: string;
  uniforms?: Record<string, IUniform>;
  /// "max": the brighter of mark and ground, so that a dense mesh never glares.
  blend?: "max" | "over";
  depthTest?: boolean;
  defines?: Record<string, string>;
}

export function material(shared: Uniforms, paint: Paint): ShaderMaterial {
  const brightest = paint.blend === "max";
  return new ShaderMaterial({
    uniforms: { ...(shared as Record<string, IUniform>), ...paint.uniforms },
    vertexShader: PLACE_GLSL + PROJECT_GLSL + paint.vertex,
    fragmentShader: paint.fragment,
    transparent: true,
    depthWrite: false,
    depthTest: paint.depthTest ?? false,
    blending: brightest ? CustomBlending : NormalBlending,
    ...(brightest && { blendEquation: MaxEquation, blendSrc: OneFactor, blendDst: OneFactor }),
    ...(paint.defines && { defines: paint.defines }),
  });
}

/// GLSL for the picking pass: an id as a colour.
export const ID_GLSL = /* glsl */ `
vec4 idColour(int id) {
  return vec4(float(id & 255), float((id >> 8) & 255), float(id >> 16), 255.0) / 255.0;
}
`;

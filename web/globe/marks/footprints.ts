/// Where on the ground a mover stands above the mask of its links: rings, made in the shader.
import {
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  LineSegments,
  type ShaderMaterial,
} from "three";
import type { Scene } from "../../scene/index.ts";
import { COLOURS, glsl } from "../colours.ts";
import type { Visible } from "../contract.ts";
import { POLAR_SCALE } from "../motion/shader.ts";
import { material, type Mark, type Uniforms } from "../stage.ts";
import { moversOf } from "./tracks.ts";

const PIECES = 64;

const VERTEX = /* glsl */ `
attribute vec2 angles;     // of this piece's start, of this vertex
attribute vec2 beam;       // platform, elevation mask in radians
uniform int selected;
uniform float crowd;
varying float vFacing;
varying vec4 vColour;

vec3 ringAt(vec3 over, float reach, float angle) {
  vec3 east = normalize(abs(over.z) < 0.99 ? cross(vec3(0, 0, 1), over) : cross(vec3(1, 0, 0), over));
  vec3 north = cross(over, east);
  return cos(reach) * over + sin(reach) * (cos(angle) * east + sin(angle) * north);
}

void main() {
  vec4 place = placeOf(int(beam.x), 0.0);
  gl_Position = NOWHERE;
  if (place.w < 1.0) return;
  vec3 over = place.xyz * ROUND;
  float radius = length(over);
  float reach = acos(clamp(cos(beam.y) / radius, -1.0, 1.0)) - beam.y;
  if (radius < 1.0 || reach <= 0.0) return;
  vec3 squash = vec3(1.0, 1.0, ${POLAR_SCALE.toFixed(12)});
  vec3 p = squash * ringAt(over / radius, reach, angles.y);
  gl_Position = project(p, squash * ringAt(over / radius, reach, angles.x));
  bool chosen = int(beam.x) == selected;
  vColour = vec4(${glsl(COLOURS.footprint)}, chosen ? 1.0 : crowd);
  vFacing = facing(p);
}
`;

const FRAGMENT = /* glsl */ `
varying float vFacing;
varying vec4 vColour;
void main() {
  if (vFacing < 0.0) discard;
  // Rings crowd at the limb: they fade into it.
  gl_FragColor = vec4(vColour.rgb, vColour.a * smoothstep(0.0, 0.25, vFacing));
}
`;

export class FootprintMarks implements Mark {
  readonly objects: LineSegments[];
  private readonly lines: LineSegments<InstancedBufferGeometry, ShaderMaterial>;
  private readonly crowd = { value: 0.6 };
  private masks: (number | null)[] = [];

  constructor(shared: Uniforms) {
    const paint = { vertex: VERTEX, fragment: FRAGMENT, uniforms: { crowd: this.crowd } };
    this.lines = new LineSegments(pieces(), material(shared, paint));
    this.lines.frustumCulled = false;
    this.lines.renderOrder = 8;
    this.objects = [this.lines];
  }

  load(scene: Scene): void {
    this.masks = elevationMasks(scene);
  }

  draw(scene: Scene, wish: Visible["footprints"], selected: number): void {
    const beams: number[] = [];
    for (const platform of moversOf(scene, wish, selected)) {
      const mask_deg = this.masks[scene.platforms.group[platform]!] ?? null;
      if (mask_deg !== null) beams.push(platform, (mask_deg * Math.PI) / 180);
    }
    const { geometry } = this.lines;
    geometry.dispose();
    geometry.setAttribute("beam", new InstancedBufferAttribute(Float32Array.from(beams), 2));
    geometry.instanceCount = beams.length / 2;
    this.lines.visible = beams.length > 0;
    this.crowd.value = Math.min(0.7, Math.max(0.1, 4 / Math.sqrt(geometry.instanceCount + 1)));
  }
}

/// The lowest elevation mask of each group, from the rules that its contacts came from.
export function elevationMasks({ groups, platforms, rules, contacts }: Scene): (number | null)[] {
  const masks: (number | null)[] = groups.map(() => null);
  const seen = new Set<number>();
  contacts.rule.forEach((rule, c) => {
    const mask = rules[rule]?.elevation_min_deg ?? null;
    if (mask === null) return;
    for (const end of [contacts.source[c]!, contacts.target[c]!]) {
      const group = platforms.group[end]!;
      const key = group * rules.length + rule;
      if (seen.has(key)) continue;
      seen.add(key);
      masks[group] = Math.min(mask, masks[group] ?? mask);
    }
  });
  return masks;
}

function pieces(): InstancedBufferGeometry {
  const angles: number[] = [];
  for (let k = 0; k < PIECES; k += 1) {
    const [start, end] = [(2 * Math.PI * k) / PIECES, (2 * Math.PI * (k + 1)) / PIECES];
    angles.push(start, start, start, end);
  }
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("angles", new Float32BufferAttribute(angles, 2));
  geometry.setDrawRange(0, 2 * PIECES);
  geometry.instanceCount = 0;
  return geometry;
}

/// Where the beams in use meet the ground: spots, made in the shader from satellite, user and width.
import {
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  type ShaderMaterial,
} from "three";
import { beamsAt, type Scene } from "../../scene/index.ts";
import { COLOURS, glsl, LOADED_GLSL } from "../colours.ts";
import type { Visible } from "../contract.ts";
import { EARTH_RADIUS_M, type Vector } from "../motion/ephemeris.ts";
import { POLAR_SCALE } from "../motion/shader.ts";
import { material, type Mark, type Uniforms } from "../stage.ts";

const PIECES = 48;

const VERTEX = /* glsl */ `
attribute vec2 rim;        // 0 in the middle or 1 at the rim, angle
attribute vec4 beam;       // satellite, user it is steered at, half width in radians, utilisation
uniform int selected;
uniform float crowd;
varying float vFacing;
varying float vOut;
varying float vAround;
varying vec4 vColour;
varying float vFull;
${LOADED_GLSL}

// Where a ray meets the ellipsoid, or is nearest to it.
vec3 groundAt(vec3 from, vec3 along) {
  vec3 o = from * ROUND;
  vec3 d = along * ROUND;
  float a = dot(d, d);
  float b = dot(o, d);
  float left = b * b - a * (dot(o, o) - 1.0);
  vec3 p = o - (b + sqrt(max(left, 0.0))) / a * d;
  return (left < 0.0 ? normalize(p) : p) / ROUND;
}

void main() {
  gl_Position = NOWHERE;
  vec4 from = placeOf(int(beam.x), 0.0);
  vec4 user = placeOf(int(beam.y), 0.0);
  if (from.w * user.w < 1.0) return;
  vec3 towards = normalize(user.xyz - from.xyz);
  vec3 east = normalize(abs(towards.z) < 0.99 ? cross(vec3(0, 0, 1), towards) : cross(vec3(1, 0, 0), towards));
  vec3 north = cross(towards, east);
  float wide = beam.z * rim.x;
  vec3 ray = cos(wide) * towards + sin(wide) * (cos(rim.y) * east + sin(rim.y) * north);
  vec3 p = groundAt(from.xyz, ray);
  gl_Position = project(p, groundAt(from.xyz, towards));
  bool chosen = int(beam.x) == selected;
  vColour = vec4(loaded(${glsl(COLOURS.radio)}, beam.w), chosen ? 1.0 : crowd);
  vFull = step(FULL, beam.w);
  vOut = rim.x;
  vAround = rim.y;
  vFacing = facing(p);
}
`;

const FRAGMENT = /* glsl */ `
varying float vFacing;
varying float vOut;
varying float vAround;
varying vec4 vColour;
varying float vFull;
void main() {
  if (vFacing < 0.0) discard;
  float line = 1.0 - smoothstep(1.0, 2.2, (1.0 - vOut) / max(fwidth(vOut), 1e-5));
  // A full one has a dashed rim: colour is not the only sign.
  if (vFull > 0.5 && fract(vAround * 1.9099) > 0.6) line = 0.0;
  float strength = vColour.a * mix(0.22, 0.95, line) * smoothstep(0.0, 0.12, vFacing);
  gl_FragColor = vec4(vColour.rgb, strength);
}
`;

export class BeamMarks implements Mark {
  readonly objects: Mesh[];
  private readonly spots: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  private readonly crowd = { value: 0.8 };
  private scene: Scene | null = null;
  private visible: Visible | null = null;
  private first = -1;

  constructor(shared: Uniforms) {
    const paint = { vertex: VERTEX, fragment: FRAGMENT, uniforms: { crowd: this.crowd } };
    this.spots = new Mesh(fan(), material(shared, paint));
    this.spots.frustumCulled = false;
    this.spots.renderOrder = 7;
    this.objects = [this.spots];
  }

  load(scene: Scene): void {
    this.scene = scene;
    this.first = -1;
  }

  show(visible: Visible): void {
    this.visible = visible;
    this.first = -1;
  }

  /// Take the beams of the snapshot in force, if those are others.
  setTime(t_s: number): void {
    const { scene, visible } = this;
    if (!scene || !visible) return;
    const { first, after } = beamsAt(scene, t_s);
    this.spots.visible = visible.beams && after > first;
    if (first === this.first || !this.spots.visible) return;
    this.first = first;
    this.write(scene, visible, first, after);
  }

  private write(scene: Scene, visible: Visible, first: number, after: number): void {
    const { rule, platform, centre, utilisation } = scene.beams;
    const { rules, groups, platforms } = scene;
    const values: number[] = [];
    for (let row = first; row < after; row += 1) {
      const { layer } = groups[platforms.group[platform[row]!]!]!;
      if (visible.rules[rule[row]!] === false || visible.layers[layer] === false) continue;
      const half_rad = ((rules[rule[row]!]!.beams?.width_deg ?? 0) * Math.PI) / 360;
      values.push(platform[row]!, centre[row]!, half_rad, visible.utilisation ? utilisation[row]! : 0);
    }
    const { geometry } = this.spots;
    geometry.dispose();
    geometry.setAttribute("beam", new InstancedBufferAttribute(Float32Array.from(values), 4));
    geometry.instanceCount = values.length / 4;
    this.crowd.value = Math.min(0.85, Math.max(0.35, 10 / Math.sqrt(geometry.instanceCount + 1)));
  }
}

/// Where the way from one place through another meets the ground first, ITRS metres; as the shader
/// has it, but null where it never does.
export function groundAlong(from: Vector, through: Vector): Vector | null {
  const round = [1, 1, 1 / POLAR_SCALE] as const;
  const o = from.map((x, i) => (x * round[i]!) / EARTH_RADIUS_M);
  const d = from.map((x, i) => ((through[i]! - x) * round[i]!) / EARTH_RADIUS_M);
  const dot = (u: number[], v: number[]) => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
  const [a, b] = [dot(d, d), dot(o, d)];
  const left = b * b - a * (dot(o, o) - 1);
  if (left < 0) return null;
  const along = -(b + Math.sqrt(left)) / a;
  return from.map((x, i) => x + along * (through[i]! - x)) as Vector;
}

/// Triangles from the middle to the rim. Angles go round the way down, so seen from above they turn
/// the other way: the end comes first.
function fan(): InstancedBufferGeometry {
  const rim: number[] = [];
  for (let k = 0; k < PIECES; k += 1) {
    const [start, end] = [(2 * Math.PI * k) / PIECES, (2 * Math.PI * (k + 1)) / PIECES];
    rim.push(0, (start + end) / 2, 1, end, 1, start);
  }
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("rim", new Float32BufferAttribute(rim, 2));
  geometry.setDrawRange(0, 3 * PIECES);
  geometry.instanceCount = 0;
  return geometry;
}

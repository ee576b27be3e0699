/// Where movers came from and go to: half a turn either way, and for the selected its ground track.
import {
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  LineSegments,
  type ShaderMaterial,
} from "three";
import type { Scene } from "../../scene/index.ts";
import { COLOURS, glsl, LAYER_COLOURS, LAYERS } from "../colours.ts";
import type { Visible } from "../contract.ts";
import type { Ephemeris, Vector } from "../motion/ephemeris.ts";
import { EARTH_RATE_RAD_S, POLAR_SCALE } from "../motion/shader.ts";
import { material, type Mark, type Uniforms } from "../stage.ts";

/// Pieces of a track, and where there are more tracks than `MANY`.
const PIECES = 160;
const PIECES_OF_MANY = 48;
const MANY = 200;
const DASHES = 80;
const EARTH_MU = 3.986004418e14;
/// Below the orbits, the last and the next so many seconds are shown.
const SLOW_SPAN_S = 3600;

const VERTEX = /* glsl */ `
attribute vec2 along;      // of this piece's start, of this vertex: -0.5 .. 0.5
attribute vec4 course;     // platform, seconds shown, layer, on the ground?
uniform float turnRate;
uniform float crowd;
uniform int selected;
varying vec3 vColour;
varying float vStrength;
varying float vFacing;
varying float vAlong;

const vec3 colours[4] = vec3[4](${LAYERS.map((layer) => glsl(LAYER_COLOURS[layer])).join(", ")});

vec4 courseAt(float share) {
  float ahead = share * course.y;
  vec4 place = placeOf(int(course.x), ahead);
  if (course.w > 0.5) {
    vec2 surface = lonLat(place.xyz);
    float z = ${POLAR_SCALE.toFixed(12)} * tan(surface.y);
    vec3 under = vec3(cos(surface.x), sin(surface.x), z);
    place.xyz = normalize(under) * vec3(1.0, 1.0, ${POLAR_SCALE.toFixed(12)});
  } else if (!flatMap) {
    float turn = turnRate * ahead;
    place.xy = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * place.xy;
  }
  return place;
}

void main() {
  vec4 place = courseAt(along.y);
  vec4 start = courseAt(along.x);
  gl_Position = NOWHERE;
  if (place.w * start.w < 1.0) return;
  gl_Position = project(place.xyz, start.xyz);
  bool chosen = int(course.x) == selected;
  vColour = chosen ? ${glsl(COLOURS.selected)} : colours[int(course.z)];
  float fade = 1.0 - 2.0 * abs(along.y);
  vStrength = (chosen ? 0.9 : crowd) * (along.y < 0.0 ? 0.45 : 1.0) * sqrt(max(fade, 0.0) + 0.05);
  vFacing = course.w > 0.5 ? facing(place.xyz) : 1.0;
  vAlong = course.w > 0.5 ? along.y * ${DASHES.toFixed(1)} : 0.25;
}
`;

const FRAGMENT = /* glsl */ `
varying vec3 vColour;
varying float vStrength;
varying float vFacing;
varying float vAlong;
void main() {
  if (vFacing < 0.0 || fract(vAlong) > 0.6) discard;
  gl_FragColor = vec4(vColour, vStrength);
}
`;

export class TrackMarks implements Mark {
  readonly objects: LineSegments[];
  private readonly lines: LineSegments<InstancedBufferGeometry, ShaderMaterial>;
  private readonly crowd = { value: 0.5 };

  constructor(shared: Uniforms) {
    const paint = { vertex: VERTEX, fragment: FRAGMENT, uniforms: { crowd: this.crowd } };
    this.lines = new LineSegments(
      new InstancedBufferGeometry(),
      material(shared, { ...paint, depthTest: true }),
    );
    this.lines.frustumCulled = false;
    this.lines.renderOrder = 12;
    this.objects = [this.lines];
  }

  /// Draw the tracks of the wished groups or of the selected platform.
  draw(scene: Scene, ephemeris: Ephemeris, t_s: number, wish: Visible["tracks"], selected: number) {
    const courses: number[] = [];
    for (const platform of moversOf(scene, wish, selected)) {
      const layer = LAYERS.indexOf(scene.groups[scene.platforms.group[platform]!]!.layer);
      const span_s = spanOf(ephemeris, platform, t_s);
      courses.push(platform, span_s, layer, 0);
      if (platform === selected) courses.push(platform, span_s, layer, 1);
    }
    const { geometry } = this.lines;
    geometry.dispose();
    geometry.setAttribute("course", new InstancedBufferAttribute(Float32Array.from(courses), 4));
    geometry.instanceCount = courses.length / 4;
    const pieces = geometry.instanceCount > MANY ? PIECES_OF_MANY : PIECES;
    geometry.setAttribute("along", alongOf(pieces));
    geometry.setDrawRange(0, 2 * pieces);
    this.lines.visible = courses.length > 0;
    this.crowd.value = Math.min(0.6, Math.max(0.12, 2.4 / Math.sqrt(geometry.instanceCount + 1)));
  }
}

/// The movers for which tracks or footprints are wished.
export function moversOf(
  scene: Scene,
  wish: "none" | "selected" | string[],
  selected: number,
): number[] {
  if (wish === "none") return [];
  const wished = new Set(wish === "selected" ? [] : wish);
  return [...scene.platforms.group.keys()].filter(
    (platform) =>
      scene.platforms.track[platform]! >= 0 &&
      (platform === selected || wished.has(scene.groups[scene.platforms.group[platform]!]!.name)),
  );
}

/// One turn of an orbit, from the energy that position and velocity tell.
function spanOf(ephemeris: Ephemeris, platform: number, t_s: number): number {
  const at = ephemeris.positionOf(platform, t_s);
  const velocity = ephemeris.velocityOf(platform, t_s);
  if (!at || !velocity) return SLOW_SPAN_S;
  const inertial: Vector = [
    velocity[0] - EARTH_RATE_RAD_S * at[1],
    velocity[1] + EARTH_RATE_RAD_S * at[0],
    velocity[2],
  ];
  const axis = 1 / (2 / Math.hypot(...at) - Math.hypot(...inertial) ** 2 / EARTH_MU);
  const slow = Math.hypot(...velocity) < 1000 && Math.hypot(...at) < 7e6;
  return slow || !(axis > 0) ? SLOW_SPAN_S : 2 * Math.PI * Math.sqrt(axis ** 3 / EARTH_MU);
}

function alongOf(pieces: number): Float32BufferAttribute {
  const along: number[] = [];
  for (let k = 0; k < pieces; k += 1) {
    const [start, end] = [k / pieces - 0.5, (k + 1) / pieces - 0.5];
    along.push(start, start, start, end);
  }
  return new Float32BufferAttribute(along, 2);
}

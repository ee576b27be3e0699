/// Every platform as one point: shape and colour tell the layer, members of great groups are smaller. A
/// mark is filled as far as its battery is, and has a bright hem while its airship is off station.
import { BufferAttribute, BufferGeometry, Points, Vector4, type ShaderMaterial } from "three";
import { chargeAt, offStationAt, type Layer, type Scene } from "../../scene/index.ts";
import { COLOURS, glsl, LAYER_COLOURS, LAYERS } from "../colours.ts";
import type { Visible } from "../contract.ts";
import { ID_GLSL, material, type Mark, type Uniforms } from "../stage.ts";

const VERTEX = /* glsl */ `
attribute float platform;
attribute vec2 style;   // layer, one of few?
attribute vec2 state;   // part of the battery that is full, off station?
uniform float pixelRatio;
uniform float crowd;
uniform int selected;
uniform vec2 viewport;
uniform vec4 layerShown;
flat varying float vLayer;
flat varying vec3 vColour;
flat varying float vStrength;
flat varying vec2 vHeading;
flat varying float vSize;
flat varying vec2 vState;
${ID_GLSL}

const vec3 colours[4] = vec3[4](${LAYERS.map((layer) => glsl(LAYER_COLOURS[layer])).join(", ")});

void main() {
  int index = int(platform);
  int layer = int(style.x);
  vec4 place = placeOf(index, 0.0);
  bool chosen = index == selected;
  gl_PointSize = 1.0;
  if (place.w <= 0.0 || layerShown[layer] < 0.5 || hidden(place.xyz)) {
    gl_Position = NOWHERE;
    return;
  }
  gl_Position = project(place.xyz, place.xyz);
  float size = layer == 0 ? 3.2 * crowd : layer == 3 ? (style.y > 0.5 ? 9.0 : 5.0) : 12.0;
  size *= clamp(min(viewport.x, viewport.y) / 700.0, 0.6, 1.0);
  vColour = chosen ? ${glsl(COLOURS.selected)} : colours[layer];
  float away = flatMap ? 1.0 : dot(normalize(place.xyz), normalize(cameraAt - place.xyz));
  vStrength = place.w * (chosen || away > 0.0 ? 1.0 : 0.4);
  vLayer = style.x;
  vState = state;
  vHeading = vec2(0.0, 1.0);
  if (layer == 2) {
    vec4 ahead = placeOf(index, 10.0);
    vec4 there = project(ahead.xyz, place.xyz);
    vec2 way = (there.xy / there.w - gl_Position.xy / gl_Position.w) * viewport;
    if (ahead.w > 0.5 && dot(way, way) > 0.0) vHeading = normalize(way);
  }
  vSize = (chosen ? max(size, 7.0) : size) * pixelRatio;
#ifdef PICK
  vColour = idColour(index + 1).rgb;
  vSize = max(vSize, 9.0 * pixelRatio);
#endif
  gl_PointSize = vSize;
}
`;

const FRAGMENT = /* glsl */ `
flat varying float vLayer;
flat varying vec3 vColour;
flat varying float vStrength;
flat varying vec2 vHeading;
flat varying float vSize;
flat varying vec2 vState;
uniform float pixelRatio;

// Signed distance, in halves of the mark's size, from the outline of a layer's shape.
float outline(vec2 at) {
  if (vLayer < 0.5) return length(at) - 0.85;
  if (vLayer < 1.5) return max(abs(at.x) * 0.87 + at.y * 0.5, -at.y) - 0.45;
  if (vLayer < 2.5) {
    vec2 turned = vec2(at.x * vHeading.y - at.y * vHeading.x, dot(at, vHeading));
    float arrow = abs(turned.x) * 0.9 + turned.y * 0.42 - 0.38;
    return max(arrow, 0.3 - abs(turned.x) * 0.8 - turned.y - 0.7);
  }
  return (abs(at.x) + abs(at.y)) * 0.72 - 0.6;
}

void main() {
#ifdef PICK
  gl_FragColor = vec4(vColour, 1.0);
#else
  vec2 at = vec2(2.0, -2.0) * (gl_PointCoord - 0.5);
  float edge = outline(at) * 0.5 * vSize;
  float inside = clamp(0.5 - edge, 0.0, 1.0);
  if (inside <= 0.0) discard;
  // A dark hem keeps the bigger marks apart from what lies under them.
  float core = vSize < 7.0 * pixelRatio ? 1.0 : clamp(0.3 - edge - 0.9, 0.0, 1.0);
  vec3 hem = vState.y > 0.5 ? ${glsl(COLOURS.footprint)} : ${glsl(COLOURS.space)};
  // The empty part is dark, from the top down; the outline stays.
  float empty = core * step(2.0 * vState.x - 1.0, at.y * 1.15) * step(vState.x, 0.995);
  vec3 body = mix(vColour, vColour * 0.28, empty * step(7.0 * pixelRatio, vSize));
  gl_FragColor = vec4(mix(hem, body, core), inside * vStrength);
#endif
}
`;

/// Platforms of a group on the ground up to which each gets a big mark.
const FEW = 110;

const BELOW: readonly Layer[] = ["space", "ground", "air", "near_space"];

export class PlatformMarks implements Mark {
  readonly objects: Points[];
  readonly pickMaterial: ShaderMaterial;
  private readonly points: Points<BufferGeometry, ShaderMaterial>;
  private readonly crowd = { value: 1 };
  private scene: Scene | null = null;
  /// Places in the buffer of those that are big enough to be seen to be filled, and who they are.
  private filled: [number, number][] = [];
  private readonly layerShown = { value: new Vector4(1, 1, 1, 1) };

  constructor(shared: Uniforms) {
    const paint = {
      vertex: VERTEX,
      fragment: FRAGMENT,
      uniforms: { crowd: this.crowd, layerShown: this.layerShown },
    };
    this.points = new Points(new BufferGeometry(), material(shared, paint));
    this.pickMaterial = material(shared, { ...paint, defines: { PICK: "" } });
    this.points.frustumCulled = false;
    this.points.renderOrder = 20;
    this.objects = [this.points];
  }

  load(scene: Scene): void {
    const { name, group } = scene.platforms;
    const order = drawingOrder(scene);
    const told = new Set([...scene.charges.platform, ...scene.drifts.platform]);
    this.scene = scene;
    this.filled = [...order.entries()].filter(([, platform]) => told.has(platform) && scene.groups[group[platform]!]!.layer !== "space");
    const style = new Uint8Array(2 * name.length);
    order.forEach((platform, at) => {
      const of = scene.groups[group[platform]!]!;
      style[2 * at] = Math.max(0, LAYERS.indexOf(of.layer));
      style[2 * at + 1] = of.count <= FEW ? 1 : 0;
    });
    const satellites = group.filter((g) => scene.groups[g]?.layer === "space").length;
    this.crowd.value = Math.min(1.6, Math.max(0.7, 8 / Math.sqrt(satellites / 25 + 1)));
    const { geometry } = this.points;
    geometry.setAttribute("platform", new BufferAttribute(Float32Array.from(order), 1));
    geometry.setAttribute("style", new BufferAttribute(style, 2));
    geometry.setAttribute("state", new BufferAttribute(Float32Array.from(order.flatMap(() => [1, 0])), 2));
    geometry.setDrawRange(0, order.length);
  }

  /// Take charge and stations as they are then, if that can be seen to have changed.
  setTime(t_s: number): void {
    const { scene, filled } = this;
    if (!scene || filled.length === 0) return;
    const state = this.points.geometry.getAttribute("state") as BufferAttribute;
    for (const [at, platform] of filled) {
      const [charge, off] = [chargeAt(scene, platform, t_s) ?? 1, offStationAt(scene, platform, t_s) ? 1 : 0];
      if (Math.abs(state.getX(at) - charge) < 0.01 && state.getY(at) === off) continue;
      state.setXY(at, charge, off);
      state.needsUpdate = true;
    }
  }

  show({ layers }: Visible): void {
    this.layerShown.value.fromArray(LAYERS.map((layer) => (layers[layer] === false ? 0 : 1)));
  }
}

/// Satellites first, so that the fewer and bigger marks lie above them; then from the ground up, as one
/// looks down on them.
function drawingOrder(scene: Scene): number[] {
  const rank = scene.platforms.group.map((g) => BELOW.indexOf(scene.groups[g]?.layer ?? "space"));
  return Array.from(rank.keys()).sort((a, b) => rank[a]! - rank[b]! || a - b);
}

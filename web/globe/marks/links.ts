/// Contacts as lines: on from start to end (tested in the shader), coloured by rule or by load.
import {
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Float32BufferAttribute,
  LineSegments,
  type ShaderMaterial,
} from "three";
import { lastNotAfter, type Scene } from "../../scene/index.ts";
import { COLOURS, glsl, LOADED_GLSL } from "../colours.ts";
import type { Visible } from "../contract.ts";
import { ID_GLSL, material, type Mark, type Uniforms } from "../stage.ts";

/// On the map a link is a great circle, drawn in pieces; on the globe it is straight.
const PIECES = 12;
/// Most contacts that the shader tests each frame; of more, only those near the time are loaded.
const WINDOW_CONTACTS = 20_000;
/// Radio links of one platform up to which each is drawn at full strength: a fan of more would be a
/// blot. Lasers are few.
const FULL_STRENGTH_LINKS = 8;
const BINS = 32;

const VERTEX = /* glsl */ `
attribute vec2 along;      // of this piece's start, of this vertex
attribute vec2 ends;       // platforms
attribute vec2 lit;        // on, off
attribute vec3 look;       // optical or radio, utilisation or -1, strength among its neighbours
attribute float id;
uniform float now;
uniform float density;
uniform vec2 viewport;
uniform int selected;
varying vec3 vColour;
varying float vStrength;
varying float vDash;
${ID_GLSL}
${LOADED_GLSL}

void main() {
  gl_Position = NOWHERE;
  if (now < lit.x || now >= lit.y) return;
  vec4 a = placeOf(int(ends.x), 0.0);
  vec4 b = placeOf(int(ends.y), 0.0);
  if (a.w * b.w < 1.0) return;
  vec3 p = mix(a.xyz, b.xyz, along.y);
  vDash = look.y < FULL ? 0.0 : 12.0 * along.y;
  gl_Position = project(p, mix(a.xyz, b.xyz, along.x));
#ifdef PICK
  vColour = idColour(int(id)).rgb;
  return;
#endif
  bool chosen = int(ends.x) == selected || int(ends.y) == selected;
  vec3 plain = look.x < 0.5 ? ${glsl(COLOURS.optical)} : ${glsl(COLOURS.radio)};
  vColour = loaded(plain, look.y);
  float room = clamp(min(viewport.x, viewport.y) / 700.0, 0.75, 1.0);
  vStrength = room * density * look.z * (look.x < 0.5 ? 1.0 : 1.6);
  vStrength = mix(vStrength, 1.0, smoothstep(0.1, 0.8, look.y));
  if (chosen) vStrength = 1.0;
  // Foreshortening packs lines towards the limb: they thin out as much as it packs them.
  float turned = flatMap ? 1.0 : dot(normalize(p), normalize(cameraAt - p));
  vStrength *= clamp(1.7 * abs(turned), 0.14, 1.0) * (turned < 0.0 ? 0.4 : 1.0);
}
`;

const FRAGMENT = /* glsl */ `
varying vec3 vColour;
varying float vStrength;
varying float vDash;
void main() {
  if (fract(vDash) > 0.6) discard;
#ifdef PICK
  gl_FragColor = vec4(vColour, 1.0);
#else
  gl_FragColor = vec4(vColour * min(vStrength, 1.0), 1.0);
#endif
}
`;

export class LinkMarks implements Mark {
  readonly objects: LineSegments[];
  readonly pickMaterial: ShaderMaterial;
  private readonly lines: LineSegments<InstancedBufferGeometry, ShaderMaterial>;
  private readonly density = { value: 0.5 };
  private scene: Scene | null = null;
  private visible: Visible | null = null;
  private loads: LoadTable | null = null;
  /// Contacts in the buffers, and the time for which they were chosen.
  private drawn = new Int32Array(0);
  private drawnFrom_s = Infinity;
  private drawnTo_s = -Infinity;
  private snapshot = -1;

  constructor(private readonly shared: Uniforms) {
    const paint = {
      vertex: VERTEX,
      fragment: FRAGMENT,
      uniforms: { density: this.density },
      depthTest: true,
    };
    this.lines = new LineSegments(pieces(), material(shared, { ...paint, blend: "max" }));
    this.pickMaterial = material(shared, { ...paint, defines: { PICK: "" } });
    this.lines.frustumCulled = false;
    this.lines.renderOrder = 10;
    this.objects = [this.lines];
  }

  load(scene: Scene): void {
    this.scene = scene;
    this.loads = new LoadTable(scene);
    this.forget();
  }

  show(visible: Visible): void {
    this.visible = visible;
    this.forget();
  }

  /// The two ends of the link that was drawn with this place in the buffers.
  endsOf(instance: number): { source: number; target: number } | null {
    const contact = this.drawn[instance];
    if (contact === undefined || !this.scene) return null;
    const { source, target } = this.scene.contacts;
    return { source: source[contact]!, target: target[contact]! };
  }

  setTime(t_s: number): void {
    const flat = this.shared.flatMap.value;
    this.lines.geometry.setDrawRange(flat ? 2 : 0, flat ? 2 * PIECES : 2);
    if (t_s < this.drawnFrom_s || t_s >= this.drawnTo_s) this.choose(t_s);
    const snapshot = this.loads?.snapshotAt(t_s) ?? -1;
    if (snapshot !== this.snapshot) this.colour(snapshot);
  }

  private forget(): void {
    this.drawnFrom_s = Infinity;
    this.drawnTo_s = -Infinity;
    this.snapshot = -1;
  }

  /// Fill the buffers with the contacts near a time.
  private choose(t_s: number): void {
    const { scene, visible } = this;
    if (!scene || !visible) return;
    const { rule, source, target, start, end } = scene.contacts;
    const span_s = scene.to_s - scene.from_s;
    const window_s = span_s * Math.min(1, WINDOW_CONTACTS / Math.max(1, rule.length));
    this.drawnFrom_s = scene.from_s + window_s * Math.floor((t_s - scene.from_s) / window_s);
    this.drawnTo_s = this.drawnFrom_s + window_s;
    const layerShown = scene.groups.map(({ layer }) => visible.layers[layer] !== false);
    const shown = scene.platforms.group.map((group) => layerShown[group]!);
    const chosen: number[] = [];
    let now = 0;
    for (let c = 0; visible.links && c < rule.length; c += 1) {
      if (start[c]! >= this.drawnTo_s || end[c]! <= this.drawnFrom_s) continue;
      if (visible.rules[rule[c]!] === false || !shown[source[c]!] || !shown[target[c]!]) continue;
      chosen.push(c);
      if (start[c]! <= t_s && t_s < end[c]!) now += 1;
    }
    this.drawn = Int32Array.from(chosen);
    this.density.value = Math.min(0.8, Math.max(0.18, 36 / Math.sqrt(now + 1)));
    this.write(scene);
  }

  private write(scene: Scene): void {
    const { source, target, start, end } = scene.contacts;
    const count = this.drawn.length;
    const ends = new Float32Array(2 * count);
    const lit = new Float32Array(2 * count);
    const look = new Float32Array(3 * count);
    const crowds = this.crowdsAt(scene);
    const id = new Float32Array(count);
    const firstId = scene.platforms.name.length + 1;
    this.drawn.forEach((c, i) => {
      ends[2 * i] = source[c]!;
      ends[2 * i + 1] = target[c]!;
      lit[2 * i] = start[c]! - scene.from_s;
      lit[2 * i + 1] = end[c]! - scene.from_s;
      const optical = isOptical(scene, c);
      look[3 * i] = optical ? 0 : 1;
      look[3 * i + 1] = -1;
      const crowd = Math.max(crowds[source[c]!]!, crowds[target[c]!]!);
      look[3 * i + 2] = optical ? 1 : Math.min(1, Math.sqrt(FULL_STRENGTH_LINKS / crowd));
      id[i] = firstId + i;
    });
    const { geometry } = this.lines;
    geometry.dispose();
    geometry.setAttribute("ends", new InstancedBufferAttribute(ends, 2));
    geometry.setAttribute("lit", new InstancedBufferAttribute(lit, 2));
    geometry.setAttribute("look", new InstancedBufferAttribute(look, 3).setUsage(DynamicDrawUsage));
    geometry.setAttribute("id", new InstancedBufferAttribute(id, 1));
    geometry.instanceCount = count;
    this.lines.visible = count > 0;
    this.snapshot = -1;
  }

  /// How many radio links a platform has while it has any: the mean over the window, weighed by itself.
  private crowdsAt(scene: Scene): Float64Array {
    const { source, target, start, end } = scene.contacts;
    const count = scene.platforms.name.length;
    const bins = new Float32Array(BINS * count);
    const bin_s = (this.drawnTo_s - this.drawnFrom_s) / BINS;
    for (const c of this.drawn) {
      if (isOptical(scene, c)) continue;
      const from = Math.max(0, Math.floor((start[c]! - this.drawnFrom_s) / bin_s));
      const to = Math.min(BINS, Math.ceil((end[c]! - this.drawnFrom_s) / bin_s));
      for (let bin = from; bin < to; bin += 1) {
        const begin_s = this.drawnFrom_s + bin * bin_s;
        const lit_s = Math.min(end[c]!, begin_s + bin_s) - Math.max(start[c]!, begin_s);
        bins[BINS * source[c]! + bin]! += lit_s / bin_s;
        bins[BINS * target[c]! + bin]! += lit_s / bin_s;
      }
    }
    return Float64Array.from({ length: count }, (_, platform) => {
      const own = bins.subarray(BINS * platform, BINS * (platform + 1));
      return own.reduce((sum, x) => sum + x * x, 0) / (own.reduce((sum, x) => sum + x, 0) || 1);
    });
  }

  private colour(snapshot: number): void {
    this.snapshot = snapshot;
    const look = this.lines.geometry.getAttribute("look");
    if (!look || !this.scene || !this.loads) return;
    const { source, target } = this.scene.contacts;
    const known = this.visible?.utilisation ? this.loads.of(snapshot) : null;
    this.drawn.forEach((c, i) => look.setY(i, known ? known(source[c]!, target[c]!) : -1));
    look.needsUpdate = true;
  }
}

function isOptical({ rules, contacts }: Scene, contact: number): boolean {
  return rules[contacts.rule[contact]!]?.kind === "optical";
}

/// Utilisation of a pair in a snapshot, the greater of both directions.
class LoadTable {
  private readonly platforms: number;

  constructor(private readonly scene: Scene) {
    this.platforms = scene.platforms.name.length;
  }

  snapshotAt(t_s: number): number {
    return lastNotAfter(this.scene.load.time, t_s);
  }

  of(snapshot: number): ((a: number, b: number) => number) | null {
    if (snapshot < 0) return null;
    const { first, source, target, utilisation } = this.scene.load;
    const table = new Map<number, number>();
    for (let row = first[snapshot]!; row < first[snapshot + 1]!; row += 1) {
      const key = this.key(source[row]!, target[row]!);
      table.set(key, Math.max(utilisation[row]!, table.get(key) ?? 0));
    }
    return (a, b) => table.get(this.key(a, b)) ?? 0;
  }

  private key(a: number, b: number): number {
    return Math.min(a, b) * this.platforms + Math.max(a, b);
  }
}

/// Vertices 0 and 1: the whole link; the rest: its pieces.
function pieces(): InstancedBufferGeometry {
  const along = [0, 0, 0, 1];
  for (let k = 0; k < PIECES; k += 1) along.push(k / PIECES, k / PIECES, k / PIECES, (k + 1) / PIECES);
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("along", new Float32BufferAttribute(along, 2));
  geometry.instanceCount = 0;
  return geometry;
}

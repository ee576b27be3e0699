/// The selected path or link: a ribbon over its hops with a pulse running along, and rings on ends.
import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  Points,
  type ShaderMaterial,
} from "three";
import { COLOURS, glsl } from "../colours.ts";
import { material, type Mark, type Uniforms } from "../stage.ts";

const PIECES = 12;

const RIBBON_VERTEX = /* glsl */ `
attribute vec2 corner;     // along the hop, side
attribute vec4 hop;        // platforms; fractions of the path's delay at both
uniform vec2 viewport;
varying float vShare;
varying float vSide;

void main() {
  vec4 a = placeOf(int(hop.x), 0.0);
  vec4 b = placeOf(int(hop.y), 0.0);
  gl_Position = NOWHERE;
  if (a.w * b.w < 1.0) return;
  float before = max(corner.x - 0.01, 0.0);
  vec3 p = mix(a.xyz, b.xyz, corner.x);
  vec3 anchor = flatMap ? a.xyz : p;
  vec4 here = project(p, anchor);
  vec4 from = project(mix(a.xyz, b.xyz, before), anchor);
  vec4 onto = project(mix(a.xyz, b.xyz, before + 0.01), anchor);
  vec2 way = (onto.xy / onto.w - from.xy / from.w) * viewport;
  vec2 across = normalize(vec2(-way.y, way.x) + vec2(1e-9, 0.0));
  here.xy += across * corner.y * 5.0 / viewport * here.w;
  gl_Position = here;
  vShare = mix(hop.z, hop.w, corner.x);
  vSide = corner.y;
}
`;

const RIBBON_FRAGMENT = /* glsl */ `
uniform float pulse;       // 0..1 along the path; below 0: none
varying float vShare;
varying float vSide;

void main() {
  float off = abs(vSide) * 2.5;
  float core = clamp(1.6 - off, 0.0, 1.0);
  float glow = 0.22 * (1.0 - abs(vSide));
  float behind = pulse - vShare;
  float lit = pulse < 0.0 ? 0.0 : smoothstep(-0.008, 0.0, behind) * smoothstep(0.09, 0.0, behind);
  gl_FragColor = vec4(mix(${glsl(COLOURS.selected)}, vec3(1.0), lit), max(core, glow));
}
`;

const RING_VERTEX = /* glsl */ `
attribute vec2 ring;       // platform, size in CSS pixels
uniform float pixelRatio;
flat varying float vSize;

void main() {
  vec4 place = placeOf(int(ring.x), 0.0);
  gl_PointSize = vSize = ring.y * pixelRatio;
  gl_Position = place.w < 1.0 || hidden(place.xyz) ? NOWHERE : project(place.xyz, place.xyz);
}
`;

const RING_FRAGMENT = /* glsl */ `
uniform float pixelRatio;
flat varying float vSize;

void main() {
  float radius = length(gl_PointCoord - 0.5) * vSize;
  float off = abs(radius - 0.5 * vSize + 1.5 * pixelRatio) / pixelRatio;
  gl_FragColor = vec4(${glsl(COLOURS.selected)}, clamp(1.4 - off, 0.0, 1.0));
}
`;

export class RouteMarks implements Mark {
  readonly objects: [Mesh, Points];
  private readonly ribbon: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  private readonly rings: Points<BufferGeometry, ShaderMaterial>;
  private readonly pulse = { value: -1 };

  constructor(shared: Uniforms) {
    const paint = { vertex: RIBBON_VERTEX, fragment: RIBBON_FRAGMENT, uniforms: { pulse: this.pulse } };
    this.ribbon = new Mesh(strip(), material(shared, { ...paint, depthTest: true }));
    this.ribbon.material.side = DoubleSide;
    this.rings = new Points(
      new BufferGeometry(),
      material(shared, { vertex: RING_VERTEX, fragment: RING_FRAGMENT }),
    );
    this.objects = [this.ribbon, this.rings];
    this.objects.forEach((object) => {
      object.frustumCulled = false;
      object.renderOrder = 30;
    });
    this.setNodes([], []);
  }

  /// Draw a path; `share` is the fraction of the whole delay at each node. One node: its ring only.
  setNodes(nodes: number[], share: number[]): void {
    const hops = nodes.slice(1).flatMap((node, k) => [nodes[k]!, node, share[k]!, share[k + 1]!]);
    const { geometry } = this.ribbon;
    geometry.dispose();
    geometry.setAttribute("hop", new InstancedBufferAttribute(Float32Array.from(hops), 4));
    geometry.instanceCount = Math.max(0, nodes.length - 1);
    this.ribbon.visible = nodes.length > 1;
    const rings = nodes.flatMap((node, k) => [node, k === 0 || k === nodes.length - 1 ? 16 : 9]);
    this.rings.geometry.dispose();
    this.rings.geometry.setAttribute("ring", new BufferAttribute(Float32Array.from(rings), 2));
    this.rings.geometry.setDrawRange(0, nodes.length);
    this.rings.visible = nodes.length > 0;
  }

  /// Where the pulse is, 0..1 of the path; null: no pulse.
  setPulse(at: number | null): void {
    this.pulse.value = at ?? -1;
  }
}

function strip(): InstancedBufferGeometry {
  const corners: number[] = [];
  const index: number[] = [];
  for (let k = 0; k <= PIECES; k += 1) corners.push(k / PIECES, -1, k / PIECES, 1);
  for (let k = 0; k < PIECES; k += 1) {
    const at = 2 * k;
    index.push(at, at + 1, at + 2, at + 2, at + 1, at + 3);
  }
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("corner", new Float32BufferAttribute(corners, 2));
  geometry.setIndex(index);
  geometry.instanceCount = 0;
  return geometry;
}

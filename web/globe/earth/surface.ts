/// The ground: one grid that is an ellipsoid or a map, with land, night, coasts and borders on it.
import {
  BufferAttribute,
  BufferGeometry,
  LineSegments,
  Mesh,
  PlaneGeometry,
  type ShaderMaterial,
  type Texture,
} from "three";
import { COLOURS, glsl } from "../colours.ts";
import type { Visible } from "../contract.ts";
import { POLAR_SCALE } from "../motion/shader.ts";
import { material, type Mark, type Uniforms } from "../stage.ts";
import { borderPieces, coastPieces, graticulePieces, landRings, type Atlas } from "./atlas.ts";
import { landMask } from "./mask.ts";

const GROUND_GLSL = /* glsl */ `
vec3 upAt(vec2 place) {
  return vec3(cos(place.y) * vec2(cos(place.x), sin(place.x)), sin(place.y));
}
vec3 groundAt(vec2 place) {
  vec3 up = upAt(place);
  const float oblate = ${(1 - POLAR_SCALE ** 2).toFixed(12)};
  return up * vec3(1.0, 1.0, 1.0 - oblate) / sqrt(1.0 - oblate * up.z * up.z);
}
`;

const EARTH_VERTEX = /* glsl */ `
${GROUND_GLSL}
varying vec2 vPlace;
varying vec3 vGround;
void main() {
  vPlace = radians(vec2(360.0, 180.0) * (uv - 0.5));
  vGround = groundAt(vPlace);
  vec3 world = flatMap ? vec3(vPlace + vec2(mapShift, 0.0), 0.0) : vGround;
  gl_Position = projectionMatrix * viewMatrix * vec4(world, 1.0);
}
`;

const EARTH_FRAGMENT = /* glsl */ `
${GROUND_GLSL}
uniform sampler2D land;
uniform bool flatMap;
uniform vec3 cameraAt;
uniform vec3 sun;
uniform float night;
varying vec2 vPlace;
varying vec3 vGround;

void main() {
#ifdef PICK
  gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0);
#else
  vec3 up = upAt(vPlace);
  vec2 at = vPlace / vec2(${(2 * Math.PI).toFixed(9)}, ${Math.PI.toFixed(9)}) + 0.5;
  vec3 colour = mix(${glsl(COLOURS.ocean)}, ${glsl(COLOURS.land)}, texture2D(land, at).r);
  // From full day to the end of astronomical twilight, the Sun 18 degrees below the horizon.
  float day = smoothstep(-0.309, 0.12, dot(up, sun));
  colour *= mix(1.0, mix(0.5, 1.3, day), night);
  if (!flatMap) {
    float tilt = 1.0 - max(dot(up, normalize(cameraAt - vGround)), 0.0);
    colour += ${glsl(COLOURS.coast)} * (0.42 * pow(tilt, 5.0) + 0.06 * tilt) * mix(1.0, mix(0.45, 1.0, day), night);
  }
  gl_FragColor = vec4(colour, 1.0);
#endif
}
`;

const LINE_VERTEX = /* glsl */ `
${GROUND_GLSL}
attribute vec2 place;
varying float vFacing;
void main() {
  vec2 at = radians(place);
  vec3 ground = groundAt(at);
  vFacing = facing(ground);
  vec3 world = flatMap ? vec3(at.x + mapShift, at.y, 0.0) : ground;
  gl_Position = projectionMatrix * viewMatrix * vec4(world, 1.0);
}
`;

const LINE_FRAGMENT = /* glsl */ `
uniform vec4 colour;
uniform bool flatMap;
varying float vFacing;
void main() {
  if (vFacing < 0.0) discard;
  // Coasts crowd at the limb: they fade into the rim.
  gl_FragColor = vec4(colour.rgb, colour.a * (flatMap ? 1.0 : smoothstep(0.0, 0.5, vFacing)));
}
`;

export class Earth implements Mark {
  readonly objects: [Mesh, LineSegments, LineSegments, LineSegments];
  readonly pickMaterial: ShaderMaterial;
  private readonly land = { value: null as Texture | null };
  private readonly graticule: LineSegments;

  constructor(
    private readonly shared: Uniforms,
    atlas: Atlas,
    textureWidth: number,
    private readonly anisotropy: number,
  ) {
    const paint = { vertex: EARTH_VERTEX, fragment: EARTH_FRAGMENT, uniforms: { land: this.land }, depthTest: true };
    const ground = new Mesh(new PlaneGeometry(1, 1, 128, 64), material(shared, paint));
    ground.material.depthWrite = true;
    ground.material.transparent = false;
    this.pickMaterial = material(shared, { ...paint, defines: { PICK: "" } });
    this.pickMaterial.depthWrite = true;
    this.graticule = this.lines(graticulePieces(), `vec4(${glsl(COLOURS.graticule)}, 1.0)`, 1);
    this.objects = [
      ground,
      this.graticule,
      this.lines(new Float32Array(0), `vec4(${glsl(COLOURS.border)}, 0.8)`, 2),
      this.lines(new Float32Array(0), `vec4(${glsl(COLOURS.coast)}, 0.9)`, 3),
    ];
    this.objects.forEach((object) => (object.frustumCulled = false));
    this.setAtlas(atlas, textureWidth);
  }

  show({ graticule, night }: Visible): void {
    this.graticule.visible = graticule;
    this.shared.night.value = night ? 1 : 0;
  }

  /// Draw finer coasts, or the same ones on a finer texture.
  setAtlas(atlas: Atlas, textureWidth: number): void {
    this.land.value?.dispose();
    this.land.value = landMask(landRings(atlas), textureWidth, this.anisotropy);
    setPieces(this.objects[2], borderPieces(atlas));
    setPieces(this.objects[3], coastPieces(atlas));
  }

  private lines(places: Float32Array, colour: string, order: number): LineSegments {
    const paint = material(this.shared, {
      vertex: LINE_VERTEX,
      fragment: LINE_FRAGMENT.replace("uniform vec4 colour;", `const vec4 colour = ${colour};`),
    });
    const result = new LineSegments(new BufferGeometry(), paint);
    setPieces(result, places);
    result.renderOrder = order;
    return result;
  }
}

function setPieces({ geometry }: LineSegments, places: Float32Array): void {
  geometry.dispose();
  geometry.setAttribute("place", new BufferAttribute(places, 2));
  geometry.setDrawRange(0, places.length / 2);
}

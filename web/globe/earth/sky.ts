/// Behind the Earth: the glow of its air, and stars from a fixed seed (they are no catalogue).
import { AdditiveBlending, BufferAttribute, BufferGeometry, Mesh, PlaneGeometry, Points } from "three";
import { COLOURS, glsl } from "../colours.ts";
import type { Visible } from "../contract.ts";
import { material, type Mark, type Uniforms } from "../stage.ts";

const STARS = 900;

const GLOW_VERTEX = /* glsl */ `
varying vec3 vWorld;
void main() {
  // A square through the Earth's centre that always looks at the camera.
  vec3 right = vec3(viewMatrix[0][0], viewMatrix[1][0], viewMatrix[2][0]);
  vec3 above = vec3(viewMatrix[0][1], viewMatrix[1][1], viewMatrix[2][1]);
  float far = length(cameraAt);
  float size = 2.0 * 1.35 * far / sqrt(max(far * far - 1.0, 0.05));
  vWorld = size * (right * (uv.x - 0.5) + above * (uv.y - 0.5));
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

const GLOW_FRAGMENT = /* glsl */ `
uniform vec3 cameraAt;
uniform vec3 sun;
uniform float night;
varying vec3 vWorld;
void main() {
  vec3 ray = normalize(vWorld - cameraAt);
  vec3 closest = cameraAt - dot(cameraAt, ray) * ray;
  float height = length(closest) - 1.0;
  float day = mix(1.0, mix(0.3, 1.0, smoothstep(-0.3, 0.4, dot(normalize(closest), sun))), night);
  float glow = 0.26 * exp(-30.0 * max(height, 0.0)) + 0.07 * exp(-9.0 * max(height, 0.0));
  glow *= smoothstep(0.35, 0.2, height) * smoothstep(-0.02, 0.0, height);
  gl_FragColor = vec4(${glsl(COLOURS.optical)} * glow * day, 1.0);
}
`;

const STAR_VERTEX = /* glsl */ `
attribute vec4 star;       // direction, brightness
uniform vec2 starTurn;     // cosine and sine of the Earth's turn since the start
uniform float pixelRatio;
varying float vBright;
void main() {
  vec3 way = vec3(mat2(starTurn.x, -starTurn.y, starTurn.y, starTurn.x) * star.xy, star.z);
  gl_Position = flatMap ? NOWHERE : projectionMatrix * vec4(mat3(viewMatrix) * way, 1.0);
  if (!flatMap) gl_Position.z = 0.999 * gl_Position.w;
  gl_PointSize = (1.0 + star.w) * pixelRatio;
  vBright = star.w;
}
`;

const STAR_FRAGMENT = /* glsl */ `
varying float vBright;
void main() {
  gl_FragColor = vec4(${glsl(COLOURS.text)}, 0.2 + 0.6 * vBright);
}
`;

export class Sky implements Mark {
  readonly objects: [Points, Mesh];
  private readonly starTurn = { value: [1, 0] };

  constructor(shared: Uniforms) {
    const stars = new BufferGeometry();
    stars.setAttribute("star", new BufferAttribute(scatter(), 4));
    stars.setDrawRange(0, STARS);
    const starPaint = {
      vertex: STAR_VERTEX,
      fragment: STAR_FRAGMENT,
      uniforms: { starTurn: this.starTurn },
      depthTest: true,
    };
    const glow = material(shared, { vertex: GLOW_VERTEX, fragment: GLOW_FRAGMENT });
    glow.blending = AdditiveBlending;
    this.objects = [
      new Points(stars, material(shared, starPaint)),
      new Mesh(new PlaneGeometry(1, 1), glow),
    ];
    this.objects.forEach((object, order) => {
      object.frustumCulled = false;
      object.renderOrder = order - 3;
    });
  }

  show({ stars }: Visible): void {
    this.objects[0].visible = stars;
  }

  /// The glow belongs to the globe, not to the map.
  setFlat(flat: boolean): void {
    this.objects[1].visible = !flat;
  }

  setTurn(angle_rad: number): void {
    this.starTurn.value = [Math.cos(angle_rad), Math.sin(angle_rad)];
  }
}

/// Directions all over the sky and brightnesses, few of them high; the same on every page.
function scatter(): Float32Array {
  let seed = 0x5eed;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const stars = new Float32Array(4 * STARS);
  for (let k = 0; k < STARS; k += 1) {
    const z = 2 * random() - 1;
    const angle = 2 * Math.PI * random();
    const across = Math.sqrt(1 - z * z);
    stars.set([across * Math.cos(angle), across * Math.sin(angle), z, random() ** 3], 4 * k);
  }
  return stars;
}

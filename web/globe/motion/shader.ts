/// GLSL that every mark shares: where a platform is at a time, and where that is on the screen.

/// Texels a row; every WebGL2 device takes 2048 and more.
export const TEXTURE_WIDTH = 2048;
export const BLOCKS_MAX = 16;
/// WGS84: b / a and the first eccentricity squared.
export const EARTH_RATE_RAD_S = 7.292115e-5;
export const POLAR_SCALE = 1 - 1 / 298.257223563;

/// A mover goes straight on for so long after its last node, and fades meanwhile.
export const FADE_S = 5;

/// `placeOf(platform, ahead_s)`: ITRS in Earth radii, `ahead_s` seconds from now; w is 0 if absent,
/// and between 0 and 1 of what fades after its last node.
export const PLACE_GLSL = /* glsl */ `
uniform highp sampler2D knots;
uniform highp isampler2D platforms;
uniform vec3 clock[${BLOCKS_MAX}];

vec4 knotTexel(int n) {
  return texelFetch(knots, ivec2(n % ${TEXTURE_WIDTH}, n / ${TEXTURE_WIDTH}), 0);
}

vec4 placeOf(int platform, float ahead_s) {
  ivec4 row = texelFetch(platforms, ivec2(platform % ${TEXTURE_WIDTH}, platform / ${TEXTURE_WIDTH}), 0);
  if (row.y < 0) return knotTexel(row.x);
  vec3 now = clock[row.y];
  float along = now.y + ahead_s / now.z;
  float whole = min(floor(along), float(row.w - 2) - now.x);
  float s = along - whole;
  int knot = int(now.x + whole);
  if (knot < 0 || s > 1.0) return vec4(0.0);
  int at = row.x + 2 * knot * row.z;
  vec4 p0 = knotTexel(at);
  vec4 p1 = knotTexel(at + 2 * row.z);
  vec3 v0 = knotTexel(at + row.z).xyz;
  if (p1.w < 0.5) {
    float since_s = s * now.z;
    return vec4(p0.xyz + since_s * v0, p0.w * max(0.0, 1.0 - since_s / ${FADE_S.toFixed(1)}));
  }
  vec3 v1 = knotTexel(at + 3 * row.z).xyz;
  float rest = 1.0 - s;
  vec3 p = (1.0 + 2.0 * s) * rest * rest * p0.xyz + now.z * s * rest * rest * v0
    + s * s * (3.0 - 2.0 * s) * p1.xyz - now.z * s * s * rest * v1;
  return vec4(p, p0.w * p1.w);
}
`;

/// `project(p, anchor)`: clip coordinates of an ITRS place. On the map, a longitude is unrolled to
/// the side of `anchor`, so that no line runs the long way round. `facing(p)`: above 0 where a
/// point of the surface is turned to the camera. `hidden(p)`: the Earth stands before it.
export const PROJECT_GLSL = /* glsl */ `
uniform bool flatMap;
uniform float mapCentre;
uniform float mapShift;
uniform vec3 cameraAt;
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);
const vec3 ROUND = vec3(1.0, 1.0, ${(1 / POLAR_SCALE).toFixed(12)});
const float TURN = 6.283185307179586;

float nearTo(float angle, float reference) {
  return angle - TURN * round((angle - reference) / TURN);
}

vec2 lonLat(vec3 p) {
  float across = length(p.xy);
  float squash = 1.0 - ${(1 - POLAR_SCALE ** 2).toFixed(12)} / max(length(p), 1.0);
  return vec2(atan(p.y, p.x), atan(p.z, across * squash));
}

vec4 project(vec3 p, vec3 anchor) {
  if (!flatMap) return projectionMatrix * viewMatrix * vec4(p, 1.0);
  vec2 place = lonLat(p);
  float reference = nearTo(atan(anchor.y, anchor.x), mapCentre);
  place.x = nearTo(place.x, reference) + mapShift;
  return projectionMatrix * viewMatrix * vec4(place, 0.0, 1.0);
}

float facing(vec3 p) {
  if (flatMap) return 1.0;
  vec3 up = normalize(p * ROUND);
  return dot(up, cameraAt * ROUND) - 1.0;
}

bool hidden(vec3 p) {
  if (flatMap) return false;
  vec3 from = cameraAt * ROUND;
  vec3 ray = p * ROUND - from;
  float nearest = -dot(from, ray) / dot(ray, ray);
  vec3 closest = from + nearest * ray;
  return nearest < 1.0 && dot(closest, closest) < 0.997;
}
`;

/// Cubic Hermite between two knots: what the vertex shader computes, for the few that the CPU asks.

/// Weights of position 0, velocity 0, position 1 and velocity 1 at `s` in 0..1 of a span of `step_s`.
export function hermiteWeights(s: number, step_s: number): [number, number, number, number] {
  const rest = 1 - s;
  return [
    (1 + 2 * s) * rest * rest,
    step_s * s * rest * rest,
    s * s * (3 - 2 * s),
    -step_s * s * s * rest,
  ];
}

/// The same, differentiated by time: weights that give the velocity.
export function hermiteSlopes(s: number, step_s: number): [number, number, number, number] {
  const rest = 1 - s;
  const slope = (6 * s * rest) / step_s;
  return [-slope, rest * (1 - 3 * s), slope, s * (3 * s - 2)];
}

import type { Scene } from "../../../scene/index.ts";

/// Of each [[routes]], between two of its snapshots.
export const stepsOf = ({ routes }: Scene): number[] => routes.map(({ step_s }) => step_s);

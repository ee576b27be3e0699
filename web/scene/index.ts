export { readScene, SceneError } from "./container.ts";
export { readEmbeddedScene } from "./embedded.ts";
export { beamsAt, chargeAt, lastNotAfter, offStationAt, pathAt, sunAt } from "./moments.ts";
export type * from "./scene.ts";

export { readScene, SceneError } from "./container.ts";
export { readEmbeddedScene } from "./embedded.ts";
export { beamsAt, lastNotAfter, pathAt, sunAt } from "./moments.ts";
export type * from "./scene.ts";

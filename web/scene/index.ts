export { readScene, SceneError } from "./container.ts";
export { readEmbeddedScene } from "./embedded.ts";
export type * from "./scene.ts";

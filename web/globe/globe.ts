import type { Scene } from "../scene/index.ts";
import { GlobeError, type Globe, type GlobeOptions } from "./contract.ts";

/// Draw a scene into `host`, which keeps its size.
export function createGlobe(_host: HTMLElement, _scene: Scene, _options: GlobeOptions = {}): Globe {
  throw new GlobeError("The globe is not drawn yet.");
}

/// What lies under the pointer: the marks are drawn once more, small, with their ids as colours.
import { NearestFilter, Scene, WebGLRenderTarget, type Material, type WebGLRenderer } from "three";
import type { View } from "./camera.ts";

/// Side of the square around the pointer, device pixels.
const SIDE = 15;

export interface Pickable {
  /// The first of them is what can be picked, or what hides others.
  readonly objects: { material: Material | Material[] }[];
  /// Draws ids in place of colours.
  readonly pickMaterial: Material;
}

export class Picker {
  private readonly target = new WebGLRenderTarget(SIDE, SIDE, {
    minFilter: NearestFilter,
    magFilter: NearestFilter,
  });
  private readonly pixels = new Uint8Array(4 * SIDE * SIDE);

  constructor(
    private readonly renderer: WebGLRenderer,
    private readonly pickables: Pickable[],
  ) {}

  /// The id nearest to a place on the canvas (CSS pixels); ids up to `pointsEnd` win over greater.
  at(x: number, y: number, scene: Scene, view: View, pointsEnd: number): number {
    const { renderer, target } = this;
    const ratio = renderer.getPixelRatio();
    const { width, height } = renderer.domElement;
    const [left, top] = [Math.round(x * ratio) - (SIDE >> 1), Math.round(y * ratio) - (SIDE >> 1)];
    view.camera.setViewOffset(width, height, left, top, SIDE, SIDE);
    const restore = this.dress(scene);
    renderer.setRenderTarget(target);
    renderer.setClearColor(0, 1);
    renderer.clear();
    renderer.render(scene, view.camera);
    renderer.readRenderTargetPixels(target, 0, 0, SIDE, SIDE, this.pixels);
    renderer.setRenderTarget(null);
    view.camera.clearViewOffset();
    restore();
    return this.nearest(pointsEnd);
  }

  dispose(): void {
    this.target.dispose();
    this.pickables.forEach(({ pickMaterial }) => pickMaterial.dispose());
  }

  /// Show what can be picked alone, with its ids; returns what undoes it.
  private dress(scene: Scene): () => void {
    const picked = this.pickables.map(({ objects, pickMaterial }) => {
      const object = objects[0]!;
      const kept = object.material;
      object.material = pickMaterial;
      return { object, kept };
    });
    const hidden = scene.children.filter(
      (child) => child.visible && !picked.some(({ object }) => object === (child as unknown)),
    );
    hidden.forEach((child) => (child.visible = false));
    return () => {
      hidden.forEach((child) => (child.visible = true));
      picked.forEach(({ object, kept }) => (object.material = kept));
    };
  }

  private nearest(pointsEnd: number): number {
    let best = 0;
    let bestAway = Infinity;
    for (let k = 0; k < SIDE * SIDE; k += 1) {
      const [r, g, b] = this.pixels.subarray(4 * k, 4 * k + 3) as unknown as [number, number, number];
      const id = r + 256 * g + 65536 * b;
      if (id === 0) continue;
      const away = Math.hypot((k % SIDE) - (SIDE >> 1), Math.floor(k / SIDE) - (SIDE >> 1));
      const rank = away + (id < pointsEnd ? 0 : SIDE);
      if (rank < bestAway) [best, bestAway] = [id, rank];
    }
    return best;
  }
}

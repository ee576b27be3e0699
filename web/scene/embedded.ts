/// A scene inside a page: gzipped and in base64, as a report carries it.
import { readScene, SceneError } from "./container.ts";
import type { Scene } from "./scene.ts";

/// Unpack the text of a `<script type="application/octet-stream">`.
export async function readEmbeddedScene(base64: string): Promise<Scene> {
  if (base64.trim() === "") throw new SceneError("this page carries no scene");
  const packed = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  let bytes: ArrayBuffer;
  try {
    bytes = await new Response(stream).arrayBuffer();
  } catch {
    throw new SceneError("the scene in this page is damaged");
  }
  return readScene(bytes);
}

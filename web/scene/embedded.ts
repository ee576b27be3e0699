/// A scene inside a page: gzipped and in base64, as a report carries it.
import { readScene } from "./container.ts";
import type { Scene } from "./scene.ts";

/// Unpack the scene of a `<script type="application/octet-stream">`.
export async function readEmbeddedScene(base64: string): Promise<Scene> {
  const packed = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return readScene(await new Response(stream).arrayBuffer());
}

import { describe, expect, it } from "vitest";
import { readScene } from "./container.ts";

/// Build a container by hand, byte for byte as its description says.
function container(header: object, data: Uint8Array): ArrayBuffer {
  let text = JSON.stringify(header);
  while ((4 + text.length) % 8 !== 0) text += " ";
  const bytes = new Uint8Array(4 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  bytes.set(data, 4 + text.length);
  return bytes.buffer;
}

function withSite(overrides: object = {}): ArrayBuffer {
  const arrays = { site: { dtype: "f4", shape: [1, 3], offset: 8 } };
  const data = new Uint8Array(24);
  new Float32Array(data.buffer, 8, 3).set([6378137, 0, -1.5]);
  return container({ format: 1, name: "one", arrays, ...overrides }, data);
}

describe("readScene", () => {
  it("reads words and numbers where the header says", () => {
    const scene = readScene(withSite());
    expect(scene.name).toBe("one");
    expect([...scene.site]).toEqual([6378137, 0, -1.5]);
  });

  it("gives empty arrays for what was left out", () => {
    const scene = readScene(withSite());
    expect(scene.tracks).toEqual([]);
    expect(scene.contacts.rule.length).toBe(0);
  });

  it("refuses other bytes, other formats and cut files in words", () => {
    expect(() => readScene(new ArrayBuffer(2))).toThrow(/no scene/);
    expect(() => readScene(withSite({ format: 2 }))).toThrow(/format 2, this page reads 1/);
    expect(() => readScene(withSite().slice(0, -8))).toThrow(/site reaches beyond the end/);
  });
});

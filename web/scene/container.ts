/// The bytes of a scene: a JSON header, then little-endian arrays, each at a multiple of eight.
import type { Header, Scene, TrackBlock } from "./scene.ts";

const FORMAT = 1;
const DTYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array } as const;
type Dtype = keyof typeof DTYPES;
type Values<D extends Dtype> = InstanceType<(typeof DTYPES)[D]>;

interface Place {
  dtype: Dtype;
  shape: number[];
  offset: number;
}

/// The bytes are no scene, or one that this page cannot draw.
export class SceneError extends Error {
  override name = "SceneError";
}

/// Read a scene from its container; the arrays are views of `bytes`, nothing is copied.
export function readScene(bytes: ArrayBuffer): Scene {
  const { header, places, dataAt } = readHeader(bytes);
  const array = <D extends Dtype>(name: string, dtype: D): Values<D> => {
    const place = places[name];
    if (!place) return new DTYPES[dtype](0) as Values<D>;
    if (place.dtype !== dtype) {
      throw new SceneError(`scene: array ${name} holds ${place.dtype}, not ${dtype}`);
    }
    const count = place.shape.reduce((size, side) => size * side, 1);
    const at = dataAt + place.offset;
    if (at + count * DTYPES[dtype].BYTES_PER_ELEMENT > bytes.byteLength) {
      throw new SceneError(`scene: array ${name} reaches beyond the end; the file was cut short`);
    }
    return new DTYPES[dtype](bytes, at, count) as Values<D>;
  };
  return {
    ...header,
    site: array("site", "f4"),
    tracks: readTracks(places, array),
    sunAt: array("sun", "f4"),
    contacts: {
      rule: array("contact.rule", "i4"),
      source: array("contact.source", "i4"),
      target: array("contact.target", "i4"),
      start: array("contact.start", "f4"),
      end: array("contact.end", "f4"),
    },
    load: {
      time: array("load.time", "f4"),
      first: array("load.first", "i4"),
      source: array("load.source", "i4"),
      target: array("load.target", "i4"),
      utilisation: array("load.utilisation", "f4"),
    },
    beams: {
      time: array("beam.time", "f4"),
      first: array("beam.first", "i4"),
      rule: array("beam.rule", "i4"),
      platform: array("beam.platform", "i4"),
      centre: array("beam.centre", "i4"),
      users: array("beam.users", "i4"),
      utilisation: array("beam.utilisation", "f4"),
    },
    outages: {
      platform: array("outage.platform", "i4"),
      other: array("outage.other", "i4"),
      start: array("outage.start", "f4"),
      end: array("outage.end", "f4"),
    },
    charges: {
      platform: array("charge.platform", "i4"),
      first: array("charge.first", "i4"),
      time: array("charge.time", "f4"),
      share: array("charge.share", "f4"),
    },
    drifts: {
      platform: array("off.platform", "i4"),
      start: array("off.start", "f4"),
      end: array("off.end", "f4"),
    },
    paths: {
      route: array("path.route", "i4"),
      time: array("path.time", "f4"),
      source: array("path.source", "i4"),
      target: array("path.target", "i4"),
      first: array("path.first", "i4"),
      node: array("path.node", "i4"),
      delay: array("path.delay", "f4"),
    },
  };
}

function readHeader(bytes: ArrayBuffer): {
  header: Header;
  places: Record<string, Place>;
  dataAt: number;
} {
  const length = bytes.byteLength >= 4 ? new DataView(bytes).getUint32(0, true) : Infinity;
  if (4 + length > bytes.byteLength) throw new SceneError("scene: these bytes are no scene");
  let parsed: Header & { arrays: Record<string, Place> };
  try {
    parsed = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  } catch {
    throw new SceneError("scene: the header is no JSON");
  }
  if (parsed.format !== FORMAT) {
    throw new SceneError(
      `scene: written in format ${parsed.format}, this page reads ${FORMAT}; ` +
        "write the scene again with the skyweft that shows it",
    );
  }
  // What a stage adds is missing where the stage is.
  const { arrays, routes = [], bursts = [], ...rest } = parsed;
  return { header: { ...rest, routes, bursts }, places: arrays, dataAt: Math.ceil((4 + length) / 8) * 8 };
}

function readTracks(
  places: Record<string, Place>,
  array: <D extends Dtype>(name: string, dtype: D) => Values<D>,
): TrackBlock[] {
  const tracks: TrackBlock[] = [];
  for (let k = 0; places[`track.${k}.position`]; k += 1) {
    tracks.push({
      time: array(`track.${k}.time`, "f8"),
      position: array(`track.${k}.position`, "f4"),
      velocity: array(`track.${k}.velocity`, "f4"),
      movers: places[`track.${k}.position`]?.shape[1] ?? 0,
    });
  }
  return tracks;
}

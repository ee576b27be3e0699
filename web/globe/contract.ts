/// What a page may ask of the globe. The globe knows nothing of the page around it.
import type { Layer, Scene } from "../scene/index.ts";

export type Selection =
  | { kind: "platform"; index: number }
  | { kind: "link"; source: number; target: number }
  | { kind: "path"; source: number; target: number };

export interface GlobeOptions {
  /// Smaller Earth texture, no antialias: for software rendering.
  lowPower?: boolean;
  /// No pulses and no glides; default: what the browser was told.
  reducedMotion?: boolean;
  /// Finer coasts, fetched after the first frame; the single-file module has the coarse ones only.
  coast?: "110m" | "50m";
  /// Fetch the scene that covers a time outside this one.
  more?: (from_s: number, to_s: number) => Promise<Scene>;
}

/// What is drawn. `tracks` and `footprints`: none, those of the selected thing, or of all movers
/// of the named groups.
export interface Visible {
  layers: Partial<Record<Layer, boolean>>;
  /// By index of the rule; a rule that is not named is drawn.
  rules: Record<number, boolean>;
  links: boolean;
  utilisation: boolean;
  /// Spots on the ground of beams in use.
  beams: boolean;
  tracks: "none" | "selected" | string[];
  footprints: "none" | "selected" | string[];
  labels: boolean;
  night: boolean;
  graticule: boolean;
  stars: boolean;
}

export interface Spot {
  /// Who forms the beam, and at whom it is steered.
  platform: number;
  towards: number;
  users: number;
  utilisation: number;
  centre: [number, number, number] | null;
}

export interface Camera {
  /// Below the camera; in the inertial frame at the run's start.
  longitude_deg: number;
  latitude_deg: number;
  /// From the Earth's centre, in Earth radii; in the map: 1 shows the whole world.
  distance: number;
}

export interface Globe {
  /// Resolves after the first frame.
  readonly ready: Promise<void>;
  /// Frames drawn so far.
  readonly frames: number;
  /// Median main-thread script a frame, milliseconds.
  readonly scriptMs: number;
  /// Seconds from the run's start.
  setTime(t_s: number): void;
  select(what: Selection | null): void;
  onSelect(listener: (what: Selection | null) => void): () => void;
  show(what: Partial<Visible>): void;
  view(mode: "globe" | "map"): void;
  frame(which: "fixed" | "inertial"): void;
  follow(platform: number | null): void;
  camera(): Camera;
  setCamera(camera: Partial<Camera>): void;
  /// ITRS metres now, computed as the shader does; null where absent.
  positionOf(platform: number): [number, number, number] | null;
  /// The beams in use now and where their axes meet the ground, ITRS metres; null where they miss it.
  spots(): Spot[];
  destroy(): void;
}

/// The globe cannot be drawn here; the message is fit to be shown.
export class GlobeError extends Error {
  override name = "GlobeError";
}

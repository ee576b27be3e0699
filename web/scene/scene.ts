/// What a page needs to draw any moment of a run. The container is read by `container.ts`.

export type Floats = Float32Array | Float64Array;

export interface Group {
  name: string;
  layer: Layer;
  motion: string;
  count: number;
  relay: boolean;
}

export type Layer = "space" | "near_space" | "air" | "ground";

export interface Rule {
  name: string;
  kind: "radio" | "optical";
  elevation_min_deg: number | null;
  between: string[];
  /// Steered beams at one end; null: a carrier for each link.
  beams: { count: number; width_deg: number } | null;
}

/// The words of a scene: its header, without the arrays' places.
export interface Header {
  format: number;
  skyweft: string;
  name: string;
  description: string;
  /// UTC, ISO 8601: what `seconds` below count from.
  start: string;
  duration_s: number;
  simulated_s: number;
  complete: boolean;
  /// What this scene covers, seconds from the start.
  from_s: number;
  to_s: number;
  hash: string;
  groups: Group[];
  /// `group` holds indices of `groups`; `track` rows over all blocks, -1 for what stands.
  platforms: { name: string[]; group: number[]; track: number[] };
  rules: Rule[];
  /// Many things of a group report at once.
  bursts: { source: string; start_s: number; spread_s: number; share: number; radius_m: number | null }[];
  routes: { sources: string[]; targets: string[]; step_s: number }[];
  figures?: unknown;
  notes: string[];
}

/// Movers that share one even step. Rows of a block follow those of the block before it.
export interface TrackBlock {
  /// (knots) seconds from the run's start.
  time: Float64Array;
  /// (knots, movers, 3) ITRS metres; NaN where absent.
  position: Float32Array;
  /// (knots, movers, 3) ITRS metres a second.
  velocity: Float32Array;
  movers: number;
}

/// Windows in which a rule lets source and target meet.
export interface Contacts {
  rule: Int32Array;
  source: Int32Array;
  target: Int32Array;
  start: Float32Array;
  end: Float32Array;
}

/// Snapshots of directed load: rows `first[k]` to `first[k + 1]` belong to `time[k]`.
export interface Load {
  time: Float32Array;
  first: Int32Array;
  source: Int32Array;
  target: Int32Array;
  utilisation: Float32Array;
}

/// Snapshots of beams in use: rows `first[k]` to `first[k + 1]` belong to `time[k]`. Each is steered
/// at the platform `centre`; utilisation is that of the fuller direction.
export interface Beams {
  time: Float32Array;
  first: Int32Array;
  rule: Int32Array;
  platform: Int32Array;
  centre: Int32Array;
  users: Int32Array;
  utilisation: Float32Array;
}

/// Best paths kept by the run, by time and then pair; `first` points into `node`, where -1 stands
/// for a platform that this scene leaves out.
export interface Paths {
  route: Int32Array;
  time: Float32Array;
  source: Int32Array;
  target: Int32Array;
  first: Int32Array;
  node: Int32Array;
  delay: Float32Array;
}

/// What is out of order and when; `other` is the far end of a link, or -1.
export interface Outages {
  platform: Int32Array;
  other: Int32Array;
  start: Float32Array;
  end: Float32Array;
}

/// What part of batteries is full: rows `first[k]` to `first[k + 1]` belong to `platform[k]`, by time.
export interface Charges {
  platform: Int32Array;
  first: Int32Array;
  time: Float32Array;
  share: Float32Array;
}

/// When airships are off their stations, by platform and time.
export interface Drifts {
  platform: Int32Array;
  start: Float32Array;
  end: Float32Array;
}

export interface Scene extends Header {
  /// (platforms, 3) ITRS metres; NaN for movers.
  site: Float32Array;
  tracks: TrackBlock[];
  /// (n, 4) seconds and the unit vector towards the Sun, ITRS.
  sunAt: Float32Array;
  contacts: Contacts;
  load: Load;
  beams: Beams;
  outages: Outages;
  charges: Charges;
  drifts: Drifts;
  paths: Paths;
}

/// The key figures of a run, as summary.json has them; what a run did not compute is null.

export interface RouteFigures {
  sources: string[];
  targets: string[];
  step_s: number;
  pairs: number;
  share_reachable: number | null;
  delay_median_s: number | null;
  delay_p95_s: number | null;
  hops_mean: number | null;
}

export interface CoverageFigures {
  places: number;
  coverage_fraction_mean: number | null;
  longest_gap_s: number | null;
  in_view_mean: number | null;
}

export interface Figures {
  name: string;
  platforms: { total: number; by_layer: Record<string, number> };
  contacts: { total: number; median_s: number | null };
  coverage: { elevation_min_deg: number; cells: CoverageFigures | null; sites: CoverageFigures | null } | null;
  routes: RouteFigures[] | null;
  flows: { flows: number; carried_mean_bps: number | null; share_served: number | null } | null;
  deliveries?: { generated: number; observed?: number; share_delivered: number | null; delay_p50_s: number | null } | null;
  manifest?: { seed?: number; hash?: string; warnings?: string[]; overrides?: string[] };
  [more: string]: unknown;
}

/// The answer as it is: readers of older runs meet missing keys, so all below is asked for with `?.`.
export function figuresOf(answer: Record<string, unknown>): Figures {
  return answer as unknown as Figures;
}

export type Plain = number | string | boolean | null;

/// Every number and word of the figures by its path: `contacts.median_s`. What names the run is not
/// a figure of it.
export function flat(value: unknown, path = ""): Map<string, Plain> {
  const found = new Map<string, Plain>();
  if (value !== null && typeof value === "object") {
    const named = Array.isArray(value) ? value.map((each, k) => [String(k), each] as const) : Object.entries(value);
    for (const [key, each] of named) {
      if (path === "" && LEFT_OUT.has(key)) continue;
      for (const entry of flat(each, path ? `${path}.${key}` : key)) found.set(...entry);
    }
  } else if (value !== undefined) {
    found.set(path, value as Plain);
  }
  return found;
}

const LEFT_OUT = new Set(["name", "start", "manifest"]);

/// The key figures of a run, as summary.json has them: each stage's under its key, which its own
/// folder of the views reads. What a run did not compute is null, or not there.

export interface Figures {
  name: string;
  manifest?: { seed?: number; hash?: string; warnings?: string[]; overrides?: string[] };
  [stage: string]: unknown;
}

/// The answer as it is: readers of older runs meet missing keys.
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

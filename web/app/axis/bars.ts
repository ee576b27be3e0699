/// Contacts of a group within a part of the run: fetched once, finer where the first answer had to
/// merge them.
import { signal } from "@preact/signals";
import * as api from "../state/api.ts";
import { stacked, type Lanes } from "./lanes.ts";
import { lengthOf, type Span } from "./scale.ts";

export interface Row extends Lanes {
  bars: readonly api.Bar[];
  longest_s: number;
}

export interface Sheet {
  span: Span;
  merged: boolean;
  rows: ReadonlyMap<string, Row>;
}

/// Counts up with every answer: who draws, draws again.
export const arrivals = signal(0);
/// The last thing that went wrong, in the server's words.
export const complaint = signal<string | null>(null);

const SHEETS_MAX = 24;
const sheets = new Map<string, Sheet | "asked">();
let runOf = -1;

/// The best that is known of a group's contacts in a span; what would be better is asked for.
export function sheetOf(run: number, group: string, span: Span, end_s: number): Sheet | null {
  if (run !== runOf) {
    sheets.clear();
    runOf = run;
  }
  const whole = fetched(run, group, { from_s: 0, to_s: end_s });
  if (whole === null || !whole.merged || lengthOf(span) > 0.6 * end_s) return whole;
  return fetched(run, group, tile(span, end_s)) ?? whole;
}

/// A window that covers the span, snapped so that small moves need no new one.
export function tile({ from_s, to_s }: Span, end_s: number): Span {
  const grain_s = 2 ** Math.ceil(Math.log2(Math.max(1, to_s - from_s)));
  return {
    from_s: Math.max(0, Math.floor(from_s / grain_s) * grain_s),
    to_s: Math.min(end_s, Math.ceil(to_s / grain_s) * grain_s),
  };
}

function fetched(run: number, group: string, span: Span): Sheet | null {
  const key = `${group} ${span.from_s} ${span.to_s}`;
  const known = sheets.get(key);
  if (known === undefined && span.to_s > span.from_s) void fetch(run, key, group, span);
  return known === undefined || known === "asked" ? null : known;
}

async function fetch(run: number, key: string, group: string, span: Span): Promise<void> {
  sheets.set(key, "asked");
  try {
    const found = await api.timeline(run, { from: span.from_s, to: span.to_s, group });
    if (run !== runOf) return;
    complaint.value = null;
    sheets.set(key, { span, merged: found.merged ?? false, rows: rowsOf(found.rows) });
    const oldest = sheets.size > SHEETS_MAX ? sheets.keys().next().value : undefined;
    if (oldest !== undefined) sheets.delete(oldest);
  } catch (error) {
    // Kept as asked, so that a refusal is not asked for with every frame.
    complaint.value = error instanceof Error ? error.message : String(error);
  }
  arrivals.value += 1;
}

function rowsOf(rows: readonly api.TimelineRow[]): Map<string, Row> {
  return new Map(
    rows.map(({ platform, bars }) => {
      const longest_s = bars.reduce((most, [start, end]) => Math.max(most, end - start), 0);
      return [platform, { bars, longest_s, ...stacked(bars) }];
    }),
  );
}

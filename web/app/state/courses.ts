/// The course of a figure over a run, from a table of it.
import { effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import * as api from "./api.ts";
import type { Series } from "./meetings.ts";
import { run, runId } from "./runs.ts";

const PAGE = 2000;

/// What is made of some columns of the run that is shown: null until they are read, and where the
/// table is not there or longer than `rowsMax`.
export function courseOf<T>(
  table: string,
  columns: string[],
  made: (rows: number[][]) => T,
  rowsMax = Infinity,
): ReadonlySignal<T | null> {
  const found = signal<T | null>(null);
  effect(() => {
    const info = run.value;
    untracked(() => (found.value = null));
    const rows = info?.tables[table] ?? 0;
    if (!info || info.problem || rows === 0 || rows > rowsMax) return;
    void numbers(info, table, columns).then((read) => {
      if (info.id === runId.value) found.value = made(read);
    });
  });
  return found;
}

async function numbers(info: api.RunInfo, table: string, columns: string[]): Promise<number[][]> {
  const rows: number[][] = [];
  try {
    for (let offset = 0; offset < (info.tables[table] ?? 0); offset += PAGE) {
      const page = await api.table(info.id, table, { columns, offset, limit: PAGE });
      rows.push(...page.rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell : NaN))));
    }
  } catch {
    // The figure stands without its course.
    return [];
  }
  return rows;
}

/// Rows of time and value, added up where they are of the same time.
export function summed(rows: readonly number[][]): Series {
  const sums = new Map<number, number>();
  for (const [t_s, value] of rows) sums.set(t_s!, (sums.get(t_s!) ?? 0) + value!);
  const time = [...sums.keys()].sort((a, b) => a - b);
  return { time, value: time.map((t_s) => sums.get(t_s)!) };
}

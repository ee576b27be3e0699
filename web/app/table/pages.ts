/// Rows of a table that is too large to hold: pages are fetched as they come into sight.
import { signal, type Signal } from "@preact/signals";
import * as api from "../state/api.ts";

export const PAGE = 200;
const PAGES_MAX = 40;

export interface Wish {
  run: number;
  table: string;
  where: readonly string[];
  sort: string | null;
  descending: boolean;
}

export class Pages {
  readonly columns: Signal<api.Column[]> = signal([]);
  /// Null until the first answer.
  readonly total: Signal<number | null> = signal(null);
  readonly problem: Signal<string | null> = signal(null);
  /// Counts up with every page that came.
  readonly arrivals = signal(0);
  private readonly pages = new Map<number, api.Cell[][] | "asked">();
  private disposed = false;

  constructor(
    private readonly wish: Wish,
    private readonly ask: typeof api.table = api.table,
  ) {
    this.need(0, 1);
  }

  row(place: number): api.Cell[] | null {
    const page = this.pages.get(Math.floor(place / PAGE));
    return page === undefined || page === "asked" ? null : (page[place % PAGE] ?? null);
  }

  /// Ask for the pages of the rows from `first` up to `end`, as far as they are not here.
  need(first: number, end: number): void {
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) {
      if (!this.pages.has(page)) void this.fetch(page);
    }
  }

  dispose(): void {
    this.disposed = true;
  }

  private async fetch(page: number): Promise<void> {
    const { run, table, where, sort, descending } = this.wish;
    this.pages.set(page, "asked");
    try {
      const found = await this.ask(run, table, { where: [...where], sort, descending, offset: page * PAGE, limit: PAGE });
      if (this.disposed) return;
      // What was fetched longest ago makes room; it is asked for again when it is needed.
      if (this.pages.size > PAGES_MAX) this.pages.delete(this.pages.keys().next().value!);
      this.pages.set(page, found.rows);
      this.columns.value = found.columns;
      this.total.value = found.total;
      this.problem.value = null;
      this.arrivals.value += 1;
    } catch (error) {
      this.pages.delete(page);
      if (!this.disposed) this.problem.value = error instanceof Error ? error.message : String(error);
    }
  }
}

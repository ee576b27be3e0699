/// How wide columns are: what they hold is read whole. They only grow, so that nothing jumps while
/// a table is scrolled.
import type { Column } from "../state/api.ts";
import { heading } from "../words/quantities.ts";
import { rule, type Ruler } from "../words/ruler.ts";

/// Of what is longer than this the rest is a tip.
const WIDEST_PX = 1600;
const LEAST_PX: Record<Column["type"], number> = { text: 72, number: 72, bool: 64, time: 120, list: 160 };
const PAD_PX = 24;
const SORT_MARK_PX = 14;
export class Widths {
  private readonly widest = new Map<string, number>();
  private readonly longest = new Map<string, number>();

  constructor(private readonly ruler: Ruler = rule) {}

  of(column: Column): number {
    const head_px = this.ruler(heading(column.name), "head") + SORT_MARK_PX;
    const wanted_px = PAD_PX + Math.max(head_px, this.widest.get(column.name) ?? 0);
    return Math.ceil(Math.min(WIDEST_PX, Math.max(LEAST_PX[column.type], wanted_px)));
  }

  /// Make room for a text in a column.
  take({ name, type }: Column, text: string): void {
    // Letters differ in width: a text a little shorter than the longest may be the widest.
    if (text.length < 0.6 * (this.longest.get(name) ?? 0)) return;
    this.longest.set(name, Math.max(text.length, this.longest.get(name) ?? 0));
    const width = this.ruler(text, type === "text" || type === "bool" ? "words" : "mono");
    if (width > (this.widest.get(name) ?? 0)) this.widest.set(name, width);
  }
}

/// What a stage adds to the views that all stages share: it declares it in `shown.ts` or `shown.tsx`
/// of its own folder here, and the views are loops over what they find.
import type { ComponentChildren, ComponentType } from "preact";
import type { roundTicks } from "../chart/distribution.ts";
import type { Figures } from "../state/figures.ts";
import type { Series } from "../state/meetings.ts";
import type { Quantity } from "../words/quantities.ts";

/// A key figure, with its course where there is a series of it.
export interface Tile {
  /// The panel has room for few: the lowest come first.
  rank: number;
  name: string;
  value: Quantity;
  /// What it refers to.
  note: string;
  series?: Series;
}

/// A list of what goes on at the moment.
export interface Going {
  /// The lowest of those that are there is shown.
  rank: number;
  there(): boolean;
  /// `more` says how to have the lists that would be shown before it.
  List: ComponentType<{ more: string[] }>;
  more?: string;
}

/// How a column of a table is spread, in two runs that are compared.
export interface Spread {
  rank: number;
  table: string;
  column: string;
  /// From the column's unit to the axis'.
  factor: number;
  title(runs: readonly { name: string; values: readonly number[] }[]): string;
  xName: string;
  yName: string;
  xText(value: number): string;
  xTicks?: typeof roundTicks;
  /// Where neither run has it.
  lacking: ComponentChildren;
}

/// A picture beside the tables.
export interface Picture {
  rank: number;
  name: string;
  there(): boolean;
  View: ComponentType;
  /// How to have it.
  more: ComponentChildren;
}

export interface Shown {
  tiles?(known: Figures, t_s: number): Tile[];
  now?: Going;
  spreads?: Spread[];
  pictures?: Picture[];
}

const SHOWN = Object.values(import.meta.glob<Shown>("./*/shown.{ts,tsx}", { eager: true, import: "shown" }));

const ranked = <T extends { rank: number }>(found: T[]) => found.sort((a, b) => a.rank - b.rank);

export const GOING: readonly Going[] = ranked(SHOWN.flatMap(({ now }) => now ?? []));
export const SPREADS: readonly Spread[] = ranked(SHOWN.flatMap(({ spreads }) => spreads ?? []));
export const PICTURES: readonly Picture[] = ranked(SHOWN.flatMap(({ pictures }) => pictures ?? []));

/// The key figures of all stages at a moment, those first that tell most.
export function tilesOf(known: Figures, t_s: number): Tile[] {
  return ranked(SHOWN.flatMap(({ tiles }) => tiles?.(known, t_s) ?? []));
}

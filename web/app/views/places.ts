/// The views, each from `place.ts` of its folder, in the order of the rail. It holds words alone,
/// so that the address may know the views before any of them is there.
export interface Place {
  rank: number;
  name: string;
  /// On the keyboard.
  key: string;
  /// A line icon of 20 units.
  icon: string;
  /// Whether the chart of contacts lies below it.
  charted?: boolean;
}

const FOUND = import.meta.glob<Place>("./*/place.ts", { eager: true, import: "place" });
const NAMED = Object.entries(FOUND).map(([path, place]) => [path.split("/")[1]!, place] as const);

export const PLACES: ReadonlyMap<string, Place> = new Map(NAMED.sort(([, a], [, b]) => a.rank - b.rank));
export const FIRST = [...PLACES.keys()][0]!;

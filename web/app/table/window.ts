/// Which rows a scrolled box shows. Browsers cannot make an element tens of millions of pixels high,
/// so a long table's scroll bar is scaled: its ends are the table's ends, and between them every
/// pixel of the bar stands for several rows.
export const ROW_PX = 26;
/// Safari and Firefox stop at 17 and 33 million.
const HEIGHT_MAX_PX = 8_000_000;

export function heightOf(rows: number): number {
  return Math.min(rows * ROW_PX, HEIGHT_MAX_PX);
}

/// The rows in sight, and where the first of them is drawn, in pixels from the box's top.
export function inSight(rows: number, top: number, room: number): { first: number; end: number; y: number } {
  const scrolled = heightOf(rows) - room;
  const far = rows * ROW_PX - room;
  const pixel = scrolled > 0 ? (top / scrolled) * Math.max(0, far) : 0;
  const first = Math.max(0, Math.min(Math.floor(pixel / ROW_PX), rows - 1));
  return { first, end: Math.min(rows, first + Math.ceil(room / ROW_PX) + 1), y: first * ROW_PX - pixel };
}

/// Where to scroll so that a row is seen whole; `top` where it is already.
export function scrolledTo(row: number, rows: number, top: number, room: number): number {
  const scrolled = heightOf(rows) - room;
  const far = rows * ROW_PX - room;
  if (scrolled <= 0 || far <= 0) return 0;
  const pixel = (top / scrolled) * far;
  const wanted = Math.min(Math.max(pixel, (row + 1) * ROW_PX - room), row * ROW_PX);
  return Math.min(scrolled, Math.max(0, (wanted / far) * scrolled));
}

/// Draws bars on a canvas. Every rule has a colour and a texture of its own, since colour alone is
/// not enough to tell them apart.
import type { Bar } from "../state/api.ts";
import type { Row } from "./bars.ts";
import { inWindow, profile, type Step } from "./lanes.ts";
import { ROW_PX, type Line } from "./rows.ts";
import { shareOf, type Span, type Tick } from "./scale.ts";

export type Texture = "plain" | "stripes" | "dots";

export interface Style {
  colour: string;
  texture: Texture;
}

const COLOURS = ["#2b7fb0", "#2aa876", "#b27a2a"];
const TEXTURES: Texture[] = ["plain", "stripes", "dots"];
const SEVERAL: Style = { colour: "#3d5a78", texture: "plain" };
const SELECTED = "#ff5c9e";
const SELECTED_ROW = "#1c1624";
const LINE = "#1c2b40";
const WORDS = "#eaf4ff";
const GROUND = "#0b131f";
const ROW_GAP_PX = 2;
const LANE_MIN_PX = 2;
const RADIUS_PX = 2.5;
/// More bars above one another than this are counted, not stacked, unless their row has the room.
const LANES_MAX = 4;
export const LANE_PX = 12;
const NAMED_PX = 60;
const FEW_PX = 2;

export function styleOf(rule: string | null, rules: readonly string[]): Style {
  const place = rule === null ? -1 : rules.indexOf(rule);
  if (place < 0) return SEVERAL;
  return {
    colour: COLOURS[place % COLOURS.length]!,
    texture: TEXTURES[Math.floor(place / COLOURS.length) % TEXTURES.length]!,
  };
}

/// Where a bar lies within its line, from its top.
export function laneBox(row: Row, bar: number, height: number): { y: number; h: number } {
  const room = height - 2 * ROW_GAP_PX;
  const lane_px = Math.max(LANE_MIN_PX, room / row.count);
  const y = Math.min(row.lane[bar]! * lane_px, room - lane_px);
  return { y: ROW_GAP_PX + y, h: row.count > 1 ? Math.max(1, lane_px - (lane_px > 3 ? 1 : 0)) : lane_px };
}

export interface Chart {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  span: Span;
  rules: readonly string[];
  /// Scrolled by so many pixels.
  top: number;
  ticks: readonly Tick[];
  rowOf: (line: Line) => Row | null;
  /// The platform belongs to what is selected.
  isChosen: (platform: string) => boolean;
  /// The contact is what is selected.
  isSelected: (platform: string, other: string | null) => boolean;
}

export function paint(chart: Chart, lines: readonly Line[]): void {
  const { context, width, height, top } = chart;
  context.clearRect(0, 0, width, height);
  context.fillStyle = LINE;
  for (const { t_s } of chart.ticks) context.fillRect(Math.round(shareOf(chart.span, t_s) * width), 0, 1, height);
  for (const line of lines) {
    const y = line.top - top;
    if (line.kind === "group") context.fillRect(0, y + line.height - 1, width, 1);
    else paintLine(chart, line, y);
    context.fillStyle = LINE;
  }
}

function paintLine(chart: Chart, line: Line, y: number): void {
  const { context, rules, span } = chart;
  const row = chart.rowOf(line);
  if (chart.isChosen(line.name)) {
    context.fillStyle = SELECTED_ROW;
    context.fillRect(0, y, chart.width, line.height);
    context.fillStyle = SELECTED;
    context.fillRect(0, y, 2, line.height);
  }
  if (!row) {
    context.fillStyle = "#101b2b";
    context.fillRect(0, y + line.height / 2 - 1, chart.width, 2);
    return;
  }
  if (isCounted(row, line.height)) {
    paintProfile(chart, row, line, y);
    return;
  }
  const [first, last] = inWindow(row.bars, row.longest_s, span.from_s, span.to_s);
  for (let k = first; k < last; k += 1) {
    const bar = row.bars[k]!;
    if (bar[1] < span.from_s) continue;
    const box = laneBox(row, k, line.height);
    const chosen = chart.isSelected(line.name, bar[3]);
    paintBar(chart, bar, y + box.y, box.h, chosen ? { colour: SELECTED, texture: "plain" } : styleOf(bar[2], rules));
    if (line.height > ROW_PX && box.h >= LANE_PX - 2) paintName(chart, bar, y + box.y, box.h);
  }
}

/// Whether a row shows how many contacts there are, since the single ones would be too thin to see.
export function isCounted(row: Row, height: number): boolean {
  return row.count > LANES_MAX && height < row.count * 6;
}

const profiles = new WeakMap<Row, Step[]>();

/// How many contacts at every moment, rule upon rule; the highest step of the row fills it.
function paintProfile(chart: Chart, row: Row, line: Line, y: number): void {
  const { context, rules, span, width } = chart;
  const steps = profiles.get(row) ?? profile(row.bars, rules);
  profiles.set(row, steps);
  const room = line.height - 2 * ROW_GAP_PX;
  const foot = y + line.height - ROW_GAP_PX;
  steps.forEach(({ from_s, counts }, k) => {
    const to_s = steps[k + 1]?.from_s ?? from_s;
    if (to_s < span.from_s || from_s > span.to_s) return;
    // Whole pixels, so that no seams show between the steps.
    const x = Math.max(0, Math.floor(shareOf(span, from_s) * width));
    const w = Math.min(width, Math.ceil(shareOf(span, to_s) * width)) - x;
    let below = 0;
    counts.forEach((count, rule) => {
      // A few beside a crowd are still seen.
      const h = count > 0 ? Math.max(FEW_PX, (count / row.count) * room) : 0;
      context.fillStyle = styleOf(rules[rule]!, rules).colour;
      context.fillRect(x, foot - below - h, w, h);
      below += h;
    });
  });
}

function paintBar({ context, span, width }: Chart, bar: Bar, y: number, h: number, style: Style): void {
  const from = Math.max(-4, shareOf(span, bar[0]) * width);
  const to = Math.min(width + 4, shareOf(span, bar[1]) * width);
  const w = Math.max(1, to - from - 1);
  context.fillStyle = style.colour;
  if (h < 5 || w < 5) {
    context.fillRect(from, y, w, h);
  } else {
    context.beginPath();
    context.roundRect(from, y, w, h, RADIUS_PX);
    context.fill();
  }
  if (style.texture !== "plain" && w > 3 && h > 2) texture(context, style.texture, from, y, w, h);
}

/// Who the other one is, where the bar has the room.
function paintName({ context, span, width }: Chart, [start, end, , other]: Bar, y: number, h: number): void {
  const from = Math.max(0, shareOf(span, start) * width);
  const room = Math.min(width, shareOf(span, end) * width) - from - 8;
  if (other === null || room < NAMED_PX) return;
  context.font = "9.5px Inter, system-ui, sans-serif";
  context.textBaseline = "middle";
  context.fillStyle = WORDS;
  context.fillText(other, from + 4, y + h / 2 + 0.5, room);
}

function texture(context: CanvasRenderingContext2D, kind: Texture, x: number, y: number, w: number, h: number): void {
  context.fillStyle = GROUND;
  const gap = kind === "stripes" ? 6 : 5;
  // Counted from the canvas's edge, so that textures do not swim when a bar is cut.
  for (let at = Math.ceil(x / gap) * gap; at < x + w - 1; at += gap) {
    if (kind === "stripes") context.fillRect(at, y, 1.5, h);
    else context.fillRect(at, y + h / 2 - 1, 2, 2);
  }
}

/// Contacts over time: rows on a canvas beneath names that are real buttons. Only what is on screen
/// is drawn, so thousands of rows cost no more than forty.
import { computed, effect, signal, untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Group } from "../../scene/index.ts";
import { end_s, setTime } from "../state/clock.ts";
import { problems, runId, scene, start } from "../state/runs.ts";
import { nowShare, pan, scrollbar_px, span, zoom } from "../state/span.ts";
import { isPart, select, selected } from "../state/subject.ts";
import { grouped } from "../words/quantities.ts";
import { lasting, utcClock } from "../words/time.ts";
import { arrivals, complaint, sheetOf, type Row } from "./bars.ts";
import { inWindow } from "./lanes.ts";
import { isCounted, LANE_PX, laneBox, paint } from "./paint.ts";
import { forget, gutterFor, linesFor, NARROW_PX, widthOf } from "./gutter.ts";
import { HEADING_PX, heightOf, lineAt, linesOf, OPEN_MAX, ROW_PX, visible, type Line } from "./rows.ts";
import { lengthOf, ticks, timeAt } from "./scale.ts";

const TICK_PX = 90;
const UNFOLDED_PX = 420;
const DRAG_SLACK_PX = 4;
const HIT_SLACK_PX = 3;

/// Groups that were opened or closed by hand.
const wishes = signal<ReadonlyMap<string, boolean>>(new Map());
const members = computed(() => {
  const found = new Map<string, string[]>();
  const groups = scene.value?.groups ?? [];
  scene.value?.platforms.name.forEach((name, row) => {
    const group = groups[scene.value!.platforms.group[row]!]!.name;
    const list = found.get(group);
    if (list) list.push(name);
    else found.set(group, [name]);
  });
  return found;
});
const isOpen = ({ name, count }: Group) => wishes.value.get(name) ?? count <= OPEN_MAX;
const lines = computed(() => {
  void arrivals.value;
  return linesOf(scene.value?.groups ?? [], members.value, isOpen, heightFor, headFor);
});

/// Counts up when letters of their own have come, which are of another width.
const letters = signal(0);
void document.fonts?.ready.then(() => {
  forget();
  letters.value += 1;
});

/// What stands beside a name; on narrow pages only the name has room. Of large groups not all are
/// listed: the run has `count`.
function besideName(layer: string, count: number, listed = count): string {
  if (room_px.value <= NARROW_PX) return "";
  const many = listed < count ? `${grouped(listed)} of ${grouped(count)}` : grouped(count);
  return ` ${layer.replace("_", " ")}${count === 1 ? "" : ` · ${many}`}`;
}

function headWidth({ name, layer, count }: Group): number {
  return widthOf(name, true) + widthOf(besideName(layer, count, members.value.get(name)?.length ?? 0));
}

function nameWidth(platform: string, { layer }: Group, alone: boolean): number {
  return widthOf(platform) + (alone ? widthOf(besideName(layer, 1)) : 0);
}

const room_px = signal(1000);
/// How wide the names are beside the chart and its slider.
export const gutter_px = computed(() => {
  void letters.value;
  const widths = (scene.value?.groups ?? []).flatMap((group) => {
    const all = members.value.get(group.name) ?? [];
    const alone = all.length === 1;
    const rows = alone || isOpen(group) ? all.map((name) => nameWidth(name, group, alone)) : [];
    return alone ? rows : [headWidth(group), ...rows];
  });
  return gutterFor(widths.reduce((most, each) => Math.max(most, each), 0), room_px.value);
});

function headFor(group: Group): number {
  return HEADING_PX + ROW_PX * (linesFor(headWidth(group), gutter_px.value, room_px.value) - 1);
}

/// The chosen platform's row is unfolded, a line a contact at the same time.
function heightFor(platform: string, group: string): number {
  const subject = selected.value;
  const of = scene.value?.groups.find(({ name }) => name === group);
  const alone = members.value.get(group)?.length === 1;
  const named_px = ROW_PX * (of ? linesFor(nameWidth(platform, of, alone), gutter_px.value, room_px.value) : 1);
  if (subject?.kind !== "platform" || subject.name !== platform) return named_px;
  const lanes = sheetOf(runId.peek(), group, span.peek(), end_s.peek())?.rows.get(platform)?.count ?? 1;
  return Math.max(named_px, Math.min(UNFOLDED_PX, lanes * LANE_PX + 4));
}

function toggle(group: string, open: boolean): void {
  wishes.value = new Map(wishes.value).set(group, open);
}

/// Another run has other groups.
effect(() => {
  void runId.value;
  untracked(() => (wishes.value = new Map()));
});

function rowOf({ group, name }: Line): Row | null {
  return sheetOf(runId.peek(), group, span.peek(), end_s.peek())?.rows.get(name) ?? null;
}

export function Gantt() {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const top = useSignal(0);
  const shown = useComputed(() => {
    const [first, last] = visible(lines.value, top.value, size.value.height);
    return lines.value.slice(first, last);
  });

  useEffect(() => {
    const [box, drawing] = [scroller.current!, canvas.current!];
    const watch = new ResizeObserver(() => {
      scrollbar_px.value = box.offsetWidth - box.clientWidth;
      room_px.value = box.clientWidth;
      size.value = { width: drawing.clientWidth, height: box.clientHeight };
    });
    watch.observe(box);
    watch.observe(drawing);
    return () => watch.disconnect();
  }, []);

  useSignalEffect(() => {
    void arrivals.value;
    const { width, height } = size.value;
    const context = sharp(canvas.current!, width, height);
    if (!context) return;
    const subject = selected.value;
    paint(
      {
        context, width, height, rowOf,
        span: span.value,
        top: top.value,
        rules: scene.value?.rules.map(({ name }) => name) ?? [],
        ticks: ticks(span.value, Math.max(2, width / TICK_PX), Date.parse(start.value)),
        isChosen: (platform) => isPart(subject, platform),
        isSelected: (platform, other) =>
          subject !== null && subject.kind !== "platform" && other !== null && isPart(subject, platform) && isPart(subject, other),
      },
      shown.value,
    );
  });

  useSignalEffect(() => {
    const subject = selected.value;
    const row = subject && scene.value?.platforms.name.findIndex((name) => isPart(subject, name));
    if (subject === null || row === null || row === undefined || row < 0) return;
    untracked(() => reveal(scroller.current!, row));
  });

  return (
    <div class="gantt">
      <div
        class="gantt-scroll"
        ref={scroller}
        onScroll={() => (top.value = scroller.current!.scrollTop)}
      >
        <div class="gantt-all" style={{ height: `${heightOf(lines.value)}px` }}>
          <div class="gantt-window" style={{ height: `${size.value.height}px` }}>
            <ul class="gantt-names" aria-label="Platforms">
              {shown.value.map((line) => <Name key={`${line.kind} ${line.name}`} line={line} top={top.value} />)}
            </ul>
            <Bars canvas={canvas} top={top.value} />
          </div>
        </div>
      </div>
      {!scene.value && problems.value.length > 0 && <p class="notice" role="status">No chart: {problems.value.join(" ")}</p>}
      {complaint.value && <p class="notice" role="status">{complaint.value}</p>}
    </div>
  );
}

/// Open the group of a platform and scroll to its row.
function reveal(box: HTMLElement, row: number): void {
  const { platforms, groups } = scene.peek()!;
  const group = groups[platforms.group[row]!]!.name;
  const name = platforms.name[row]!;
  const find = () => lines.value.find((line) => line.kind === "platform" && line.name === name);
  if (!find()) toggle(group, true);
  const line = find();
  if (!line) return;
  const hidden = line.top < box.scrollTop || line.top + line.height > box.scrollTop + box.clientHeight;
  if (hidden) requestAnimationFrame(() => (box.scrollTop = line.top - box.clientHeight / 3));
}

function Name({ line, top }: { line: Line; top: number }) {
  const place = { transform: `translateY(${line.top - top}px)`, height: `${line.height}px` };
  if (line.kind === "group") {
    const listed = members.value.get(line.name)?.length ?? 0;
    const count = scene.value?.groups.find(({ name }) => name === line.name)?.count ?? listed;
    const open = lines.value.some(({ kind, group }) => kind === "platform" && group === line.name);
    return (
      <li class="gantt-group" style={place}>
        <button aria-expanded={open} onClick={() => toggle(line.name, !open)}>
          <i class="twist" aria-hidden="true">{open ? "▾" : "▸"}</i>
          <span>{line.name}</span> <span class="muted">{besideName(line.layer, count, listed)}</span>
        </button>
      </li>
    );
  }
  const isChosen = isPart(selected.value, line.name);
  return (
    <li style={place}>
      <button
        class={isChosen ? "chosen" : ""}
        aria-pressed={isChosen}
        title={line.name}
        onClick={() => select(isChosen ? null : { kind: "platform", name: line.name })}
      >
        <span>{line.name}</span>
        {members.value.get(line.group)?.length === 1 && <span class="muted">{besideName(line.layer, 1)}</span>}
      </button>
    </li>
  );
}

function Bars({ canvas, top }: { canvas: { current: HTMLCanvasElement | null }; top: number }) {
  const tip = useSignal<{ x: number; y: number; words: string[] } | null>(null);
  const drag = useRef<{ x: number; moved: boolean } | null>(null);

  const at = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return { x, y, width: box.width, t_s: timeAt(span.peek(), x / box.width) };
  };
  const move = (event: PointerEvent) => {
    const { x, y, width, t_s } = at(event);
    if (drag.current) {
      const by = x - drag.current.x;
      if (!drag.current.moved && Math.abs(by) < DRAG_SLACK_PX) return;
      drag.current = { x, moved: true };
      pan((-by / width) * lengthOf(span.peek()));
      tip.value = null;
      return;
    }
    const hit = barAt(y + top, t_s, width);
    tip.value = hit && { x: Math.min(x, width - 190), y, words: hit.words };
  };
  const up = (event: PointerEvent) => {
    const clicked = drag.current && !drag.current.moved;
    drag.current = null;
    if (!clicked) return;
    const { y, t_s, width } = at(event);
    const hit = barAt(y + top, t_s, width);
    if (hit?.other) select({ kind: "link", source: hit.line.name, target: hit.other });
    else if (hit) select({ kind: "platform", name: hit.line.name });
    setTime(t_s);
  };
  const wheel = (event: WheelEvent) => {
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (event.ctrlKey) zoom(Math.exp(event.deltaY * 0.003), at(event).t_s);
    else if (sideways) pan((sideways / 600) * lengthOf(span.peek()));
    else return;
    event.preventDefault();
  };

  useEffect(() => {
    const element = canvas.current!;
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, []);

  return (
    <div class="gantt-bars">
      <canvas
        ref={canvas}
        aria-hidden="true"
        onPointerDown={(event) => {
          drag.current = { x: at(event).x, moved: false };
          canvas.current!.setPointerCapture(event.pointerId);
        }}
        onPointerMove={move}
        onPointerUp={up}
        onPointerLeave={() => (tip.value = null)}
      />
      <NowLine />
      {tip.value && (
        <div class="tip" style={{ transform: `translate(${tip.value.x + 12}px, ${tip.value.y + 14}px)` }}>
          {tip.value.words.map((word) => <div key={word}>{word}</div>)}
        </div>
      )}
    </div>
  );
}

/// The bar under the hand, with its words.
function barAt(y: number, t_s: number, width: number) {
  const line = lineAt(lines.peek(), y);
  const row = line?.kind === "platform" ? rowOf(line) : null;
  if (!line || !row) return null;
  if (isCounted(row, line.height)) return counted(line, row, t_s);
  const slack_s = (HIT_SLACK_PX / width) * lengthOf(span.peek());
  const [first, last] = inWindow(row.bars, row.longest_s, t_s - slack_s, t_s + slack_s);
  let best: { distance: number; k: number } | null = null;
  for (let k = first; k < last; k += 1) {
    if (row.bars[k]![1] < t_s - slack_s) continue;
    const box = laneBox(row, k, line.height);
    const distance = Math.abs(line.top + box.y + box.h / 2 - y);
    if (!best || distance < best.distance) best = { distance, k };
  }
  if (!best) return null;
  const [from_s, to_s, rule, other] = row.bars[best.k]!;
  const words = [
    other ? `${line.name} – ${other}` : `${line.name}: several contacts`,
    rule ?? "several rules",
    `${utcClock(start.peek(), from_s)} – ${utcClock(start.peek(), to_s)} UTC, ${lasting(to_s - from_s)}`,
  ];
  return { line, other, words };
}

function counted(line: Line, row: Row, t_s: number) {
  const there = row.bars.filter(([from_s, to_s]) => from_s <= t_s && t_s < to_s);
  const rules = new Map<string, number>();
  for (const [, , rule] of there) rules.set(rule ?? "several rules", (rules.get(rule ?? "several rules") ?? 0) + 1);
  const words = [
    `${line.name}: ${there.length} contacts`,
    ...[...rules].map(([rule, count]) => `${count} ${rule}`),
    `${utcClock(start.peek(), t_s)} UTC; choose it to see each`,
  ];
  return { line, other: null, words };
}

function sharp(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context?.scale(scale, scale);
  return width > 0 && height > 0 ? context : null;
}

function NowLine() {
  const line = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    line.current!.style.left = `${100 * nowShare.value}%`;
  });
  return <div class="now" ref={line} />;
}

/// Delays of all pairs of a route at the moment, as a map that the keys walk as well.
import { computed, signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { same } from "../../chart/alike.ts";
import { heat, scaleOf } from "../../chart/heat.ts";
import * as api from "../../state/api.ts";
import { calm_s } from "../../state/clock.ts";
import { runId, scene, wordsOf } from "../../state/runs.ts";
import { select, selected } from "../../state/subject.ts";
import { lasting } from "../../words/time.ts";

const NONE = "#24303f";
const BARE_PX = 24;
const SELECTED = "#ff5c9e";
const CURSOR = "#dbe7f5";
const CELL_MAX_PX = 26;
const NAMES_FROM_PX = 8.5;
const PAD_PX = 12;

const route = signal(0);
const snapshot_s = computed(() => {
  const step = scene.value?.routes[route.value]?.step_s;
  return step ? Math.floor(calm_s.value / step + 1e-6) * step : 0;
});

export function Delays() {
  const known = useSignal<api.Matrix | null>(null);
  const complaint = useSignal<string | null>(null);
  useSignalEffect(() => {
    let wanted = true;
    api.matrix(runId.value, { route: route.value, time: snapshot_s.value }).then(
      (found) => {
        if (wanted) [known.value, complaint.value] = [found, null];
      },
      (error: unknown) => {
        if (wanted) [known.value, complaint.value] = [null, wordsOf(error)];
      },
    );
    return () => (wanted = false);
  });
  const routes = scene.value?.routes ?? [];
  return (
    <div class="delays">
      {routes.length > 1 && (
        <label class="pad">Route{" "}
          <select value={String(route.value)} onChange={(event) => (route.value = Number(event.currentTarget.value))}>
            {routes.map(({ sources, targets }, k) => <option key={k} value={String(k)}>{String(sources)} to {String(targets)}</option>)}
          </select>
        </label>
      )}
      {complaint.value && <p class="notice" role="status">{complaint.value}</p>}
      {known.value && <HeatMap matrix={known.value} />}
    </div>
  );
}

function HeatMap({ matrix }: { matrix: api.Matrix }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const cursor = useSignal({ row: 0, column: Math.min(1, matrix.targets.length - 1) });
  const focused = useSignal(false);
  const { sources, targets, delay_s } = matrix;
  const delays = delay_s.flat().filter((each): each is number => each !== null && each > 0);
  const [low, high] = scaleOf(delays);
  const longest = [...sources, ...targets].reduce((most, name) => Math.max(most, name.length), 0);
  const named = Math.min(130, 10 + 6 * longest);
  const fitting = (room: number) => Math.max(2, Math.min(CELL_MAX_PX, (width.value - room) / targets.length));
  const margin = fitting(named) < NAMES_FROM_PX ? BARE_PX : named;
  const cell = fitting(margin);
  const [w, h] = [margin + cell * targets.length, margin + cell * sources.length];

  useEffect(() => {
    const element = box.current!;
    const watch = new ResizeObserver(() => (width.value = element.clientWidth - 2 * PAD_PX));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const context = sized(canvas.current!, w, h);
    if (!context) return;
    delay_s.forEach((row, i) =>
      row.forEach((delay, j) => {
        context.fillStyle = delay === null ? NONE : heat((delay - low) / (high - low));
        context.fillRect(margin + j * cell, margin + i * cell, Math.max(1, cell - (cell > 6 ? 1 : 0)), Math.max(1, cell - (cell > 6 ? 1 : 0)));
        if (delay === null && cell > 8 && sources[i] !== targets[j]) cross(context, margin + j * cell, margin + i * cell, cell - 1);
      }),
    );
    names(context, sources, targets, margin, cell);
    const subject = selected.value;
    if (subject?.kind === "path") outline(context, sources.indexOf(subject.source), targets.indexOf(subject.target), margin, cell, SELECTED);
    if (focused.value) outline(context, cursor.value.row, cursor.value.column, margin, cell, CURSOR);
  });

  const at = (event: MouseEvent) => {
    const rect = canvas.current!.getBoundingClientRect();
    const row = Math.floor((event.clientY - rect.top - margin) / cell);
    const column = Math.floor((event.clientX - rect.left - margin) / cell);
    return row >= 0 && row < sources.length && column >= 0 && column < targets.length ? { row, column } : null;
  };
  const choose = () => {
    const [source, target] = [sources[cursor.value.row]!, targets[cursor.value.column]!];
    if (source !== target) select({ kind: "path", route: route.value, source, target });
  };
  const step = (row: number, column: number) => {
    cursor.value = {
      row: Math.min(Math.max(0, cursor.value.row + row), sources.length - 1),
      column: Math.min(Math.max(0, cursor.value.column + column), targets.length - 1),
    };
  };
  const keys: Record<string, () => void> = {
    ArrowRight: () => step(0, 1), ArrowLeft: () => step(0, -1), ArrowDown: () => step(1, 0), ArrowUp: () => step(-1, 0),
    Enter: choose, " ": choose,
  };
  const delay = delay_s[cursor.value.row]?.[cursor.value.column];
  const pair = `${sources[cursor.value.row]} → ${targets[cursor.value.column]}`;
  return (
    <div class="heat" ref={box}>
      <div class="heat-key">
        <output class="mono" aria-live="polite">{pair}: {delay === null || delay === undefined ? "no route" : lasting(delay)}</output>
        {delays.length > 0 && <Scale low={low} high={high} alike={same(delays, lasting)} />}
      </div>
      {(matrix.notes ?? []).map((note) => <p key={note} class="muted pad">{note}</p>)}
      <div class="heat-scroll">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={`Delays from ${sources.length} sources to ${targets.length} targets. Arrow keys walk, Enter selects the route.`}
          onFocus={() => (focused.value = true)}
          onBlur={() => (focused.value = false)}
          onPointerMove={(event) => (cursor.value = at(event) ?? cursor.value)}
          onClick={(event) => at(event) && choose()}
          onKeyDown={(event) => {
            const action = keys[event.key];
            if (!action) return;
            event.preventDefault();
            event.stopPropagation();
            action();
          }}
        />
      </div>
    </div>
  );
}

function Scale({ low, high, alike }: { low: number; high: number; alike: boolean }) {
  if (alike) return <span class="heat-scale mono">all {lasting(low)} <small>one way</small></span>;
  return (
    <span class="heat-scale">
      <span class="mono">{lasting(low)}</span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: 20 }, (_, k) => <rect key={k} x={5 * k} width="5.2" height="10" fill={heat(k / 19)} />)}
      </svg>
      <span class="mono">{lasting(high)} <small>one way</small></span>
      <span class="muted">crossed: no route</span>
    </span>
  );
}

function names(context: CanvasRenderingContext2D, sources: string[], targets: string[], margin: number, cell: number): void {
  if (cell < NAMES_FROM_PX) {
    context.font = "12px Inter, system-ui, sans-serif";
    context.fillStyle = "#8ea3bd";
    context.textBaseline = "bottom";
    context.fillText(`${targets.length} targets`, margin, margin - 6);
    context.save();
    context.translate(margin - 6, margin);
    context.rotate(-Math.PI / 2);
    context.textAlign = "right";
    context.fillText(`${sources.length} sources`, 0, 0);
    context.restore();
    return;
  }
  context.font = `${Math.min(11, cell)}px Inter, system-ui, sans-serif`;
  context.fillStyle = "#8ea3bd";
  context.textBaseline = "middle";
  context.textAlign = "right";
  sources.forEach((name, i) => context.fillText(name, margin - 6, margin + (i + 0.5) * cell, margin - 8));
  context.textAlign = "left";
  targets.forEach((name, j) => {
    context.save();
    context.translate(margin + (j + 0.5) * cell, margin - 6);
    context.rotate(-Math.PI / 2);
    context.fillText(name, 0, 0, margin - 8);
    context.restore();
  });
}

function outline(context: CanvasRenderingContext2D, i: number, j: number, margin: number, cell: number, colour: string): void {
  if (i < 0 || j < 0) return;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.strokeRect(margin + j * cell - 1, margin + i * cell - 1, cell + 1, cell + 1);
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, side: number): void {
  context.strokeStyle = "#5d6f86";
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x + 2, y + 2);
  context.lineTo(x + side - 2, y + side - 2);
  context.stroke();
}

function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context?.scale(devicePixelRatio, devicePixelRatio);
  return width > 0 && height > 0 ? context : null;
}

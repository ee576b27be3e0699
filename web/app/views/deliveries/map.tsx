/// The cells that have devices, coloured by what became of their messages, over the coasts.
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { same } from "../../chart/alike.ts";
import { heat, scaleOf } from "../../chart/heat.ts";
import type { Messages } from "./reading.ts";
import { grouped, percent } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";

const FIGURES = {
  share_delivered: { name: "share delivered", text: (share: number) => `${percent(share)} %` },
  delay_p95_s: { name: "95 % delivered within", text: lasting },
} as const;
type Figure = keyof typeof FIGURES;

const figure = signal<Figure>("share_delivered");
/// Pairs of points, degrees; they come with the globe's own coasts.
const coasts = signal<Float32Array | null>(null);

export function CellMap({ cells }: { cells: Messages["cells"] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const pointed = useSignal<number | null>(null);
  const known = cells[figure.value];
  const values = known.filter((each): each is number => each !== null);
  const { name, text } = FIGURES[figure.value];
  const [low, high] = scaleOf(values);
  const lines = coasts.value;
  useEffect(() => {
    void readCoasts();
    const element = box.current!;
    const watch = new ResizeObserver(([entry]) => (width.value = Math.min(900, Math.floor(entry!.contentRect.width))));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const height = Math.round(width.value / 2);
  useEffect(() => {
    const context = sized(canvas.current!, width.value, height);
    if (context) draw(context, width.value, height, cells, (k) => (known[k] === null ? null : heat((known[k]! - low) / (high - low))), lines);
  });
  const at = (event: MouseEvent) => {
    const rect = canvas.current!.getBoundingClientRect();
    const longitude = 360 * ((event.clientX - rect.left) / rect.width) - 180;
    const latitude = 90 - 180 * ((event.clientY - rect.top) / rect.height);
    const found = cells.latitude_min_deg.findIndex((south, k) => south! <= latitude && latitude < cells.latitude_max_deg[k]! && within(longitude, cells.longitude_min_deg[k]!, cells.longitude_max_deg[k]!));
    pointed.value = found < 0 ? null : found;
  };
  return (
    <div class="cells" ref={box}>
      <div class="heat-key">
        <select aria-label="What the map shows" value={figure.value} onChange={(event) => (figure.value = event.currentTarget.value as Figure)}>
          {Object.entries(FIGURES).map(([key, each]) => <option key={key} value={key}>{each.name}</option>)}
        </select>
        <output class="mono" aria-live="polite">{pointed.value === null ? `${grouped(known.length)} cells with devices` : told(cells, pointed.value)}</output>
        {values.length === 0 ? <span class="muted">nothing arrived</span> : same(values, text) ? (
          <span class="heat-scale mono">{text(values[0]!)} in every cell</span>
        ) : (
          <span class="heat-scale">
            <span class="mono">{text(low)}</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              {Array.from({ length: 20 }, (_, k) => <rect key={k} x={5 * k} width="5.2" height="10" fill={heat(k / 19)} />)}
            </svg>
            <span class="mono">{text(high)}</span>
          </span>
        )}
      </div>
      <canvas ref={canvas} role="img" aria-label={`Map of the world: ${name} of the messages generated in each cell; the table below has the numbers`} onPointerMove={at} onPointerLeave={() => (pointed.value = null)} />
    </div>
  );
}

function told(cells: Messages["cells"], k: number): string {
  const delivered = cells.share_delivered[k];
  const share = delivered === null || delivered === undefined ? "—" : `${percent(delivered)} %`;
  return `${grouped(cells.devices[k] ?? 0)} devices, ${grouped(cells.generated[k] ?? 0)} messages, ${share} delivered, 95 % within ${lasting(cells.delay_p95_s[k] ?? NaN)}`;
}

function within(longitude: number, west: number, east: number): boolean {
  const turned = longitude + 360 * Math.ceil((west - longitude) / 360 - 1e-12);
  return turned >= west && turned < east;
}

async function readCoasts(): Promise<void> {
  if (coasts.value) return;
  const [{ coastPieces }, atlas] = await Promise.all([import("../../../globe/earth/atlas.ts"), import("world-atlas/countries-110m.json")]);
  coasts.value = coastPieces(atlas.default as unknown as Parameters<typeof coastPieces>[0]);
}

function draw(context: CanvasRenderingContext2D, width: number, height: number, cells: Messages["cells"], colour: (k: number) => string | null, lines: Float32Array | null): void {
  const x = (longitude: number) => (width * (longitude + 180)) / 360;
  const y = (latitude: number) => (height * (90 - latitude)) / 180;
  context.fillStyle = "#07182b";
  context.fillRect(0, 0, width, height);
  cells.latitude_min_deg.forEach((south, k) => {
    const fill = colour(k);
    const [west, east, north] = [cells.longitude_min_deg[k]!, cells.longitude_max_deg[k]!, cells.latitude_max_deg[k]!];
    // A cell across the date line shows at both edges.
    for (const turn of [-360, 0, 360]) {
      const [left, right] = [x(west + turn), x(east + turn)];
      if (right <= 0 || left >= width) continue;
      context.fillStyle = fill ?? "#24303f";
      context.fillRect(left, y(north), Math.max(1, right - left - 0.5), Math.max(1, y(south!) - y(north) - 0.5));
    }
  });
  context.strokeStyle = "#4fa3c7";
  context.lineWidth = 0.7;
  context.beginPath();
  for (let k = 0; lines && k < lines.length; k += 4) {
    if (Math.abs(lines[k]! - lines[k + 2]!) > 180) continue;
    context.moveTo(x(lines[k]!), y(lines[k + 1]!));
    context.lineTo(x(lines[k + 2]!), y(lines[k + 3]!));
  }
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

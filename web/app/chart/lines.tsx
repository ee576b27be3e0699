/// Lines of a few series over one axis; each has a colour, a dash and a name.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { alike } from "./alike.ts";
import { roundTicks, type Point } from "./distribution.ts";

export interface Line {
  name: string;
  points: readonly Point[];
  /// Which colour and dash, so that the same thing looks the same in every chart.
  style?: number;
}

interface Props {
  title: string;
  lines: readonly Line[];
  /// With its unit.
  xName: string;
  yName: string;
  xText: (x: number) => string;
  yText: (y: number) => string;
  yRange?: [number, number];
  /// Round places on the axis: of numbers unless given.
  xTicks?: typeof roundTicks;
  yTicks?: typeof roundTicks;
}

const HEIGHT = 220;
const LEFT = 52;
const BOTTOM = 38;
const TOP = 8;
const RIGHT = 12;

export function Lines({ title, lines: all, xName, yName, xText, yText, yRange, xTicks = roundTicks, yTicks = roundTicks }: Props) {
  const box = useRef<HTMLElement>(null);
  const width = useSignal(480);
  useEffect(() => {
    const element = box.current!;
    const watch = new ResizeObserver(() => (width.value = Math.max(200, element.clientWidth)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const said = all.map((line) => ({ ...line, words: alike(line.points, xText, yText) }));
  const lines = said.filter(({ words }) => words === null);
  const flat = said.filter(({ words }) => words !== null);
  const points = lines.flatMap((line) => line.points);
  const [xLow, xHigh] = ends(points.map(({ x }) => x));
  const [yLow, yHigh] = yRange ?? ends(points.map(({ y }) => y));
  const px = (x: number) => LEFT + ((x - xLow) / (xHigh - xLow || 1)) * (width.value - LEFT - RIGHT);
  const py = (y: number) => TOP + (1 - (y - yLow) / (yHigh - yLow || 1)) * (HEIGHT - TOP - BOTTOM);
  return (
    <figure class="chart">
      <figcaption ref={box}>{title}</figcaption>
      {lines.length > 0 && <svg width={width.value} height={HEIGHT} role="img" aria-label={`${title}: ${lines.map(({ name }) => name).join(", ")}`}>
        {yTicks(yLow, yHigh, 4).map((y) => (
          <g key={y}>
            <line class="rule" x1={LEFT} x2={width.value - RIGHT} y1={py(y)} y2={py(y)} />
            <text x={LEFT - 6} y={py(y)} dy="0.35em" text-anchor="end">{yText(y)}</text>
          </g>
        ))}
        {xTicks(xLow, xHigh, Math.max(2, width.value / 110)).map((x) => (
          <g key={x}>
            <line class="rule" x1={px(x)} x2={px(x)} y1={TOP} y2={HEIGHT - BOTTOM} />
            <text x={px(x)} y={HEIGHT - BOTTOM + 14} text-anchor="middle">{xText(x)}</text>
          </g>
        ))}
        <text class="axis-name" x={width.value - RIGHT} y={HEIGHT - 6} text-anchor="end">{xName}</text>
        <text class="axis-name" x={LEFT} y={HEIGHT - 6}>{yName}</text>
        {lines.map(({ name, points, style = 0 }) => (
          <path key={name} class={`line line-${style}`} d={points.map(({ x, y }, i) => `${i ? "L" : "M"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join("")} />
        ))}
      </svg>}
      {flat.map(({ name, words }) => <p key={name} class="alike"><span class="muted">{all.length > 1 ? name : yName}:</span> {words}</p>)}
      {lines.some(({ style }) => style !== undefined) && (
        <ul class="key">
          {lines.map(({ name, style = 0 }) => (
            <li key={name}><svg class="swatch" viewBox="0 0 18 8" aria-hidden="true"><path class={`line line-${style}`} d="M0 4H18" /></svg>{name}</li>
          ))}
        </ul>
      )}
    </figure>
  );
}

function ends(values: readonly number[]): [number, number] {
  const low = values.reduce((least, each) => Math.min(least, each), Infinity);
  const high = values.reduce((most, each) => Math.max(most, each), -Infinity);
  return low <= high ? [low, high] : [0, 1];
}

/// Play, speed, and the slider: it stands on the same axis as the chart below it.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { atEnd, end_s, faster, play, playing, setTime, speed, SPEEDS, step_s, stepBy, time_s } from "../state/clock.ts";
import { start } from "../state/runs.ts";
import { isWhole, nowShare, scrollbar_px, showAll, span, zoom } from "../state/span.ts";
import { sinceStart, utcClock, utcDay } from "../words/time.ts";
import { Icon } from "../shell/icons.tsx";
import { shareOf, ticks, timeAt } from "./scale.ts";

const TICK_PX = 90;
const MINUTE_S = 60;

export function Transport() {
  return (
    <div class="transport">
      <div class="transport-hands">
        <button
          class="button primary play"
          aria-label={playing.value ? "Pause" : atEnd.value ? "Play from the start" : "Play"}
          title="Space"
          onClick={() => play(!playing.value)}
        >
          <Icon name={playing.value ? "pause" : "play"} />
        </button>
        <div class="group" role="group" aria-label="Speed">
          <button class="button" aria-label="Slower" title="[" disabled={speed.value === SPEEDS[0]} onClick={() => faster(-1)}>−</button>
          <output class="mono speed" title="Seconds of the run in a second">{speed}×</output>
          <button class="button" aria-label="Faster" title="]" disabled={speed.value === SPEEDS.at(-1)} onClick={() => faster(1)}>+</button>
        </div>
      </div>
      <Axis />
    </div>
  );
}

/// Which part of the run the axis shows.
export function Zoom() {
  return (
    <div class="group" role="group" aria-label="Part of the run that the axis shows">
      <button class="button" aria-label="Zoom in" title="Zoom in: Ctrl and wheel" onClick={() => zoom(0.5)}><Icon name="closer" /></button>
      <button class="button" aria-label="Zoom out" title="Zoom out" disabled={isWhole.value} onClick={() => zoom(2)}><Icon name="wider" /></button>
      <button class="button wide" disabled={isWhole.value} onClick={showAll}>All</button>
    </div>
  );
}

function Axis() {
  const track = useRef<HTMLDivElement>(null);
  const thumb = useRef<HTMLDivElement>(null);
  const fill = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const marks = useComputed(() => ticks(span.value, Math.max(2, width.value / TICK_PX), Date.parse(start.value)));
  // Signals as attributes: while it plays, only these change and nothing is rendered anew.
  const now = useComputed(() => Math.round(time_s.value));
  const spoken = useComputed(() => `${utcClock(start.value, time_s.value)} UTC, ${sinceStart(time_s.value)}`);

  useEffect(() => {
    const element = track.current!;
    const watch = new ResizeObserver(() => (width.value = element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useSignalEffect(() => {
    const share = Math.min(1, Math.max(0, nowShare.value));
    thumb.current!.style.left = fill.current!.style.width = `${100 * share}%`;
  });

  const drag = (event: PointerEvent) => {
    if (!(event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) return;
    const box = track.current!.getBoundingClientRect();
    setTime(timeAt(span.peek(), Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))));
  };
  const keys: Record<string, () => void> = {
    ArrowRight: () => stepBy(1),
    ArrowUp: () => stepBy(1),
    ArrowLeft: () => stepBy(-1),
    ArrowDown: () => stepBy(-1),
    PageUp: () => stepBy(10),
    PageDown: () => stepBy(-10),
    Home: () => setTime(0),
    End: () => setTime(end_s.value),
  };

  return (
    <div class="axis" style={{ paddingRight: `${scrollbar_px.value}px` }}>
      <div
        class="slider"
        ref={track}
        role="slider"
        tabIndex={0}
        aria-label="Time"
        aria-valuemin={0}
        aria-valuemax={Math.round(end_s.value)}
        aria-valuenow={now}
        aria-valuetext={spoken}
        title={`Arrow keys: ${step_s.value} s`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          play(false);
          drag(event);
        }}
        onPointerMove={drag}
        onKeyDown={(event) => {
          const action = keys[event.key];
          if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          event.stopPropagation();
          action();
        }}
      >
        <div class="slider-track"><div class="slider-fill" ref={fill} /></div>
        <div class="slider-thumb" ref={thumb} />
      </div>
      <div class="ticks" aria-hidden="true">
        {marks.value.map(({ t_s, day }) => (
          <span key={t_s} class={day ? "tick day" : "tick"} style={{ left: `${100 * shareOf(span.value, t_s)}%` }}>
            {day ? utcDay(start.value, t_s) : utcClock(start.value, t_s).slice(0, fine(marks.value) ? 8 : 5)}
          </span>
        ))}
      </div>
    </div>
  );
}

/// Whether ticks stand closer than a minute, so that their seconds are needed.
function fine(marks: readonly { t_s: number }[]): boolean {
  return marks.length > 1 && marks[1]!.t_s - marks[0]!.t_s < MINUTE_S;
}

/// Who we are, which run this is, that it is a replay, and what time it is there.
import { useComputed } from "@preact/signals";
import { restore, view, writePlace } from "../state/address.ts";
import { time_s } from "../state/clock.ts";
import { run, runId, runs, start } from "../state/runs.ts";
import { selected } from "../state/subject.ts";
import { lasting, sinceStart, utcClock, utcDate } from "../words/time.ts";
import { Icon } from "./icons.tsx";
import { Search } from "./search.tsx";

export function TopBar() {
  return (
    <header class="topbar">
      <div class="wordmark" aria-label="skyweft">sky<span>weft</span></div>
      <RunChoice />
      <span class="chip replay" title="A finished run, played again. Nothing here is live.">
        <Icon name="replay" /> replay
      </span>
      {run.value && !run.value.complete && run.value.simulated_s !== null && (
        <span class="chip warning" title="The run stopped before its end; what it had finished is shown.">
          <Icon name="warning" /> incomplete: {lasting(run.value.simulated_s)} of {lasting(run.value.duration_s ?? 0)}
        </span>
      )}
      <Search />
      <Clock />
    </header>
  );
}

function RunChoice() {
  const all = runs.value ?? [];
  if (all.length < 2) return <span class="chip scenario" title={run.value?.folder}>{run.value?.name ?? "…"}</span>;
  return (
    <select
      class="chip scenario"
      aria-label="Run"
      value={String(runId.value)}
      onChange={(event) => {
        const place = { view: view.value, run: Number(event.currentTarget.value), t_s: time_s.value };
        void restore(writePlace({ ...place, subject: selected.value, camera: null, span: null }));
      }}
    >
      {all.map(({ id, name, folder }) => <option key={id} value={String(id)}>{name} · {folder.split("/").at(-1)}</option>)}
    </select>
  );
}

function Clock() {
  const clock = useComputed(() => (start.value ? utcClock(start.value, time_s.value) : "--:--:--"));
  const date = useComputed(() => (start.value ? utcDate(start.value, time_s.value) : ""));
  const since = useComputed(() => sinceStart(time_s.value));
  return (
    <div class="clock mono" role="timer" aria-label="Time of the run, UTC">
      <span class="clock-time">{clock}</span>
      <span class="clock-date">UTC {date}</span>
      <span class="clock-since">{since}</span>
    </div>
  );
}

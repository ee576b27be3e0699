/// Beside the chart: what happened last and what happens next.
import { useComputed } from "@preact/signals";
import { calm_s, setTime } from "../state/clock.ts";
import { eventsNear, type Happening } from "../state/events.ts";
import { rareNear } from "../state/outages.ts";
import { scene, start } from "../state/runs.ts";
import { sameSubject, select, selected } from "../state/subject.ts";
import { utcClock } from "../words/time.ts";

const MANY = 30;
const RARE = 4;

export function Events() {
  const found = useComputed(() => (scene.value ? eventsNear(scene.value, calm_s.value, selected.value, MANY) : []));
  const rare = useComputed(() => (scene.value ? rareNear(scene.value, calm_s.value, selected.value, RARE) : []));
  const past = found.value.filter(({ time_s }) => time_s <= calm_s.value).reverse();
  const next = found.value.filter(({ time_s }) => time_s > calm_s.value);
  return (
    <section class="events" aria-labelledby="events">
      <h2 id="events">Events {selected.value && <small>of the selection</small>}</h2>
      <div class="events-list" tabIndex={0} role="region" aria-labelledby="events">
        {scene.value && found.value.length + rare.value.length === 0 && <p class="muted pad">None: {selected.value ? "nothing begins, ends or changes." : "no contact begins or ends."}</p>}
        {rare.value.length > 0 && <List title="failures and bursts around now" events={rare.value} />}
        {next.length > 0 && <List title="next" events={next.slice(0, 3)} />}
        {past.length > 0 && <List title="until now" events={past} />}
      </div>
    </section>
  );
}

function List({ title, events }: { title: string; events: Happening[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ol>
        {events.map(({ time_s, kind, words, subject }, k) => (
          <li key={`${time_s} ${words} ${k}`}>
            <button class={subject && sameSubject(selected.value, subject) ? "event chosen" : "event"} title={words} onClick={() => { setTime(time_s); if (subject) select(subject); }}>
              <span class={time_s > calm_s.value ? "mono muted" : "mono"}>{utcClock(start.value, time_s)}</span>
              <span class={`event-kind is-${kind.replace(" ", "-")}`}>{kind}</span>
              <span class="event-words">{words}</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

/// The page: bar, rail, the view, and the time below it.
import type { ComponentType } from "preact";
import { Events } from "../axis/events.tsx";
import { Gantt, gutter_px } from "../axis/gantt.tsx";
import { ColourKey } from "../axis/key.tsx";
import { Transport, Zoom } from "../axis/transport.tsx";
import { serverGone } from "../state/api.ts";
import { view } from "../state/address.ts";
import { loadRuns, problems, runs } from "../state/runs.ts";
import { PLACES } from "../views/places.ts";
import { Help } from "./help.tsx";
import { Icon } from "./icons.tsx";
import { helpOpen } from "./keys.ts";
import { Rail } from "./rail.tsx";
import { TopBar } from "./topbar.tsx";

/// A view whose folder says so stays where it is while another is shown.
interface Module {
  View: ComponentType<{ hidden: boolean }>;
  stays?: boolean;
}

const MODULES = Object.entries(import.meta.glob<Module>("../views/*/view.tsx", { eager: true }));
const VIEWS = MODULES.map(([path, module]) => ({ name: path.split("/").at(-2)!, ...module }));

export function Shell() {
  const shown = view.value;
  return (
    <div class="page">
      {serverGone.value && <Gone />}
      <div class={`shell shows-${shown}`}>
        <TopBar />
        <Rail />
        <main>
          <h1 class="unseen">skyweft: {PLACES.get(shown)!.name}</h1>
          <div class="stage">
          {runs.value === null ? <Waiting /> : (
            <>
              {VIEWS.map(({ name, View, stays }) => (stays || shown === name) && <View key={name} hidden={shown !== name} />)}
            </>
          )}
          </div>
          <Dock />
        </main>
        <Help />
      </div>
    </div>
  );
}

/// On the globe the chart lies below; the timeline is the same chart with all the room.
function Dock() {
  const charted = PLACES.get(view.value)!.charted ?? false;
  return (
    <section class={charted ? "dock charted" : "dock"} aria-label="Time" style={charted ? { "--gutter": `${gutter_px.value}px` } : undefined}>
      <Transport />
      {charted && <Gantt />}
      {charted && <Events />}
      {charted && (
        <div class="dock-foot">
          <ColourKey />
          <Zoom />
          <button class="button" onClick={() => (helpOpen.value = true)}>Keys <kbd aria-hidden="true">?</kbd></button>
        </div>
      )}
    </section>
  );
}

function Gone() {
  return (
    <p class="notice gone" role="alert">
      <Icon name="warning" /> The server went away. What is on screen stays; start <code>skyweft show</code> again
      and this page goes on by itself where the address is the same.
    </p>
  );
}

function Waiting() {
  if (problems.value.length === 0) return <div class="empty" role="status"><p>Asking the server …</p></div>;
  return (
    <div class="empty" role="alert">
      <h2>No runs</h2>
      <p>{problems.value.join(" ")}</p>
      <p><button class="button primary" onClick={() => void loadRuns()}>Try again</button></p>
    </div>
  );
}

/// The globe, what its marks mean, and beside it the figures and the selection.
import { problems } from "../../state/runs.ts";
import { selected } from "../../state/subject.ts";
import { Card } from "./card.tsx";
import { Now } from "./now.tsx";
import { GlobePane } from "./pane.tsx";
import { Strip } from "./strip.tsx";
import { Tiles } from "./tiles.tsx";

/// Its textures are dear to make again.
export const stays = true;

export function View({ hidden }: { hidden: boolean }) {
  return (
    <div class="globe-view" hidden={hidden}>
      <div class="globe-side">
        <GlobePane />
        <Strip />
      </div>
      {!hidden && (
        <aside class="panel" aria-label="Figures and selection">
          {problems.value.length > 0 && <ul class="notices">{problems.value.map((words) => <li class="notice" key={words}>{words}</li>)}</ul>}
          <Tiles />
          {selected.value ? <Card subject={selected.value} /> : <Now />}
        </aside>
      )}
    </div>
  );
}

/// The few key figures that tell most of what the run computed.
import { computed } from "@preact/signals";
import { Sparkline } from "../../chart/sparkline.tsx";
import { calm_s } from "../../state/clock.ts";
import { figures } from "../../state/runs.ts";
import { tilesOf } from "../shown.ts";

const TILES = 4;
const tiles = computed(() => (figures.value ? tilesOf(figures.value, calm_s.value).slice(0, TILES) : []));

export function Tiles() {
  return (
    <dl class="tiles" aria-label="Key figures">
      {tiles.value.map((tile, k) => (
        <div class="tile" key={tile.name}>
          <dt>{tile.name}</dt>
          <dd>
            <span class="tile-value mono">{tile.value.text}<small>{tile.value.unit}</small></span>
            <Course at={k} />
            <span class="tile-note">{tile.note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const series = Array.from({ length: TILES }, (_, k) => computed(() => tiles.value[k]?.series ?? null));

function Course({ at }: { at: number }) {
  return <Sparkline series={series[at]!} />;
}

/// All about what is selected at the moment.
import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { beamsAt, chargeAt, offStationAt } from "../../../scene/index.ts";
import * as api from "../../state/api.ts";
import { view } from "../../state/address.ts";
import { calm_s, setTime } from "../../state/clock.ts";
import { meetingsAt, nextMeeting, type Meeting } from "../../state/meetings.ts";
import { distance, geodetic, positionAt } from "../../state/positions.ts";
import { rowOf, run, runId, scene, start } from "../../state/runs.ts";
import { select, titleOf, type Subject } from "../../state/subject.ts";
import { grouped, percent, quantity } from "../../words/quantities.ts";
import { lasting, utcClock } from "../../words/time.ts";
import { Icon } from "../../shell/icons.tsx";
import { Hops } from "../routes/hops.tsx";
import { followed } from "./pane.tsx";

const LIGHT_M_S = 299_792_458;
const LISTED = 8;

export function Card({ subject }: { subject: Subject }) {
  return (
    <section class="card" aria-labelledby="card-title">
      <header>
        <span class="card-kind">{subject.kind}</span>
        <h2 id="card-title" class="mono">{titleOf(subject)}</h2>
        <button class="button icon-only" aria-label="Select nothing" title="Esc" onClick={() => select(null)}><Icon name="close" /></button>
      </header>
      {subject.kind === "platform" ? <PlatformCard name={subject.name} /> : subject.kind === "link" ? <LinkCard {...subject} /> : <PathCard {...subject} />}
    </section>
  );
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div class="fact"><dt>{name}</dt><dd class="mono">{children}</dd></div>;
}

function PlatformCard({ name }: { name: string }) {
  const known = scene.value;
  const row = rowOf.value.get(name);
  if (!known) return null;
  if (row === undefined) return <p class="muted pad">The scene has no {name}: it may be one of many that are left out of the picture. The tables have it.</p>;
  const t_s = calm_s.value;
  const group = known.groups[known.platforms.group[row]!]!;
  const place = positionAt(known, row, t_s);
  const at = place && geodetic(place);
  const met = meetingsAt(known, t_s, (a, b) => a === row || b === row).sort((a, b) => a.end_s - b.end_s);
  const next = nextMeeting(known, t_s, (a, b) => a === row || b === row);
  const other = ({ source, target }: Meeting) => (source === row ? target : source);
  const charge = chargeAt(known, row, t_s);
  return (
    <>
      <dl class="facts">
        <Fact name="group">{group.name}</Fact>
        <Fact name="layer">{group.layer.replace("_", " ")}, {group.motion}</Fact>
        {at && <Fact name="latitude">{side(at.latitude_deg, "N", "S")}</Fact>}
        {at && <Fact name="longitude">{side(at.longitude_deg, "E", "W")}</Fact>}
        {at && <Fact name="altitude">{grouped(at.height_m / 1000, 1)} <small>km</small></Fact>}
        {!at && <Fact name="place">absent now</Fact>}
        {group.motion === "airship" && <Fact name="station">{offStationAt(known, row, t_s) ? "off station" : "on station"}</Fact>}
        {charge !== null && <Fact name="charge">{percent(charge)} <small>%</small></Fact>}
        {next && <Fact name="next contact"><button class="link" onClick={() => setTime(next.start_s)}>{utcClock(start.value, next.start_s)}</button></Fact>}
      </dl>
      <div class="card-hands">
        <button class="button" aria-pressed={followed.value === name} onClick={() => (followed.value = followed.value === name ? null : name)}>
          {followed.value === name ? "Following" : "Follow"}
        </button>
        <button class="button" onClick={() => (view.value = "timeline")}>Timeline</button>
      </div>
      <BeamTable row={row} />
      <h3>In contact now <span class="mono">{met.length}</span></h3>
      <Meetings met={met} other={other} row={row} />
    </>
  );
}

/// The beams of a satellite that are in use, the fullest first.
function BeamTable({ row }: { row: number }) {
  const known = scene.value!;
  const { rule, platform, centre, users, utilisation } = known.beams;
  const { first, after } = beamsAt(known, calm_s.value);
  const mine: number[] = [];
  for (let k = first; k < after; k += 1) if (platform[k] === row) mine.push(k);
  if (!platform.includes(row)) return null;
  const count = known.rules[rule[mine[0]!] ?? -1]?.beams?.count;
  mine.sort((a, b) => utilisation[b]! - utilisation[a]!);
  return (
    <>
      <h3>Beams in use <span class="mono">{mine.length}{count !== undefined && ` of ${count}`}</span></h3>
      {mine.length === 0 && <p class="muted pad">None.</p>}
      {mine.length > 0 && (
        <table class="small">
          <thead><tr><th scope="col">steered at</th><th scope="col">users</th><th scope="col">used<small>%</small></th></tr></thead>
          <tbody>
            {mine.slice(0, LISTED).map((k) => {
              const source = known.platforms.name[centre[k]!]!;
              return (
                <tr key={k}>
                  <th scope="row"><button class="ends" onClick={() => select({ kind: "platform", name: source })}><span>{source}</span></button></th>
                  <td>{users[k]}</td>
                  <td>{percent(utilisation[k]!)}</td>
                </tr>
              );
            })}
          </tbody>
          {mine.length > LISTED && <tfoot><tr><td colSpan={3}>{mine.length - LISTED} more</td></tr></tfoot>}
        </table>
      )}
    </>
  );
}

function Meetings({ met, other, row }: { met: Meeting[]; other: (meeting: Meeting) => number; row: number }) {
  const all = useSignal(false);
  const known = scene.value!;
  const t_s = calm_s.value;
  const name = (platform: number) => known.platforms.name[platform]!;
  if (met.length === 0) return <p class="muted pad">Nobody.</p>;
  return (
    <table class="small">
      <thead><tr><th scope="col">with</th><th scope="col">range<small>km</small></th><th scope="col">until<small>UTC</small></th></tr></thead>
      <tbody>
        {met.slice(0, all.value ? undefined : LISTED).map((meeting) => {
          const range_m = distance(positionAt(known, row, t_s), positionAt(known, other(meeting), t_s));
          const ends = { source: name(meeting.source), target: name(meeting.target) };
          return (
            <tr key={`${other(meeting)} ${meeting.rule}`} title={known.rules[meeting.rule]?.name}>
              <th scope="row"><button class="ends" onClick={() => select({ kind: "link", ...ends })}><span>{name(other(meeting))}</span></button></th>
              <td>{range_m === null ? "—" : grouped(range_m / 1000)}</td>
              <td>{meeting.end_s >= known.simulated_s ? "the end" : utcClock(start.value, meeting.end_s)}</td>
            </tr>
          );
        })}
      </tbody>
      {met.length > LISTED && (
        <tfoot><tr><td colSpan={3}><button class="link" onClick={() => (all.value = !all.value)}>{all.value ? "fewer" : `all ${met.length}`}</button></td></tr></tfoot>
      )}
    </table>
  );
}

const BUDGET = ["time_s", "elevation_deg", "rate_bps", "margin_db", "rate_reverse_bps", "margin_reverse_db", "source"] as const;
type Budget = Record<(typeof BUDGET)[number], api.Cell>;

function LinkCard({ source, target }: { source: string; target: string }) {
  const budget = useSignal<Budget | null>(null);
  const known = scene.value;
  const [a, b] = [rowOf.value.get(source), rowOf.value.get(target)];
  const t_s = calm_s.value;
  const both = (one: number, other: number) => (one === a && other === b) || (one === b && other === a);
  const found = known ? meetingsAt(known, t_s, both)[0] : undefined;
  const next = known && !found ? nextMeeting(known, t_s, both) : null;
  const range_m = known && a !== undefined && b !== undefined ? distance(positionAt(known, a, t_s), positionAt(known, b, t_s)) : null;

  useSignalEffect(() => {
    void readBudget(runId.value, source, target, calm_s.value).then((read) => (budget.value = read));
  });

  return (
    <>
      <dl class="facts">
        <Fact name="state">{found ? "in contact" : "no contact now"}</Fact>
        {found && <Fact name="rule">{known!.rules[found.rule]?.name}</Fact>}
        {next && <Fact name="next contact"><button class="link" onClick={() => setTime(next.start_s)}>{utcClock(start.value, next.start_s)}</button></Fact>}
        {range_m !== null && <Fact name={found ? "range" : "distance"}>{grouped(range_m / 1000, 1)} <small>km</small></Fact>}
        {found && range_m !== null && <Fact name="light time">{lasting(range_m / LIGHT_M_S)}</Fact>}
        {found && <Fact name="since">{utcClock(start.value, found.start_s)}</Fact>}
        {found && <Fact name="until">{utcClock(start.value, found.end_s)}</Fact>}
        {found && <Fact name="lasts">{lasting(found.end_s - found.start_s)}</Fact>}
        {found && number(budget.value?.elevation_deg) !== null && <Fact name="elevation">{number(budget.value?.elevation_deg)!.toFixed(1)}°</Fact>}
      </dl>
      {found && budget.value && <BudgetTable budget={budget.value} />}
      {!run.value?.tables["link_samples"] && <p class="muted pad">The run has no link budgets: give the terminals powers and gains.</p>}
      <div class="card-hands">
        {[source, target].map((name) => <button key={name} class="button" onClick={() => select({ kind: "platform", name })}>{name}</button>)}
      </div>
    </>
  );
}

function BudgetTable({ budget }: { budget: Budget }) {
  const rows: [string, api.Cell, api.Cell][] = [
    [`from ${String(budget.source)}`, budget.rate_bps, budget.margin_db],
    ["back", budget.rate_reverse_bps, budget.margin_reverse_db],
  ];
  return (
    <table class="small">
      <thead><tr><th scope="col">direction</th><th scope="col">rate</th><th scope="col">margin<small>dB</small></th></tr></thead>
      <tbody>
        {rows.map(([name, rate, margin]) => {
          const { text, unit } = quantity(number(rate), "bit/s");
          return <tr key={name}><th scope="row">{name}</th><td>{text} <small>{unit}</small></td><td>{number(margin)?.toFixed(1) ?? "—"}</td></tr>;
        })}
      </tbody>
    </table>
  );
}

function number(cell: api.Cell | undefined): number | null {
  return typeof cell === "number" ? cell : null;
}

/// The budget's last sample of a link up to a moment, whichever end comes first in the table.
async function readBudget(id: number, source: string, target: string, t_s: number): Promise<Budget | null> {
  for (const [one, other] of [[source, target], [target, source]]) {
    try {
      const { rows } = await api.table(id, "link_samples", {
        columns: [...BUDGET],
        where: [`source:eq:${one}`, `target:eq:${other}`, `time_s:le:${t_s}`],
        sort: "time_s",
        descending: true,
        limit: 1,
      });
      if (rows[0]) return Object.fromEntries(BUDGET.map((name, k) => [name, rows[0]![k]!])) as Budget;
    } catch {
      return null;
    }
  }
  return null;
}

function PathCard({ route, source, target }: { route: number; source: string; target: string }) {
  return (
    <>
      <Hops route={route} source={source} target={target} />
      {view.value !== "links" && <div class="card-hands"><button class="button" onClick={() => (view.value = "links")}>Links and routes</button></div>}
    </>
  );
}

function side(value_deg: number, positive: string, negative: string): string {
  return `${Math.abs(value_deg).toFixed(2)}° ${value_deg < 0 ? negative : positive}`;
}

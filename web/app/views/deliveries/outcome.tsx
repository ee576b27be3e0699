/// The figures of all messages: how many arrive, how late, and what became of the others.
import { Lines } from "../../chart/lines.tsx";
import { timeTicks } from "../../chart/distribution.ts";
import { grouped, percent, quantity } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import { causesOf, isParted, partsOf, rulesCalled, type Cause, type Messages, type RuleSums, type Sums } from "./reading.ts";

interface Props {
  sums: Sums & { rules: RuleSums[] };
  sum: Messages | null;
  /// Show the messages of a cause; null where the run kept no rows.
  onCause: ((cause: string) => void) | null;
}

const LINES_MAX = 6;

export function Outcome({ sums, sum, onCause }: Props) {
  const names = rulesCalled(sums.rules);
  const lines = (sum?.delays ?? []).slice(0, LINES_MAX).map(({ rule, delay_s, share }) => ({
    name: names[rule] ?? `rule ${rule + 1}`,
    style: rule,
    points: [{ x: delay_s[0] ?? 0, y: 0 }, ...delay_s.map((x, k) => ({ x, y: share[k]! }))],
  }));
  return (
    <>
      <dl class="tiles">
        <Figure name="Messages" value={{ text: grouped(sums.generated), unit: "" }} />
        <Figure name="Delivered" value={quantity(sums.share_delivered, "share")} note={observed(sums)} />
        <Figure name="Median delay" value={quantity(sums.delay_p50_s, "delay")} />
        <Figure name="95 % within" value={quantity(sums.delay_p95_s, "delay")} />
      </dl>
      <Parts sums={sums} />
      <Causes causes={causesOf(sums)} base={isParted(sums) ? "of observed" : "of all"} onCause={onCause} />
      {lines.length > 0 && (
        <Lines
          title="Arrived, by delay"
          lines={lines}
          xName="from creation to arrival"
          yName={sums.observed === undefined ? "share of those generated" : "share of those observed"}
          xText={lasting}
          yText={(share) => `${percent(share)} %`}
          yRange={[0, 1]}
          xTicks={timeTicks}
        />
      )}
    </>
  );
}

/// Of which messages the share is, where that is not all.
function observed({ observed, generated }: Sums): string {
  return observed === undefined || observed === generated ? "" : `of the ${grouped(observed)} whose lifetime ends within the run`;
}

function Figure({ name, value: { text, unit }, note = "" }: { name: string; value: { text: string; unit: string }; note?: string }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd><span class="tile-value mono">{text}<small>{unit}</small></span>{note && <span class="tile-note">{note}</span>}</dd>
    </div>
  );
}

/// Where the mean delay passes.
function Parts({ sums }: { sums: Sums }) {
  const parts = partsOf(sums);
  if (parts.length === 0) return null;
  const most_s = Math.max(...parts.map(({ mean_s }) => mean_s));
  return (
    <section class="sums" aria-labelledby="parts">
      <h2 id="parts">Where the delay passes, mean</h2>
      <table class="small">
        <tbody>
          {parts.map(({ name, mean_s }) => (
            <tr key={name}><th scope="row">{name}</th><td>{lasting(mean_s)}</td><td><Bar share={mean_s / most_s} /></td></tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Causes({ causes, base, onCause }: { causes: Cause[]; base: string; onCause: Props["onCause"] }) {
  const most = Math.max(...causes.map(({ count }) => count));
  return (
    <section class="sums" aria-labelledby="causes">
      <h2 id="causes">What became of the others</h2>
      {causes.length === 0 && <p class="muted pad">All arrived.</p>}
      <table class="small" hidden={causes.length === 0}>
        <thead><tr><th scope="col"><span class="unseen">cause</span></th><th scope="col">in all</th><th scope="col">{base}</th><th scope="col"><span class="unseen">part of the most</span></th></tr></thead>
        <tbody>
          {causes.map(({ cause, words, count, share }) => (
            <tr key={cause}>
              <th scope="row">{onCause ? <button class="ends" title="Show these" onClick={() => onCause(cause)}>{words}</button> : words}</th>
              <td>{grouped(count)}</td>
              <td>{percent(share)} %</td>
              <td><Bar share={count / most} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Bar({ share }: { share: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="gauge-room" width="100" height="6" />
      <rect class="gauge-fill" width={Number.isFinite(share) ? 100 * share : 0} height="6" />
    </svg>
  );
}

/** One capture on very many nodes at once: a real API server with the chart's policies, the operator as its own process,
 * simulated agents that watch, read and write as real ones do. Everything shares this machine's processors; the plain
 * loop of floor.ts says what the API server itself needs for the same writes.
 *
 *     node bench/scale.ts [--nodes 1000] [--rounds 3] [--work 1000] [--no-floor] [--quiet 30] [--profile DIR] [--json]
 */
import { parseArgs } from 'node:util';
import type { RoundResult } from './scale/results.ts';
import { floorRound, operatorRound } from './scale/round.ts';
import { createScene } from './scale/scene.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000' },
    /** after the first one, in which the NicNodes are made */
    rounds: { type: 'string', default: '3' },
    /** milliseconds that an agent works, half to one and a half of it */
    work: { type: 'string', default: '1000' },
    'no-floor': { type: 'boolean', default: false },
    /** a round waits so many seconds for other work on the machine to pause */
    quiet: { type: 'string', default: '30' },
    /** CPU profiles of API server and operator go there */
    profile: { type: 'string' },
    /** of Node, for the operator */
    'node-option': { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});
const work = Number(values.work);
const { profile } = values;
const say = (line: string) => process.stderr.write(`${line}\n`);

await using scene = await createScene({
  nodes: Number(values.nodes),
  workMs: [work / 2, work * 1.5],
  profile,
  nodeOptions: values['node-option'],
  say,
});
const results: RoundResult[] = [];
// In turns, so that both meet the same machine; the plain loop needs the operator away.
let operator = values['no-floor'] ? await scene.startOperator() : undefined;
for (let round = 0; round <= Number(values.rounds); round += 1) {
  const options = { round, profile, quietSeconds: Number(values.quiet) };
  if (!values['no-floor']) {
    say(`plain loop, round ${round}`);
    await operator?.child.stop();
    tell(await floorRound(scene, options));
    if (round === 0) await scene.removeInboxes();
    operator = await scene.startOperator();
  }
  if (!operator) throw new Error('no operator runs');
  say(`operator, round ${round}`);
  tell(await operatorRound(scene, operator, options));
}
// A profile is written when its process ends.
await operator?.child.stop();
if (values.json) console.log(JSON.stringify(results));
else report(results);

/** Rounds take long: what is known is said. */
function tell(result: RoundResult): void {
  results.push(result);
  const { seenP50, readP99, complete, cpuApiServer, cpuOperator, cpuOthers, operatorVmRss } = result;
  say(`  ${JSON.stringify({ seenP50, readP99, complete, cpuApiServer, cpuOperator, cpuOthers, operatorVmRss })}`);
}

function report(rounds: readonly RoundResult[]): void {
  console.table(rounds.map(({ details: _, ...row }) => row));
  for (const what of ['floor', 'operator'] as const) {
    const last = rounds.findLast((each) => each.what === what);
    if (!last) continue;
    console.log(`\n${what}: the API server in round ${last.round}`);
    for (const table of Object.values(last.details)) console.table(table);
  }
}

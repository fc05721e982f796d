/** One capture on very many nodes at once: a real API server with the chart's policies, the operator as its own process,
 * simulated agents that watch, read and write as real ones do. Everything shares this machine's processors; the plain
 * loop of floor.ts says what the API server itself needs for the same writes.
 *
 *     node bench/scale.ts [--nodes 1000] [--rounds 3] [--work 1000] [--no-floor] [--profile DIR] [--json]
 */
import { parseArgs } from 'node:util';
import { createScene } from './scale/scene.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    /** milliseconds that an agent works, half to one and a half of it */
    work: { type: 'string', default: '1000' },
    'no-floor': { type: 'boolean', default: false },
    /** CPU profiles and the API server's metrics go there */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const nodes = Number(values.nodes);
const rounds = Number(values.rounds);
const work = Number(values.work);
const say = (line: string) => process.stderr.write(`${line}\n`);

await using scene = await createScene({ nodes, workMs: [work / 2, work * 1.5], profile: values.profile, say });
const results = [];
if (!values['no-floor']) {
  for (let round = 0; round <= rounds; round += 1) results.push(await scene.floorRound(round));
}
await scene.startOperator();
for (let round = 0; round <= rounds; round += 1) results.push(await scene.operatorRound(round));
if (values.json) console.log(JSON.stringify(results));
else {
  console.table(results.map(({ details: _, ...row }) => row));
  for (const { what, round, details } of results) {
    if (round === 0) continue;
    console.log(`\n${what} ${round}`);
    for (const table of Object.values(details)) console.table(table);
  }
}

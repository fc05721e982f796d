import { mkdirSync, writeFileSync } from 'node:fs';
import { provideBinaries } from '../binaries/provideBinaries.ts';
import { requireFuse } from '../fuseDevice.ts';
import { privateMounts } from '../privateMounts.ts';
import { buildNicdiagImages } from '../realCluster/nicdiagImages.ts';
import { provideClusterPrograms } from '../realCluster/provideClusterPrograms.ts';
import { whyNoNodes, whyNoServices } from '../realCluster/whyNoNodes.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { CHECKS, type Check, type CheckName } from './checks.ts';
import { runCheck } from './runCheck.ts';
import { addCounts, type Counts, closingLine } from './tapTally.ts';

/* `main.ts [CHECK…] [PATTERN…]`: runs checks (by default all but vm and e2e), prints what fails in full, and ends with one line:
 * `N passed, N failed`. Patterns are test files for ava in place of a check's own. */
const isCheck = (name: string): name is CheckName => Object.hasOwn(CHECKS, name);
const asked = process.argv.slice(2);
const named = asked.filter(isCheck);
const patterns = asked.filter((name) => !isCheck(name));
const checks: Check[] = Object.entries(CHECKS).flatMap(([name, check]) =>
  (named.length === 0 ? check.byDefault : named.some((wanted) => wanted === name)) ? [check] : [],
);

const onNodes = ({ needs }: Check): boolean => needs === 'nodes';
/** Beside others, tests on nodes are left out where there can be none, which nobody can overlook; asked for alone they fail. */
const required = process.env['NICDIAG_REQUIRE_NODES'] === '1' || checks.every(onNodes);
let missing = checks.some(onNodes) ? await whyNoNodes() : undefined;

let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (await prepare()) {
  for (const check of possible()) {
    const result = await runCheck(check, patterns, say);
    counts = addCounts(counts, result.counts);
    failures.push(...result.failures);
  }
}
say('');
if (possible().length < checks.length) {
  counts = addCounts(counts, { passed: 0, failed: 0, skipped: 1 });
  say(`SKIPPED: tests on a cluster with real nodes: ${missing}`);
}
for (const failure of failures) say(`✖ ${failure}`);
mkdirSync(`${REPOSITORY}.test`, { recursive: true });
writeFileSync(`${REPOSITORY}.test/summary`, `${closingLine(counts)}\n`);
say(closingLine(counts));
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

/** What is asked for, but for what this machine cannot do. */
function possible(): readonly Check[] {
  return missing === undefined || required ? checks : checks.filter((check) => !onNodes(check));
}

/** The control plane's programs, and whether devices can be mounted: without them every test would fail in its own way. */
async function prepare(): Promise<boolean> {
  try {
    if (checks.some(onNodes)) await prepareNodes();
    const needs = new Set(possible().map((check) => check.needs));
    if ([...needs].some((need) => need !== 'nothing')) {
      privateMounts();
      requireFuse();
    }
    if (needs.has('control plane') || needs.has('nodes')) await provideBinaries({ say });
    if (needs.has('nodes')) await buildNicdiagImages();
    return true;
  } catch (error) {
    say(String(error instanceof Error ? error.stack : error));
    counts = { passed: 0, failed: 1, skipped: 0 };
    failures.push('preparing the tests');
    return false;
  }
}

async function prepareNodes(): Promise<void> {
  if (missing === undefined) {
    const { runtime } = await provideClusterPrograms({ say, signal: undefined });
    missing = whyNoServices(runtime);
  }
  if (missing !== undefined && required) throw new Error(`there can be no cluster with real nodes here: ${missing}`);
}

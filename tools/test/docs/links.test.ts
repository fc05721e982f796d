import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { load } from 'js-yaml';
import { anchorsOf, codeBlocks, markdownFiles } from './markdownFiles.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAKEFILE = readFileSync(`${ROOT}Makefile`, 'utf8');
const VALUES = load(readFileSync(`${ROOT}charts/nicdiag/values.yaml`, 'utf8'));

test('anchors are those that GitHub makes', (t) => {
  t.deepEqual(
    [...anchorsOf('# The `mlx5ctl` way\n## EKS, GKE, AKS\n## EKS, GKE, AKS\n```sh\n# no heading\n```\n')],
    ['the-mlx5ctl-way', 'eks-gke-aks', 'eks-gke-aks-1'],
  );
});

for (const { path, text } of markdownFiles()) {
  test(`links lead somewhere: ${path}`, (t) => {
    const prose = text.replaceAll(/^ *```.*?^ *```$/gms, '').replaceAll(/`[^`]*`/g, '');
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    t.deepEqual(
      targets.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target)),
      [],
    );
  });

  test(`make targets and Helm values are there: ${path}`, (t) => {
    const code = codeBlocks(text)
      .map((block) => block.code.replaceAll('\\\n', ' '))
      .join('\n');
    const targets = [...code.matchAll(/(?:^|[;&|(] *)make ([a-z][a-z0-9-]*)/gm)].map(([, target = '']) => target);
    t.deepEqual(
      targets.filter((target) => !MAKEFILE.includes(`\n${target}:`)),
      [],
    );
    const keys = [...code.matchAll(/--set(?:-string)? '?([\w.\\/-]+)=/g)].map(([, key = '']) => key);
    t.deepEqual(
      keys.filter((key) => !isHelmValue(key)),
      [],
    );
  });
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const found = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(ROOT + found)) return false;
  return anchor === undefined || anchorsOf(readFileSync(ROOT + found, 'utf8')).has(anchor);
}

function isHelmValue(key: string): boolean {
  // `\.` is a dot within a name: below a map whose keys are anybody's.
  const [known = ''] = key.split('\\');
  const names = known === key ? key.split('.') : known.split('.').slice(0, -1);
  return names.reduce((value: unknown, name) => Object(value)[name], VALUES) !== undefined;
}

test('every reason that asks something of its reader is in docs/troubleshooting.md', (t) => {
  const reasons = load(readFileSync(`${ROOT}api/reasons.yaml`, 'utf8')) as readonly { reason: string; check: string }[];
  const page = readFileSync(`${ROOT}docs/troubleshooting.md`, 'utf8');
  const silent = reasons.filter(({ reason }) => !page.includes(`reasons.md#${reason.toLowerCase()})`));
  const well = ['Accepted', 'AllSucceeded', 'Finished', 'FirmwareAnswers', 'Running', 'Sealed', 'Succeeded'];
  t.deepEqual(
    silent.map(({ reason }) => reason),
    well,
  );
});

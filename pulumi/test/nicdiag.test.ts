import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as kubernetes from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import test from 'ava';
import { load } from 'js-yaml';
import type { KubernetesObject } from '../src/kubernetesObject.ts';
import { tokenOf } from '../src/kubernetesResource.ts';

/* The package as it was built, with the engine's part played by Pulumi's mocks. */
interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: KubernetesObject;
}
const built = new URL('../../dist/pulumi/dist/', import.meta.url);
const registered: Registered[] = [];
const retained = new Set<string>();

/** Sees every resource of the component before it is registered. */
function noteRetained({ name, opts }: pulumi.ResourceTransformationArgs): undefined {
  if (opts.retainOnDelete === true) retained.add(name);
}

test.before(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs, custom }) {
      if (custom) registered.push({ type, name, inputs });
      return { id: name, state: inputs };
    },
    call: () => ({}),
  });
});

test.serial('it makes the objects of the chart, each with a name of its own', async (t) => {
  const { Nicdiag } = await import(new URL('index.js', built).href);
  const component = new Nicdiag('nd', { image: { registry: 'registry.example' } }, { transformations: [noteRetained] });
  const namespace = await new Promise((resolve) => component.systemNamespace.apply(resolve));
  t.is(namespace, 'nicdiag-system');
  await pulumi.runtime.disconnect();
  const chart = JSON.parse(readFileSync(new URL('chart.json', built), 'utf8'));
  const kinds = (objects: readonly { readonly kind: string }[]) => objects.map(({ kind }) => kind).sort();
  const monitoring = /^(PodMonitor|PrometheusRule)$/;
  const wanted = [...chart.crds, ...chart.renderings.SelfSigned].filter(({ kind }) => !monitoring.test(kind));
  t.deepEqual(kinds(registered.map(({ inputs }) => inputs)), kinds(wanted));
  t.is(new Set(registered.map(({ name }) => name)).size, registered.length);
});

test.serial('each is of a type that the Kubernetes provider has', (t) => {
  const known = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'function' && '__pulumiType' in value) known.add(String(value.__pulumiType));
    else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) collect(each);
  };
  const {
    admissionregistration,
    apiextensions,
    apps,
    core,
    discovery,
    flowcontrol,
    networking,
    policy,
    rbac,
    scheduling,
  } = kubernetes;
  for (const group of [admissionregistration, apiextensions, apps, core, discovery, flowcontrol, networking, policy])
    collect(group.v1);
  for (const group of [rbac, scheduling]) collect(group.v1);
  for (const { type, inputs } of registered) {
    t.is(type, tokenOf(inputs));
    t.true(known.has(type), type);
  }
});

test.serial('kinds and evidence are kept when the stack is destroyed, the rest is not', (t) => {
  const kept = registered
    .filter(({ name }) => retained.has(name))
    .map(({ inputs }) => `${inputs.kind} ${inputs.metadata.name}`);
  t.deepEqual(kept.filter((name) => !name.startsWith('CustomResourceDefinition')).sort(), [
    'Namespace nicdiag-system',
    'PersistentVolumeClaim nicdiag-artifacts',
  ]);
  t.is(kept.length, 2 + registered.filter(({ inputs }) => inputs.kind === 'CustomResourceDefinition').length);
});

test.serial('arguments that nothing can be made of end the program, naming them', async (t) => {
  const { Nicdiag, ArgumentError } = await import(new URL('index.js', built).href);
  t.throws(() => new Nicdiag('wrong', {}), { instanceOf: ArgumentError, message: /image\.registry/ });
});

test('the example is a program that type checks', (t) => {
  const directory = fileURLToPath(new URL('../example', import.meta.url));
  const project: unknown = load(readFileSync(`${directory}/Pulumi.yaml`, 'utf8'));
  t.like(project, { name: 'nicdiag-example', runtime: 'nodejs' });
  const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));
  const { status, stdout } = spawnSync(tsc, ['-p', directory, '--noEmit'], { encoding: 'utf8' });
  t.is(status, 0, stdout);
});

import { type NicDevice, nicDeviceName } from '@nicdiag/api';
import { createKubeClient, loadKubeConfig } from '@nicdiag/kube';
import { type Stack, startStack } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { nicDevices } from './operator/resources.ts';
import { awaited } from './whole/awaited.ts';

const test = anyTest as TestFn<{ readonly stack: Stack }>;

/** Cards in flash recovery; the Arm side of a DPU; one ASIC on two sockets; limited functions. */
const HOSTS = ['lab-a', 'dpu-a', 'hpc-b', 'hgx-a', 'gpu-c'];

test.before(async (t) => {
  t.context = { stack: await startStack({ hosts: HOSTS }) };
});
test.after.always((t) => t.context.stack?.[Symbol.asyncDispose]());

/** A device's NicDevice, when its health is known. */
async function published(stack: Stack, host: string, pciAddress: string): Promise<NicDevice['status']> {
  const client = createKubeClient(loadKubeConfig({ kubeconfig: stack.cluster.kubeconfig }));
  const find = () => client.find(nicDevices, { name: nicDeviceName(host, pciAddress) });
  await awaited(async () => (await find())?.status?.health !== undefined, `${host} ${pciAddress} is published`);
  return (await find())?.status;
}

/** Captures FirmwareInfo of some devices of a host and gives the status that it ends with. */
async function outcomeOf(stack: Stack, name: string, host: string, devices: object): Promise<string> {
  const target = { nodeNames: [host], devices };
  const manifest = {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'DiagnosticCapture',
    metadata: { name, namespace: 'default' },
    spec: { target, collectors: [{ name: 'fw', type: 'FirmwareInfo' }] },
  };
  await stack.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(manifest) });
  const status = (path: string) => stack.kubectl(['get', 'diagnosticcapture', name, '-o', `jsonpath={.status${path}}`]);
  const finished = '.conditions[?(@.type=="Finished")].status';
  await awaited(async () => (await status(finished)) === 'True', `capture ${name} is finished`);
  return status('');
}

test('a card in flash recovery is published with the reason, though it has no channel', async (t) => {
  const { stack } = t.context;
  const status = await published(stack, 'lab-a', '0000:03:00.0');
  t.like(status, { model: 'ConnectX-7', deviceId: '0x0218', health: 'Unresponsive', link: 'Unknown' });
  t.is(status?.channel, undefined);
  t.like(status?.conditions?.[0], { type: 'Responsive', status: 'False', reason: 'FirmwareInRecovery' });
  t.like(await published(stack, 'lab-a', '0000:17:00.0'), { model: 'BlueField-2', side: 'Host' });
  const table = await stack.kubectl(['get', 'nicdevices']);
  t.regex(table, /0000:17:00\.0 +BlueField-2 .* Unresponsive +FirmwareInRecovery/);
});

test('a capture of nothing but a card in flash recovery names it, with the reason of its NicDevice', async (t) => {
  const { stack } = t.context;
  await published(stack, 'lab-a', '0000:03:00.0');
  const outcome = await outcomeOf(stack, 'recovery', 'lab-a', { pciAddresses: ['0000:03:00.0'] });
  t.regex(outcome, /0000:03:00\.0 \(ConnectX-7\): FirmwareInRecovery, no firmware runs.*NoDeviceMatches/);
});

test('a filter on PSID means a limited function that tells its PSID alone, and no card in flash recovery', async (t) => {
  const { stack } = t.context;
  t.like(await published(stack, 'gpu-c', '0000:03:00.0'), { health: 'Limited', psid: 'MT_0000000884' });
  const limited = await outcomeOf(stack, 'limited', 'gpu-c', { psids: ['MT_0000000884'] });
  t.regex(limited, /"unsupported":1/, 'it was asked');
  t.notRegex(limited, /NoDeviceMatches/);
  await published(stack, 'lab-a', '0000:03:00.0');
  const silent = await outcomeOf(stack, 'silent', 'lab-a', {
    psids: ['MT_0000000838'],
    pciAddresses: ['0000:03:00.0'],
  });
  t.regex(silent, /may mean cards that do not answer: 0000:03:00\.0 .*NoDeviceMatches/);
});

test('a card that nobody uses is as good as any', async (t) => {
  const status = await published(t.context.stack, 'lab-a', '0000:83:00.0');
  t.like(status, { health: 'Healthy', netdevs: [], rdmaDevices: [], link: 'Unknown', firmwareVersion: '28.42.1000' });
});

test('the Arm side of a DPU says so, with its subfunctions', async (t) => {
  const status = await published(t.context.stack, 'dpu-a', '0000:03:00.0');
  t.like(status, { model: 'BlueField-3', side: 'Arm', health: 'Healthy', netdevs: ['p0'] });
  t.deepEqual(status?.subfunctions, [{ name: 'mlx5_core.sf.2', sfnum: 0 }]);
});

test('two functions of one ASIC on two sockets share its lane', async (t) => {
  const { stack } = t.context;
  const [first, second] = [
    await published(stack, 'hpc-b', '0000:03:00.0'),
    await published(stack, 'hpc-b', '0000:83:00.0'),
  ];
  t.deepEqual([first?.asic, second?.asic], ['0000:03:00', '0000:03:00']);
  t.deepEqual([first?.numaNode, second?.numaNode], [0, 1]);
});

test('a limited function shows what it lets be known', async (t) => {
  const status = await published(t.context.stack, 'hgx-a', '0000:29:00.0');
  t.like(status, { model: 'ConnectX-8', firmwareVersion: '40.44.1036', health: 'Healthy' });
  t.like(status?.ports?.[0], { state: 'Up', speed: '800Gb/s' });
});

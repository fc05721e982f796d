import { type NicDevice, nicDeviceName } from '@nicdiag/api';
import { createKubeClient, loadKubeConfig } from '@nicdiag/kube';
import { type Stack, startStack } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { nicDevices } from './operator/resources.ts';
import { awaited } from './whole/awaited.ts';

const test = anyTest as TestFn<{ readonly stack: Stack }>;

/** Cards in flash recovery; the Arm side of a DPU; one ASIC on two sockets; limited functions. */
const HOSTS = ['lab-a', 'dpu-a', 'hpc-b', 'hgx-a'];

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
  const devices = { pciAddresses: ['0000:03:00.0'] };
  const target = { nodeNames: ['lab-a'], devices };
  const collectors = [{ name: 'fw', type: 'FirmwareInfo' }];
  const manifest = {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'DiagnosticCapture',
    metadata: { name: 'recovery', namespace: 'default' },
    spec: { target, collectors },
  };
  await stack.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(manifest) });
  const failures = () => stack.kubectl(['get', 'diagnosticcapture', 'recovery', '-o', 'jsonpath={.status.failures}']);
  await awaited(async () => (await failures()) !== '', 'the capture has its failure');
  t.regex(await failures(), /0000:03:00\.0 \(ConnectX-7\): FirmwareInRecovery, no firmware runs.*NoDeviceMatches/);
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

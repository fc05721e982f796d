import type { NicDeviceStatus } from '@nicdiag/api';
import { createRegistry } from '@nicdiag/runtime';
import test from 'ava';
import { createDeviceMetrics } from '../../src/devices/deviceMetrics.ts';

function device(firmwareVersion: string, ready: 'True' | 'False' | 'Unknown') {
  const condition = {
    type: 'Ready',
    status: ready,
    reason: 'R',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  return { model: 'ConnectX-7', psid: 'MT_0000000838', firmwareVersion, conditions: [condition] } as NicDeviceStatus;
}

async function series(registry: ReturnType<typeof createRegistry>): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('nicdiag_device'));
}

const card = (pci: string, fw: string) =>
  `nicdiag_device_info{node="gpu-a",pci="${pci}",psid="MT_0000000838",fw="${fw}",model="ConnectX-7"} 1`;
const condition = (pci: string, status: string, value: number) =>
  `nicdiag_device_condition{node="gpu-a",pci="${pci}",type="Ready",status="${status}"} ${value}`;

test('each device has an info series, and for each condition the status that it has', async (t) => {
  const registry = createRegistry();
  const metrics = createDeviceMetrics(registry, 'gpu-a');
  metrics.present('0000:03:00.0', device('28.42.1000', 'False'));
  t.deepEqual(await series(registry), [
    card('0000:03:00.0', '28.42.1000'),
    condition('0000:03:00.0', 'True', 0),
    condition('0000:03:00.0', 'False', 1),
    condition('0000:03:00.0', 'Unknown', 0),
  ]);
});

test('other firmware, and a device that is gone, leave no series behind', async (t) => {
  const registry = createRegistry();
  const metrics = createDeviceMetrics(registry, 'gpu-a');
  metrics.present('0000:03:00.0', device('28.42.1000', 'True'));
  metrics.present('0000:83:00.0', device('28.42.1000', 'True'));
  metrics.present('0000:03:00.0', device('28.43.0000', 'True'));
  metrics.keep(['0000:03:00.0']);
  t.deepEqual(
    (await series(registry)).filter((line) => !line.endsWith(' 0')),
    [card('0000:03:00.0', '28.43.0000'), condition('0000:03:00.0', 'True', 1)],
  );
});

test('a device that did not tell what it is has empty labels', async (t) => {
  const registry = createRegistry();
  createDeviceMetrics(registry, 'gpu-c').present('0000:03:00.0', {} as NicDeviceStatus);
  t.deepEqual(await series(registry), [
    'nicdiag_device_info{node="gpu-c",pci="0000:03:00.0",psid="",fw="",model=""} 1',
  ]);
});

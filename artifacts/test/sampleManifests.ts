import { digestOf } from '../src/digest.ts';
import type { CaptureManifest } from '../src/manifest/captureManifest.ts';
import type { DeviceManifest } from '../src/manifest/deviceManifest.ts';

export const SAMPLE_CAPTURE = { namespace: 'sre', name: 'slow-rail-3', uid: '7d1f9d3a-3f43-4c86-9a3e-52a3a9a3b1c2' };

export function sampleDeviceManifest(change: Partial<DeviceManifest> = {}): DeviceManifest {
  return {
    schemaVersion: 'nicdiag.dev/device-manifest/v1',
    capture: SAMPLE_CAPTURE,
    node: 'gpu-a',
    device: {
      pciAddress: '0000:03:00.0',
      model: 'ConnectX-7',
      deviceId: '0x1021',
      function: 'PF',
      psid: 'MT_0000000838',
      firmwareVersion: '28.39.1002',
    },
    channel: { kind: 'mlx5ctl', abi: 'V4', uid: 7 },
    agentVersion: '0.1.0',
    layoutVersion: 'test-1',
    state: 'Partial',
    reason: 'ItemErrors',
    collectors: [
      {
        name: 'regs',
        type: 'RegisterDump',
        impact: 'ReadOnly',
        state: 'Partial',
        reason: 'ItemErrors',
        items: 2,
        itemErrors: 1,
        failures: [{ key: 'PPCNT{grp=0x0}', outcome: 'refused', status: 'BAD_PARAM', syndrome: '0x006231f0' }],
        spans: [
          {
            startedAt: '2026-11-22T12:00:00.123Z',
            startedNs: '1000000000000',
            finishedAt: '2026-11-22T12:00:01.123Z',
            finishedNs: '1001000000000',
          },
        ],
        blobs: [
          {
            name: 'raw.bin',
            mediaType: 'application/vnd.nicdiag.raw',
            digest: digestOf(Buffer.from('raw')),
            size: 3,
            storedSize: 16,
          },
        ],
      },
    ],
    ...change,
  };
}

export function sampleCaptureManifest(): CaptureManifest {
  const manifest = { digest: digestOf(Buffer.from('manifest')), sizeBytes: 8 };
  return {
    schemaVersion: 'nicdiag.dev/capture-manifest/v1',
    capture: SAMPLE_CAPTURE,
    revision: 2,
    previous: digestOf(Buffer.from('before')),
    nodes: [
      { name: 'gpu-a', state: 'Succeeded' },
      { name: 'gpu-z', state: 'Failed', reason: 'AgentMissing' },
    ],
    devices: [
      { node: 'gpu-a', pciAddress: '0000:03:00.0', state: 'Succeeded', manifest },
      { node: 'gpu-a', pciAddress: '0000:83:00.0', state: 'Succeeded', manifest },
    ],
    totalBytes: 3,
  };
}

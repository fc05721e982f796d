import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { noCompiler, parseRows } from '../../emulator/test/client.ts';
import { CHANNELS, host, rowsOf, waitingClient } from './characterHost.ts';

const options = noCompiler === undefined ? {} : { skip: noCompiler };
const ENODEV = 19;
const PAOS = ['16', '0x5006', '0001'];
const MGIR = ['160', '0x9020', '-'];
const { V4, fwctl } = CHANNELS;

const isThere = (node: string): readonly boolean[] => [
  existsSync(`${host.root}/dev/${node}`),
  existsSync(`/dev/${node}`),
];

test('a removed device vanishes from both places; ENODEV comes before EFAULT, and it comes back', options, async () => {
  const client = await waitingClient('character', V4.node);
  await host.control({ fault: 'remove', device: V4.pciAddress });
  assert.deepEqual(isThere(V4.node), [false, false]);
  assert.deepEqual(isThere(fwctl.node), [true, true]);
  client.goOn();
  const rows = [];
  for (let line = await client.lines.next(); line.done !== true; line = await client.lines.next()) {
    rows.push(...parseRows(line.value));
  }
  assert.deepEqual(
    rows.map(({ row, errno }) => [row, errno]),
    [
      ['INFO at NULL of a removed device', ENODEV],
      ['CMDRPC at NULL of a removed device', ENODEV],
      ['unknown number of a removed device', ENODEV],
    ],
  );
  await host.control({ fault: 'restore', device: V4.pciAddress });
  assert.deepEqual(isThere(V4.node), [true, true]);
  assert.ok((await rowsOf('character', V4.node)).length > 0);
});

test('a device can vanish under a given command', options, async () => {
  await host.control({ fault: 'remove', device: fwctl.pciAddress, register: 'PAOS' });
  const client = await waitingClient('register', fwctl.node, ...PAOS);
  client.goOn();
  assert.equal((await client.lines.next()).value, String(ENODEV));
  assert.deepEqual(isThere(fwctl.node), [false, false]);
  await host.control({ fault: 'clear' });
  await host.control({ fault: 'restore', device: fwctl.pciAddress });
  assert.deepEqual(isThere(fwctl.node), [true, true]);
});

for (const { node, pciAddress } of [V4, fwctl]) {
  test(
    `${node}: a command that hangs keeps its caller, others are answered; cleared, it is executed`,
    options,
    async () => {
      await host.control({ fault: 'hang', device: pciAddress, register: 'PAOS', times: 1 });
      const hanging = await waitingClient('register', node, ...PAOS);
      hanging.goOn();
      let answered = false;
      const answer = hanging.lines.next().finally(() => {
        answered = true;
      });
      await untilStruck();
      // The one that hangs answers other commands, too.
      for (const other of [V4, fwctl]) {
        const client = await waitingClient('register', other.node, ...MGIR);
        client.goOn();
        assert.match((await client.lines.next()).value ?? '', /^0 0 0 /);
      }
      assert.equal(answered, false);
      await host.control({ fault: 'clear' });
      assert.match((await answer).value ?? '', /^0 0 0 00010101/);
    },
  );
}

async function untilStruck(): Promise<void> {
  for (;;) {
    const { faults } = await host.control({ status: true });
    if ((faults as readonly { readonly struck: number }[]).some(({ struck }) => struck > 0)) return;
  }
}

import test from 'ava';
import { parseHostProfile } from '../../src/host/parseProfile.ts';
import { loadHostProfile } from '../../src/host/profile.ts';
import { ProfileError } from '../../src/host/profileValues.ts';

const port = { mode: '100G-4x', link: 'up', cable: 'copper' };
const fn = { type: 'PF', pciAddress: '0000:03:00.0', bridge: '0000:00:01.0' };
const card = { model: 'connectx7', serialNumber: 'S1', baseMac: 'b8:3f:d2:00:00:01', ports: [port], functions: [fn] };

test('what is left out of a profile has its default', (t) => {
  const { cards } = parseHostProfile({ name: 'own', cards: [card] }, 'own.json');
  t.like(cards[0]?.functions[0], { numaNode: 0, uctxCap: 7, registers: 'all', netdevs: [] });
  t.like(cards[0]?.ports[0], { utilisation: 0, rawBer: 0, effectiveBer: 0 });
});

const refused: readonly (readonly [unknown, RegExp])[] = [
  [[], /own.json: an object is expected/],
  [{ cards: [] }, /own.json: name: text is expected/],
  [{ name: 'x', cards: [{ ...card, baseMac: '1' }] }, /cards\[0\].baseMac: "1" does not match/],
  [{ name: 'x', cards: [{ ...card, ports: [] }] }, /cards\[0\] needs a port and a function/],
  [
    { name: 'x', cards: [{ ...card, ports: [{ ...port, link: 'maybe' }] }] },
    /ports\[0\].link: one of up, down is expected/,
  ],
  [
    { name: 'x', cards: [{ ...card, functions: [{ ...fn, pciAddress: '03:00.0' }] }] },
    /pciAddress: "03:00.0" does not match/,
  ],
  [
    { name: 'x', cards: [{ ...card, functions: [{ ...fn, netdevs: [{ name: 'e', port: 2 }] }] }] },
    /there is no such port/,
  ],
  [
    { name: 'x', cards: [{ ...card, functions: [{ ...fn, objects: { queuePairs: 1e6 } }] }] },
    /objects: "queuePairs" is a whole number from 0 to 100000/,
  ],
  [{ name: 'x', cards: [{ ...card, functions: [{ ...fn, objects: { qps: 1 } }] }] }, /"qps" is none of cores,/],
  [{ name: 'x', cards: [{ ...card, functions: [{ ...fn, ports: [2] }] }] }, /ports: there is no such port/],
  [{ name: 'x', cards: [{ ...card, functions: [{ ...fn, ports: [] }] }] }, /a function has a port at least/],
  [
    { name: 'x', cards: [{ ...card, functions: [{ ...fn, embeddedCpu: 1 }] }] },
    /embeddedCpu: true or false is expected/,
  ],
  [{ name: 'x', platform: 'arm', cards: [card] }, /platform: one of server, bluefield is expected/],
  [
    { name: 'x', cards: [{ ...card, functions: [{ ...fn, state: 'recovery', rdmaDevice: 'mlx5_0' }] }] },
    /rdmaDevice: a function in recovery has none/,
  ],
  [
    { name: 'x', cards: [{ ...card, functions: [{ ...fn, objects: { countedContexts: 1 } }] }] },
    /"countedContexts" is true or false/,
  ],
];
for (const [value, message] of refused) {
  test(`a profile that is wrong says where: ${message.source}`, (t) => {
    t.throws(() => parseHostProfile(value, 'own.json'), { instanceOf: ProfileError, message });
  });
}

test('the built-in hosts are those of the demo', (t) => {
  const channels = ['gpu-a', 'gpu-b', 'gpu-c'].map((name) =>
    loadHostProfile(name).cards.flatMap(({ functions }) =>
      functions.map(({ pciAddress, channel }) => `${pciAddress} ${channel?.kind}`),
    ),
  );
  t.deepEqual(channels, [
    ['0000:03:00.0 mlx5ctl', '0000:83:00.0 mlx5ctl'],
    ['0000:17:00.0 fwctl', '0000:98:00.0 fwctl'],
    ['0000:03:00.0 fwctl', '0000:03:00.2 fwctl'],
  ]);
});

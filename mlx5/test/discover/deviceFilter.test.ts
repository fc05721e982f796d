import test from 'ava';
import fc from 'fast-check';
import {
  type DeviceFilter,
  type FilteredDevice,
  matchesFilter,
  mayMean,
  needsIdentity,
} from '../../src/discover/deviceFilter.ts';

const cx7: FilteredDevice = {
  pciAddress: '0000:03:00.0',
  netdevs: ['ens1f0np0', 'ens1f0np0v0'],
  rdmaDevices: ['mlx5_0'],
  model: 'ConnectX-7',
  function: 'PF',
  link: 'Up',
  psid: 'MT_0000000838',
};

const cases: readonly (readonly [string, Partial<DeviceFilter>, Partial<FilteredDevice>, boolean])[] = [
  ['an empty filter takes every PF', {}, {}, true],
  ['an empty filter takes no VF', {}, { function: 'VF' }, false],
  ['an empty list of functions is the default', { functions: [] }, { function: 'VF' }, false],
  ['VFs are taken when asked for', { functions: ['PF', 'VF'] }, { function: 'VF' }, true],
  ['a PF is not taken when only VFs are asked for', { functions: ['VF'] }, {}, false],
  ['an address that is listed', { pciAddresses: ['0000:83:00.0', '0000:03:00.0'] }, {}, true],
  ['an address that is not listed', { pciAddresses: ['0000:83:00.0'] }, {}, false],
  ['any of its interfaces', { interfaces: ['ens1f0np0v0'] }, {}, true],
  ['none of its interfaces', { interfaces: ['ens2'] }, {}, false],
  ['an interface asked of a device without one', { interfaces: ['ens2'] }, { netdevs: [] }, false],
  ['its RDMA device', { rdmaDevices: ['mlx5_0', 'mlx5_9'] }, {}, true],
  ['its model', { models: ['ConnectX-7'] }, {}, true],
  ['another model', { models: ['ConnectX-6 Dx'] }, {}, false],
  ['its PSID', { psids: ['MT_0000000838'] }, {}, true],
  ['a PSID asked of a device that would not say', { psids: ['MT_0000000838'] }, { psid: undefined as never }, false],
  ['link up', { linkState: 'Up' }, {}, true],
  ['link down asked of one that is up', { linkState: 'Down' }, {}, false],
  ['any link', { linkState: 'Any' }, { link: 'Unknown' }, true],
  ['all given fields must match', { models: ['ConnectX-7'], interfaces: ['ens2'] }, {}, false],
];

for (const [title, filter, device, expected] of cases) {
  test(title, (t) => {
    t.is(matchesFilter({ ...cx7, ...device }, { functions: ['PF'], linkState: 'Any', ...filter }), expected);
  });
}

test('a further field never lets more devices through', (t) => {
  const text = fc.constantFrom('a', 'b', 'c');
  const list = fc.array(text, { maxLength: 2 });
  const field = fc.constantFrom('pciAddresses', 'interfaces', 'rdmaDevices', 'models', 'psids');
  const device = fc.record({
    pciAddress: text,
    netdevs: list,
    rdmaDevices: list,
    model: text,
    psid: text,
    function: fc.constantFrom('PF', 'VF'),
    link: fc.constantFrom('Up', 'Down', 'Unknown'),
  });
  fc.assert(
    fc.property(device, field, list, field, list, (found, one, values, other, more) => {
      const narrow = { functions: ['PF'], linkState: 'Any', [one]: values } as DeviceFilter;
      const narrower = { ...narrow, [other]: one === other ? values : more } as DeviceFilter;
      return !matchesFilter(found as FilteredDevice, narrower) || matchesFilter(found as FilteredDevice, narrow);
    }),
  );
  t.pass();
});

test('a filter on PSIDs may mean a device of which none is known, if the rest holds', (t) => {
  const { psid: _, ...silent } = cx7;
  t.true(mayMean(silent, { psids: ['MT_1'], models: ['ConnectX-7'] }));
  t.false(mayMean(silent, { psids: ['MT_1'], models: ['ConnectX-6 Dx'] }));
});

test('only a filter on PSIDs has to wait for firmware', (t) => {
  t.false(needsIdentity({ functions: ['PF'], linkState: 'Any', psids: [] }));
  t.true(needsIdentity({ functions: ['PF'], linkState: 'Any', psids: ['MT_1'] }));
});

import type { HostRoot } from './hostRoot.ts';
import { pciAddressOf } from './pciDevice.ts';

/** A netdev or RDMA device and whose it is. */
export interface ClassDevice {
  readonly name: string;
  readonly pciAddress: string;
  /** `mlx5_core.sf.2` for what belongs to a subfunction of that PCI function. */
  readonly subfunction?: string;
}

const SUBFUNCTION = /^mlx5_core\.sf\.\d+$/;
/** Port names of the eswitch's netdevs that stand for another function: `pf0vf1`, `pf0sf88`, `c1pf0`, and on the Arm side of
 * a DPU `pf0` for its host. The uplink is `p0`.
 * @source drivers/net/ethernet/mellanox/mlx5/core/esw/devlink_port.c */
const REPRESENTOR = /^(c\d+)?pf\d+/;

/** Devices of a class whose `device` link leads to a PCI function. Representors are left out: their state is that of another
 * function, and there may be hundreds. */
export function classDevices(host: HostRoot, kind: 'net' | 'infiniband'): readonly ClassDevice[] {
  return host.list(`/sys/class/${kind}`).flatMap((name) => {
    const path = `/sys/class/${kind}/${name}`;
    const pciAddress = pciAddressOf(host, `${path}/device`);
    if (pciAddress === undefined) return [];
    if (kind === 'net' && REPRESENTOR.test(host.read(`${path}/phys_port_name`) ?? '')) return [];
    const subfunction = host
      .resolve(`${path}/device`)
      ?.split('/')
      .findLast((part) => SUBFUNCTION.test(part));
    return [{ name, pciAddress, ...(subfunction === undefined ? {} : { subfunction }) }];
  });
}

/** Names of the subfunctions below a PCI function, by number. */
export function subfunctionNames(host: HostRoot, pciDirectory: string): readonly string[] {
  const number = (name: string): number => Number(name.slice(name.lastIndexOf('.') + 1));
  return host
    .list(pciDirectory)
    .filter((name) => SUBFUNCTION.test(name))
    .toSorted((a, b) => number(a) - number(b));
}

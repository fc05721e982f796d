import type { Card } from '../../firmware/card.ts';
import { errorCounters } from '../../firmware/registers/pcie.ts';
import type { Planter } from './planter.ts';

/** Names of the error bits as the kernel's AER driver prints them.
 * @source drivers/pci/pcie/aer.c */
const CORRECTABLE = ['RxErr', 'BadTLP', 'BadDLLP', 'Rollover', 'Timeout', 'NonFatalErr', 'CorrIntErr', 'HeaderOF'];
const UNCORRECTABLE = [
  ...['Undefined', 'DLP', 'SDES', 'TLP', 'FCP', 'CmpltTO', 'CmpltAbrt', 'UnxCmplt', 'RxOF', 'MalfTLP', 'ECRC'],
  ...['UnsupReq', 'ACSViol', 'UncorrIntErr', 'BlockedTLP', 'AtomicOpBlocked', 'TLPBlockedErr', 'PoisonTLPBlocked'],
];

/** The AER counters of a function: correctable ones agree with MPCNT of the same card. */
export function plantAer(planter: Planter, path: string, card: Card): void {
  planter.text(`${path}/aer_dev_correctable`, () => {
    const { rx_errors = 0, crc_error_tlp = 0, crc_error_dllp = 0 } = errorCounters(card);
    return counters(CORRECTABLE, { RxErr: rx_errors, BadTLP: crc_error_tlp, BadDLLP: crc_error_dllp }, 'TOTAL_ERR_COR');
  });
  planter.text(`${path}/aer_dev_nonfatal`, () => counters(UNCORRECTABLE, {}, 'TOTAL_ERR_NONFATAL'));
  planter.text(`${path}/aer_dev_fatal`, () => counters(UNCORRECTABLE, {}, 'TOTAL_ERR_FATAL'));
}

function counters(names: readonly string[], values: Readonly<Record<string, number>>, total: string): string {
  const sum = Object.values(values).reduce((all, value) => all + value, 0);
  return [...names.map((name) => `${name} ${values[name] ?? 0}`), `${total} ${sum}`].join('\n');
}

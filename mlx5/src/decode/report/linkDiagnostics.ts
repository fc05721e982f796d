import type { Item } from '../../collect/item.ts';
import { identityFrom } from '../deviceFacts.ts';
import { type FoundItems, foundItems } from './foundItems.ts';
import { eyeRows, transmitterRows } from './linkLanes.ts';
import { moduleRows } from './linkModule.ts';
import { errorRows, histogramRows } from './linkSignal.ts';
import { historyRows, operationalRows, troubleshootingRows } from './linkState.ts';
import { pcieRows } from './pcieLink.ts';
import type { Report, Reporter, ReportRow } from './report.ts';
import { row, sections } from './reportRows.ts';

/** The largest port width there is. */
const MOST_LANES = 8;

/** What mstlink shows of each port, and of the card's PCI Express link. */
export const linkDiagnosticsReporter: Reporter = {
  type: 'LinkDiagnostics',
  // The capability masks, which only steered, are the one thing that it does without.
  needs: ({ kind, name }) => kind === 'register' && !/^[A-Z]+CAM$/.test(name),
  report(items: readonly Item[]): Report {
    const found = foundItems(items);
    const ports = portsOf(items);
    return {
      type: 'LinkDiagnostics',
      sections: sections(
        { title: 'Device', rows: deviceRows(items) },
        ...ports.flatMap((port) => portSections(found, items, port)),
        { title: 'PCI Express', rows: pcieRows(found) },
      ),
    };
  },
};

function portSections(found: FoundItems, items: readonly Item[], port: number) {
  const width = found.find('PMLP', { local_port: port }).number('width') ?? 0;
  const lanes = Math.min(width, MOST_LANES);
  const title = (what: string): string => `Port ${port}: ${what}`;
  return [
    { title: title('state'), rows: operationalRows(found, port) },
    { title: title('troubleshooting'), rows: troubleshootingRows(found, port) },
    { title: title('history'), rows: historyRows(found, port) },
    { title: title('module'), rows: moduleRows(found, items, port, lanes) },
    { title: title('errors'), rows: errorRows(found, port, lanes) },
    { title: title('FEC histogram'), rows: histogramRows(found, port) },
    { title: title('eye'), rows: eyeRows(found, port) },
    { title: title('transmitter'), rows: transmitterRows(found, port) },
  ];
}

function deviceRows(items: readonly Item[]): readonly (readonly ReportRow[])[] {
  const { firmwareVersion, psid, partNumber, serialNumber } = identityFrom(items);
  return [
    row('Part number', partNumber),
    row('Serial number', serialNumber),
    row('PSID', psid),
    row('Firmware', firmwareVersion),
  ];
}

/** The ports that anything was asked of, answered or not. */
function portsOf(items: readonly Item[]): readonly number[] {
  const ports = items.map(({ index }) => index['local_port']).filter((port) => port !== undefined);
  return [...new Set(ports)].sort((a, b) => a - b);
}

import type { Item } from '../../collect/item.ts';
import { identityFrom } from '../deviceFacts.ts';
import { characters } from '../fieldTexts.ts';
import { type FoundFields, type FoundItem, type FoundItems, foundItems } from './foundItems.ts';
import type { Report, Reporter, ReportRow, Severity } from './report.ts';
import { readable, row, sections, words } from './reportRows.ts';

/** MCQI's info_type. */
const VERSION = 1;
/** MCQS: not there; a newer image waits. */
const NOT_PRESENT = 0;
const PENDING_RESET = 4;
const FAILED = 5;
/** MTUTC. */
const SYNCED = 1;

/** What the card is, what runs on it, what waits for a reset. */
export const firmwareInfoReporter: Reporter = {
  type: 'FirmwareInfo',
  needs: ({ kind, name }) => (kind === 'register' && !/^[A-Z]+CAM$/.test(name)) || name === 'QUERY_ADAPTER',
  report(items: readonly Item[]): Report {
    const found = foundItems(items);
    const mgir = found.find('MGIR');
    return {
      type: 'FirmwareInfo',
      sections: sections(
        { title: 'Card', rows: cardRows(found, mgir, items) },
        { title: 'Firmware', rows: firmwareRows(mgir, items) },
        { title: 'Security', rows: securityRows(found, mgir) },
        ...found.all('MCQS').map((component) => componentSection(found, component)),
        { title: 'Images of the DPU', rows: imageRows(found) },
        { title: 'Reset', rows: resetRows(found) },
        { title: 'Time', rows: timeRows(found) },
      ),
    };
  },
};

function cardRows(found: FoundItems, mgir: FoundFields, items: readonly Item[]): readonly (readonly ReportRow[])[] {
  const msgi = found.find('MSGI');
  const { partNumber, serialNumber, psid } = identityFrom(items);
  const temperature = found.find('MTMP', { sensor_index: 0 });
  return [
    row('Product', msgi.text('product_name')),
    row('Part number', partNumber),
    row('Revision', msgi.text('revision')),
    row('Serial number', serialNumber),
    row('PSID', psid),
    row('Device id', mgir.text('hw_info.device_id')),
    row('Hardware id', mgir.text('hw_info.hw_dev_id')),
    row('Hardware revision', mgir.number('hw_info.device_hw_revision')),
    row('Ports', mgir.number('hw_info.num_ports')),
    row('Base MAC address', macAddress(mgir)),
    row('Temperature', temperature.text('temperature')),
  ];
}

function firmwareRows(mgir: FoundFields, items: readonly Item[]): readonly (readonly ReportRow[])[] {
  const { firmwareVersion } = identityFrom(items);
  return [
    row('Version', firmwareVersion),
    row('Release date', releaseDate(mgir)),
    row('Branch', mgir.text('dev_info.dev_branch_tag')),
    row('INI version', mgir.number('fw_info.ini_file_version')),
    ...[0, 1, 2, 3].map((rom) => romRow(mgir, rom)),
    row('Uptime', uptime(mgir.number('hw_info.uptime'))),
  ];
}

/** Year, month and day are BCD: their hexadecimal digits. */
function releaseDate(mgir: FoundFields): string | undefined {
  const [year, month, day] = ['year', 'month', 'day'].map((part) => mgir.number(`fw_info.${part}`)?.toString(16));
  return year === undefined || year === '0' ? undefined : `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`;
}

function romRow(mgir: FoundFields, rom: number): readonly ReportRow[] {
  if ((mgir.number(`sw_info.rom${rom}_type`) ?? 0) === 0) return [];
  const version = ['major', 'minor', 'build'].map((part) => mgir.number(`sw_info.rom${rom}_version.${part}`) ?? 0);
  const type = words(mgir, `sw_info.rom${rom}_type`);
  return row(`Boot ROM ${rom}`, `${version.join('.')} (type ${type})`);
}

function uptime(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const days = Math.floor(seconds / 86_400);
  const [hours, minutes] = [Math.floor((seconds % 86_400) / 3600), Math.floor((seconds % 3600) / 60)];
  return `${days} d ${hours} h ${minutes} min (${seconds} s)`;
}

function macAddress(mgir: FoundFields): string | undefined {
  const high = mgir.number('hw_info.manufacturing_base_mac_47_32');
  const low = mgir.number('hw_info.manufacturing_base_mac_31_0');
  if (high === undefined || low === undefined || (high === 0 && low === 0)) return undefined;
  const digits = high.toString(16).padStart(4, '0') + low.toString(16).padStart(8, '0');
  return digits.match(/../g)?.join(':');
}

function securityRows(found: FoundItems, mgir: FoundFields): readonly (readonly ReportRow[])[] {
  const fuses = found.find('MFSV', { index: 0 });
  const debug = mgir.number('fw_info.debug');
  const development = mgir.number('fw_info.dev');
  const lifeCycle = mgir.number('fw_info.life_cycle');
  return [
    row('Firmware secured', yesNo(mgir.number('fw_info.secured'))),
    row('Firmware signed', yesNo(mgir.number('fw_info.signed_fw'))),
    row('Secure boot', yesNo(mgir.number('fw_info.sec_boot'))),
    row('Encrypted', yesNo(mgir.number('fw_info.encryption'))),
    row('Debug firmware', yesNo(debug), warnIf(debug === 1)),
    row('Development firmware', yesNo(development), warnIf(development === 1)),
    row('Life cycle', lifeCycle === undefined ? undefined : `state ${lifeCycle}`),
    row('Security version of the image', fuses.number('img_sec_ver')),
    row('Security version in fuses', fuses.number('efuses_sec_ver')),
  ];
}

function warnIf(bad: boolean): { readonly severity?: Severity } {
  return bad ? { severity: 'warning' } : {};
}

function yesNo(value: number | undefined): string | undefined {
  return value === undefined ? undefined : value === 1 ? 'yes' : 'no';
}

function componentSection(found: FoundItems, { item, fields }: FoundItem) {
  const index = { component_index: item.index['component_index'] ?? 0, info_type: VERSION };
  const versions = found.all('MCQI', index);
  const isPending = ({ item: read }: FoundItem): boolean => read.index['read_pending_component'] === 1;
  const running = versions.find((version) => !isPending(version))?.fields;
  const waiting = versions.find(isPending)?.fields;
  const state = fields.number('component_update_state');
  const [now, then] = [versionText(running), versionText(waiting)];
  const differs = now !== undefined && then !== undefined && now !== then;
  return {
    title: `Component ${index.component_index}: ${readable(fields.text('identifier') ?? String(fields.value('identifier')))}`,
    rows:
      fields.number('component_status') === NOT_PRESENT
        ? [row('Status', words(fields, 'component_status'))]
        : [
            row('Status', words(fields, 'component_status')),
            row('Update', words(fields, 'component_update_state'), {
              severity: state === FAILED ? 'error' : state === PENDING_RESET ? 'warning' : undefined,
            }),
            row('Version', now),
            row('Version from the next reset on', differs ? then : undefined, {
              severity: 'warning',
              advice: 'Reset the firmware or restart the host to let it run.',
            }),
          ],
  };
}

function versionText(fields: FoundFields | undefined): string | undefined {
  const text = fields?.text('data.mcqi_version_ext.version_string');
  return text === '' ? undefined : text;
}

function imageRows(found: FoundItems): readonly (readonly ReportRow[])[] {
  return found
    .all('MISOC')
    .map(({ fields }) => row(readable(fields.text('type') ?? String(fields.value('type'))), imageVersion(fields)));
}

/** 256 characters, a number each. */
function imageVersion(fields: FoundFields): string | undefined {
  const bytes = Array.from({ length: 256 }, (_, at) => fields.number(`version[${at}]`) ?? 0);
  return characters(bytes, 1);
}

function resetRows(found: FoundItems): readonly (readonly ReportRow[])[] {
  const mfrl = found.find('MFRL');
  const mroq = found.find('MROQ', { reset_type: 0 });
  const state = mfrl.number('reset_state');
  return [
    row('State', words(mfrl, 'reset_state'), warnIf(state !== undefined && state !== 0)),
    row('Kinds of reset', listed(mfrl.text('reset_type'))),
    row('Ways to start one', listed(mroq.text('pci_sync_for_fw_update_start'))),
    row('PCI reset by', listed(mroq.text('pci_reset_req_method'))),
    row('Reason of the last one', found.find('MRSI').number('reset_reason')),
  ];
}

function listed(text: string | undefined): readonly string[] | undefined {
  return text?.split(', ').map(readable);
}

function timeRows(found: FoundItems): readonly (readonly ReportRow[])[] {
  const clock = found.find('MTUTC');
  const real = found.find('MRTC');
  const seconds = real.number('time_h');
  const state = clock.number('time_stamp_state');
  return [
    row('Time stamps', words(clock, 'time_stamp_mode')),
    row('Clock', words(clock, 'time_stamp_state'), { severity: state === SYNCED ? 'ok' : undefined }),
    row('Frequency adjustment', clock.number('freq_adjustment')),
    row('Time synchronised', yesNo(real.number('time_synced'))),
    row('Time of the card', seconds === undefined ? undefined : utc(seconds)),
  ];
}

/** @returns undefined for a clock that counts something else than seconds since 1970 */
function utc(seconds: number): string | undefined {
  return seconds < 1_000_000_000 ? undefined : new Date(seconds * 1000).toISOString();
}

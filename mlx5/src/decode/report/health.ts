import { type Item, isItemError } from '../../collect/item.ts';
import { devlinkFault, isDevlink } from '../decodeDevlink.ts';
import { identityFrom } from '../deviceFacts.ts';
import { type FoundFields, type FoundItem, type FoundItems, foundItems } from './foundItems.ts';
import { troubleshootingRows } from './linkState.ts';
import { pcieRows } from './pcieLink.ts';
import type { Report, Reporter, ReportRow, Severity } from './report.ts';
import { row, sections, words } from './reportRows.ts';
import { unansweredReads } from './unansweredReads.ts';

type Rows = readonly (readonly ReportRow[])[];

/** MTMP's temperatures are signed eighths of a degree. */
const DEGREES = 8;
/** Sensors from here on are those of modules. */
const FIRST_MODULE_SENSOR = 64;
const MODULE_ERROR = 3;
/** What devlink says of health reporters is named so. */
const REPORTERS = 'devlink/health';

/** Whether a card is well, and which part of it is not. */
export const healthReporter: Reporter = {
  type: 'Health',
  // A dump is for firmware's makers, and long.
  needs: (item) =>
    (item.kind === 'register' && !/^[A-Z]+CAM$/.test(item.name)) || (isDevlink(item) && !item.name.endsWith('/dump')),
  report(items: readonly Item[]): Report {
    const found = foundItems(items);
    const parts = [
      { title: 'Firmware', rows: firmwareRows(found) },
      { title: 'Health reporters', rows: reporterRows(found, items) },
      { title: 'Counters of the virtual NIC that are not 0', rows: vnicRows(found) },
      { title: 'Temperatures', rows: temperatureRows(found) },
      { title: 'PCI Express', rows: pcieRows(found) },
      { title: 'Modules', rows: moduleRows(found) },
      ...portsOf(found).map((port) => ({ title: `Port ${port}`, rows: portRows(found, port) })),
    ];
    const rows = parts.flatMap((part) => part.rows).flat();
    return { type: 'Health', sections: sections({ title: 'Card', rows: cardRows(found, items, rows) }, ...parts) };
  },
};

function cardRows(found: FoundItems, items: readonly Item[], others: readonly ReportRow[]): Rows {
  const { firmwareVersion, psid } = identityFrom(items);
  const uptime = found.find('MGIR').number('hw_info.uptime');
  return [
    ...(items.length === 0 ? [] : [overallRow(items, others)]),
    row('Firmware', firmwareVersion),
    row('PSID', psid),
    row('Firmware runs for', uptime === undefined || uptime === 0 ? undefined : duration(uptime)),
  ];
}

/** What is wrong is marked where it stands; this line only says how bad it is, and of a card that does not tell that
 * nobody knows. */
function overallRow(items: readonly Item[], others: readonly ReportRow[]): readonly ReportRow[] {
  const has = (severity: Severity): boolean => others.some((each) => each.severity === severity);
  if (has('error')) return row('Overall', 'in error');
  if (has('warning')) return row('Overall', 'needs attention');
  // That there is a devlink, and which driver, says nothing of the card.
  const told = items.some((item) => item.outcome === 'ok' && (!isDevlink(item) || item.name.startsWith(REPORTERS)));
  if (!told) return row('Overall', 'not known: nothing was answered', { severity: 'warning' });
  const all = !items.some(isItemError) && unansweredReads(items).length === 0;
  return row('Overall', all ? 'well' : 'well as far as was answered');
}

/** What the driver read in firmware's health buffer. */
function firmwareRows(found: FoundItems): Rows {
  const diagnosis = found.find('devlink/health/fw/diagnose');
  const syndrome = diagnosis.number('Syndrome');
  const info = found.find('devlink/info');
  return [
    row('Driver', info.value('driver_name')),
    row('Syndrome', syndrome === undefined ? undefined : `${syndrome} (${diagnosis.text('Syndrome')})`, {
      severity: syndrome === 0 ? 'ok' : 'error',
      advice:
        syndrome === 0
          ? undefined
          : 'Keep the dumps of the reporters fw and fw_fatal (health.dump), then reset the device; tell the vendor.',
    }),
    row('Description', diagnosis.value('Description')),
  ];
}

function reporterRows(found: FoundItems, items: readonly Item[]): Rows {
  const list = found.find('devlink/health');
  const rows: (readonly ReportRow[])[] = [];
  for (let at = 0; list.value(`reporters[${at}].name`) !== undefined; at += 1) {
    rows.push(reporterRow(list.below(`reporters[${at}]`)));
  }
  return rows.length > 0 ? rows : items.filter(isDevlink).map(unavailableRow);
}

function reporterRow(reporter: FoundFields): readonly ReportRow[] {
  const port = reporter.number('portIndex');
  const errors = reporter.number('errors') ?? 0;
  const recoveries = reporter.number('recoveries') ?? 0;
  const failed = reporter.number('state') === 1;
  const name = `${reporter.value('name')}${port === undefined ? '' : ` of port ${port}`}`;
  const dump = reporter.value('dumpMs') === undefined ? '' : ', a dump is kept';
  return row(name, `${reporter.text('state')}, errors ${errors}, recovered ${recoveries}${dump}`, {
    severity: failed ? 'error' : errors > 0 ? 'warning' : 'ok',
    advice: failed ? `It has not recovered: devlink health diagnose and dump show ${name} say more.` : undefined,
  });
}

/** Why there are none, if devlink was asked. */
function unavailableRow(item: Item): readonly ReportRow[] {
  const last = item.frames.at(-1);
  if (item.outcome === 'ok' || last === undefined) return [];
  const { name, text } = devlinkFault(last);
  return row('devlink', `${item.outcome === 'absent' ? 'absent' : 'failed'}: ${name}`, { advice: text });
}

function vnicRows(found: FoundItems): Rows {
  return found.all('devlink/health/vnic/diagnose').flatMap(({ item }) => {
    const counters = found.find(item.name, item.index);
    return VNIC_COUNTERS.map((name) => {
      const value = counters.value(name) ?? counters.value(`vNIC env counters.${name}`);
      if (value === undefined || Number(value) === 0) return [];
      return row(name, value, { severity: TROUBLE.has(name) ? 'warning' : undefined });
    });
  });
}

/** @source drivers/net/ethernet/mellanox/mlx5/core/diag/reporter_vnic.c */
const VNIC_COUNTERS = [
  ...['total_error_queues', 'total_q_under_processor_handle', 'send_queue_priority_update_flow'],
  ...['async_eq_overrun', 'comp_eq_overrun', 'cq_overrun', 'invalid_command', 'quota_exceeded_command'],
  ...['nic_receive_steering_discard', 'generated_pkt_steering_fail', 'handled_pkt_steering_fail'],
  ...['icm_consumption', 'bar_uar_access', 'odp_local_triggered_page_fault', 'odp_remote_triggered_page_fault'],
];
/** Those that tell of trouble; the others count now and then on a card that is well. */
const TROUBLE: ReadonlySet<string> = new Set([
  ...['total_error_queues', 'total_q_under_processor_handle', 'async_eq_overrun', 'comp_eq_overrun', 'cq_overrun'],
  ...['quota_exceeded_command', 'generated_pkt_steering_fail', 'handled_pkt_steering_fail'],
]);

function temperatureRows(found: FoundItems): Rows {
  return found.all('MTMP').map(({ item, fields }: FoundItem) => {
    const sensor = item.index['sensor_index'] ?? 0;
    const name = fields.text('sensor_name_hi');
    const which = sensor >= FIRST_MODULE_SENSOR ? `Module ${sensor - FIRST_MODULE_SENSOR}` : `Sensor ${sensor}`;
    const now = degrees(fields, 'temperature');
    if (now === undefined) return [];
    const limit = degrees(fields, 'temperature_threshold_hi') ?? 0;
    const highest = degrees(fields, 'max_temperature') ?? 0;
    const hot = limit > 0 && now >= limit;
    const known = [...(limit > 0 ? [`limit ${limit} °C`] : []), ...(highest > 0 ? [`highest ${highest} °C`] : [])].join(
      ', ',
    );
    return row(name === undefined ? which : `${which} (${name})`, `${now} °C${known === '' ? '' : `, ${known}`}`, {
      severity: hot ? 'error' : limit === 0 ? undefined : highest >= limit ? 'warning' : 'ok',
      advice: hot ? 'Too hot: look at fans, air flow and the load.' : undefined,
    });
  });
}

function degrees(fields: FoundFields, name: string): number | undefined {
  const value = fields.number(name);
  return value === undefined ? undefined : ((value << 16) >> 16) / DEGREES;
}

function moduleRows(found: FoundItems): Rows {
  return found.all('PMAOS').map(({ item, fields }) => {
    const failed = fields.number('oper_status') === MODULE_ERROR;
    const state = words(fields, 'oper_status');
    const error = failed ? words(fields, 'error_type') : undefined;
    return row(`Module ${item.index['module'] ?? 0}`, error === undefined ? state : `${state}: ${error}`, {
      severity: failed ? 'error' : undefined,
      advice: failed ? 'Pull the module and plug it again; if it stays so, replace it.' : undefined,
    });
  });
}

function portsOf(found: FoundItems): readonly number[] {
  const ports = [...found.all('PAOS'), ...found.all('PDDR')].map(({ item }) => item.index['local_port'] ?? 0);
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** A link that is down is no fault of the card: it is said, LinkDiagnostics says why. */
function portRows(found: FoundItems, port: number): Rows {
  return [
    row('Link', words(found.find('PAOS', { local_port: port }), 'oper_status')),
    ...troubleshootingRows(found, port),
  ];
}

function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} d ${clock}`;
}

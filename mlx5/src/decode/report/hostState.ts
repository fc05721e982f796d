import type { Item } from '../../collect/item.ts';
import { type FoundFields, type FoundItems, foundItems } from './foundItems.ts';
import type { Report, Reporter, ReportRow } from './report.ts';
import { row, sections } from './reportRows.ts';

/** Levels of the kernel's log from which on a line is an error. */
const ERROR_LEVEL = 3;
/** The newest lines on the page; text.txt has them all. */
const LINES = 20;

/** Counters of an RDMA device that tell of trouble, as mlx5_ib names them. */
const TROUBLE =
  /(err|error|errors|discard|discards|dropped|drop|out_of_buffer|out_of_sequence|timeout|retry|nak|cqe_flush|link_downed|symbol_error|excessive_buffer_overrun)/;

/** What of the host's own view of a device needs a person's attention. */
export const hostStateReporter: Reporter = {
  type: 'HostState',
  needs: ({ kind }) => kind === 'host',
  report(items: readonly Item[]): Report {
    const found = foundItems(items);
    const paths = items.map(({ name }) => name);
    return {
      type: 'HostState',
      sections: sections(
        { title: 'Host', rows: hostRows(found) },
        { title: 'PCI Express', rows: pciRows(found, paths) },
        { title: 'AER counters', rows: aerRows(found, paths) },
        {
          title: 'Interfaces',
          rows: attributeRows(found, paths, /^\/sys\/class\/net\/([^/]+)\/(operstate|carrier_changes|speed|mtu)$/),
        },
        {
          title: 'RDMA',
          rows: attributeRows(
            found,
            paths,
            /^\/sys\/class\/infiniband\/([^/]+)\/(fw_ver|board_id|ports\/\d+\/(?:state|phys_state|rate))$/,
          ),
        },
        { title: 'Counters of trouble that are not 0', rows: troubleRows(found, paths) },
        { title: 'Commands of the driver that failed', rows: failedCommandRows(found, paths) },
        { title: `Kernel log, newest ${LINES} lines`, rows: logRows(found) },
      ),
    };
  },
};

function hostRows(found: FoundItems): readonly (readonly ReportRow[])[] {
  const lockdown = text(found, '/sys/kernel/security/lockdown');
  return [
    row('Kernel', text(found, '/proc/version')),
    row('Driver mlx5_core', text(found, '/sys/module/mlx5_core/version')),
    // The mode in force is in brackets.
    row('Lockdown', /\[(\w+)\]/.exec(lockdown ?? '')?.[1]),
  ];
}

/** The device first, then the bridges above it. */
function pciRows(found: FoundItems, paths: readonly string[]): readonly (readonly ReportRow[])[] {
  return paths
    .filter((path) => path.endsWith('/current_link_speed'))
    .map((path) => {
      const function_ = path.slice(0, path.lastIndexOf('/'));
      const [speed, fastest] = [text(found, path), text(found, `${function_}/max_link_speed`)];
      const [width, widest] = ['current_link_width', 'max_link_width'].map((name) =>
        number(found, `${function_}/${name}`),
      );
      const slow = speed !== fastest || (width ?? 0) < (widest ?? 0);
      return row(function_.slice(function_.lastIndexOf('/') + 1), `${speed} x${width}`, {
        severity: slow ? 'warning' : 'ok',
        advice: slow
          ? `Could be ${fastest} x${widest}: look at slot, riser and the other end of this link.`
          : undefined,
      });
    });
}

function aerRows(found: FoundItems, paths: readonly string[]): readonly (readonly ReportRow[])[] {
  return paths
    .filter((path) => /\/aer_dev_(correctable|nonfatal|fatal)$/.test(path))
    .map((path) => {
      const parts = path.split('/');
      const total = ['TOTAL_ERR_COR', 'TOTAL_ERR_NONFATAL', 'TOTAL_ERR_FATAL']
        .map((name) => found.find(path).number(name))
        .find((value) => value !== undefined);
      const bad = (total ?? 0) > 0 && !path.endsWith('_correctable');
      return row(`${parts.at(-2)} ${parts.at(-1)?.slice('aer_dev_'.length)}`, total, {
        severity: bad ? 'error' : undefined,
      });
    });
}

function attributeRows(
  found: FoundItems,
  paths: readonly string[],
  pattern: RegExp,
): readonly (readonly ReportRow[])[] {
  return paths.map((path) => {
    const match = pattern.exec(path);
    return match === null ? [] : row(`${match[1]} ${match[2]}`, found.find(path).value('value'));
  });
}

function troubleRows(found: FoundItems, paths: readonly string[]): readonly (readonly ReportRow[])[] {
  return paths
    .filter((path) => /\/(statistics|counters|hw_counters)\/[^/]+$/.test(path) && TROUBLE.test(path))
    .map((path) => {
      const value = number(found, path);
      return value === undefined || value === 0
        ? []
        : row(path.replace(/^\/sys\/class\/(net|infiniband)\//, ''), value);
    });
}

function failedCommandRows(found: FoundItems, paths: readonly string[]): readonly (readonly ReportRow[])[] {
  return paths
    .filter((path) => /\/commands\/[^/]+\/failed$/.test(path))
    .map((path) => {
      const value = number(found, path);
      return value === undefined || value === 0
        ? []
        : row(path.split('/').at(-2) ?? path, value, { severity: 'warning' });
    });
}

function logRows(found: FoundItems): readonly (readonly ReportRow[])[] {
  const log = found.find('/dev/kmsg');
  const lines: (readonly ReportRow[])[] = [];
  for (let at = 0; log.value(`records[${at}].message`) !== undefined; at += 1)
    lines.push(logRow(log.below(`records[${at}]`)));
  return lines.slice(-LINES);
}

function logRow(record: FoundFields): readonly ReportRow[] {
  const seconds = record.number('seconds') ?? 0;
  const level = record.text('priority');
  const isError = ((record.number('priority') ?? 7) & 7) <= ERROR_LEVEL;
  const message = String(record.value('message') ?? '').split('\n')[0];
  return row(`${seconds.toFixed(6)} ${level ?? ''}`, message, { severity: isError ? 'warning' : undefined });
}

function text(found: FoundItems, path: string): string | undefined {
  return found.find(path).value('value')?.toString();
}

function number(found: FoundItems, path: string): number | undefined {
  const value = found.find(path).number('value');
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

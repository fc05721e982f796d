import { type DeviceResult, type DiagnosticCapture, LABELS, type NodeCapture, RESOURCES } from '@nicdiag/api';
import { REASON_TEXTS } from '@nicdiag/api/reason-texts';
import { isKubeError, resource, type Stored } from '@nicdiag/kube';
import { captureOutcome } from '../capture/captureOutcome.ts';
import { connect } from '../connection/connect.ts';
import type { ConnectionFlags } from '../connection/connectionFlags.ts';
import { CAPTURES } from '../connection/resources.ts';
import type { Io } from '../io.ts';
import { type Column, formatTable } from '../output/table.ts';
import { formatAge, formatBytes } from '../output/units.ts';

const NODE_CAPTURES = resource<NodeCapture>(RESOURCES.NodeCapture.apiVersion, RESOURCES.NodeCapture.plural);

/** What became of one capture, node by node, with what each reason means and what to look at. */
export async function describeCommand(name: string, options: ConnectionFlags, io: Io): Promise<void> {
  await using connection = connect(options, io);
  const { client, namespace } = connection;
  const capture = await client.get(CAPTURES, { namespace, name }, connection.request());
  const labelSelector = `${LABELS.captureUid}=${capture.metadata.uid}`;
  const children = await client
    .list(NODE_CAPTURES, { namespace, labelSelector, ...connection.request() })
    .then(({ items }) => items)
    .catch((error: unknown) => {
      // Who may read captures but not their parts still gets what the capture says.
      if (isKubeError(error, 'Forbidden')) return [];
      throw error;
    });
  io.out(describeCapture(capture, children, client.clock.now()));
}

/** @param nowMs milliseconds since the epoch, for ages */
export function describeCapture(
  capture: Stored<DiagnosticCapture>,
  children: readonly NodeCapture[],
  nowMs: number,
): string {
  const { metadata, spec, status } = capture;
  const { state, reason, message, sealed } = captureOutcome(capture);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Name', `${metadata.namespace}/${metadata.name}`],
    ['UID', metadata.uid],
    ['Age', formatAge(metadata.creationTimestamp, nowMs)],
    ['State', `${state}${reason === '' ? '' : ` (${reason})`}`],
    ['Message', message || undefined],
    ['Collectors', spec.collectors.map(({ name, type }) => `${name} (${type})`).join(', ')],
    ['Impact', spec.impact],
    ['Deadline', spec.deadline],
    ['Nodes', status?.progress && `${status.progress} ended`],
    [
      'Bytes',
      status?.totalBytes === undefined
        ? undefined
        : `${formatBytes(status.totalBytes)}, stored ${formatBytes(status.storedBytes)}`,
    ],
    ['Sealed', sealed ? `yes, ${status?.manifest?.digest ?? ''}` : 'no'],
  ];
  const reasons = reasonsOf(capture, children);
  const sections = [
    facts.flatMap(([fact, value]) => (value === undefined ? [] : [`${`${fact}:`.padEnd(13)}${value}\n`])).join(''),
    children.length > 0 ? `Nodes\n${indent(formatTable(byNode(children), NODE_COLUMNS))}` : '',
    troubles(children),
    children.length === 0 ? failuresOf(capture) : '',
    reasons.length > 0 ? `What the reasons mean\n${reasons.map(explained).join('')}` : '',
    nextSteps(capture),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

const NODE_COLUMNS: readonly Column<NodeCapture>[] = [
  { head: 'NODE', cell: ({ spec }) => spec.nodeName },
  { head: 'STATE', cell: ({ status }) => status?.state ?? 'Pending' },
  { head: 'REASON', cell: ({ status }) => status?.reason ?? '' },
  { head: 'DEVICES', cell: ({ status }) => String(status?.devices?.length ?? 0) },
  { head: 'ITEMS', cell: ({ status }) => String(sum(status?.devices, ({ items }) => items)) },
  { head: 'ERRORS', cell: ({ status }) => String(sum(status?.devices, ({ itemErrors }) => itemErrors)) },
  { head: 'BYTES', cell: ({ status }) => formatBytes(status?.totalBytes) },
];

function byNode(children: readonly NodeCapture[]): NodeCapture[] {
  return children.toSorted((a, b) => a.spec.nodeName.localeCompare(b.spec.nodeName));
}

function sum(devices: readonly DeviceResult[] | undefined, of: (device: DeviceResult) => number | undefined): number {
  return (devices ?? []).reduce((total, device) => total + (of(device) ?? 0), 0);
}

/** Devices and collectors that did not do everything, a line each. */
function troubles(children: readonly NodeCapture[]): string {
  const lines = byNode(children).flatMap(({ spec: { nodeName }, status }) =>
    (status?.devices ?? []).flatMap((device) => [
      ...(device.reason === undefined || device.state === 'Succeeded'
        ? []
        : [line([nodeName, device.pciAddress], device.reason, device.message)]),
      ...(device.collectors ?? []).map(({ name, reason = '', message }) =>
        line([nodeName, device.pciAddress, name], reason, message),
      ),
    ]),
  );
  return lines.length === 0 ? '' : `Not done\n${lines.join('')}`;
}

function failuresOf({ status }: DiagnosticCapture): string {
  const lines = (status?.failures ?? []).map(({ node, device, collector, reason, message }) =>
    line([node, device, collector], reason, message),
  );
  return lines.length === 0 ? '' : `Not done\n${lines.join('')}`;
}

function line(where: readonly (string | undefined)[], reason: string, message: string | undefined): string {
  return `  ${where.filter(Boolean).join(' ')}: ${reason}${message ? `: ${message}` : ''}\n`;
}

/** Every reason that is shown, once; not those of what went well. */
function reasonsOf(capture: DiagnosticCapture, children: readonly NodeCapture[]): string[] {
  const all = [
    captureOutcome(capture).reason,
    ...(capture.status?.failures ?? []).map(({ reason }) => reason),
    ...children.flatMap(({ status }) => [
      status?.reason,
      ...(status?.devices ?? []).flatMap(({ reason, collectors }) => [
        reason,
        ...(collectors ?? []).map((each) => each.reason),
      ]),
    ]),
  ];
  const known = all.filter(
    (reason): reason is keyof typeof REASON_TEXTS => reason !== undefined && reason in REASON_TEXTS,
  );
  return [...new Set(known)].filter((reason) => !REASON_TEXTS[reason].check.startsWith('Nothing'));
}

function explained(reason: string): string {
  const text = Object.entries(REASON_TEXTS).find(([name]) => name === reason)?.[1];
  return text === undefined ? '' : `  ${reason}\n    ${text.means}\n    Check: ${text.check}\n`;
}

function nextSteps({ metadata: { name, namespace }, status }: DiagnosticCapture): string {
  if ((status?.totalBytes ?? 0) === 0) return '';
  return `What it brought: kubectl nicdiag download ${name} -n ${namespace}\n`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

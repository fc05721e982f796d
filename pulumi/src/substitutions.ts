import type { ChartValues } from './generated/chartValues.ts';
import type { Json } from './kubernetesObject.ts';
import type { ChartRenderings } from './rendering.ts';
import { TOKENS } from './tokens.ts';

/** Bytes of each unit of a size in the chart's schema. */
const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Puts what was given in the place of the tokens of a rendering.
 * @returns a function over one string or number of it */
export function substitutions(values: ChartValues, { appVersion }: ChartRenderings): (leaf: string | number) => Json {
  const { image, namespaces, agent, artifacts, logLevel, monitoring } = values;
  const imageToken = (name: string) => `${TOKENS.registry}/nicdiag-${name}:${TOKENS.tag}`;
  const imageOf = (name: 'agent' | 'operator') => {
    const digest = image.digests[name];
    const reference = digest === '' ? `:${image.tag === '' ? appVersion : image.tag}` : `@${digest}`;
    return `${image.registry}/nicdiag-${name}${reference}`;
  };
  const service = `https://nicdiag-artifacts.${TOKENS.systemNamespace}.svc:8443`;
  const texts: ReadonlyArray<readonly [token: string, given: string]> = [
    [imageToken('agent'), imageOf('agent')],
    [imageToken('operator'), imageOf('operator')],
    ...(artifacts.url === '' ? [] : ([[`--artifacts-url=${service}`, `--artifacts-url=${artifacts.url}`]] as const)),
    [TOKENS.systemNamespace, namespaces.system.name],
    [TOKENS.agentNamespace, namespaces.agent.name],
    [`--log-level=${TOKENS.logLevel}`, `--log-level=${logLevel}`],
    [String(bytesOf(TOKENS.spoolLimit)), String(bytesOf(agent.spoolLimit))],
    [TOKENS.spoolLimit, agent.spoolLimit],
    [TOKENS.maxTicketLifetime, artifacts.maxTicketLifetime],
    [TOKENS.storageSize, artifacts.storage.size],
    [TOKENS.interval, monitoring.podMonitors.interval],
    [TOKENS.secretName, artifacts.tls.secretName],
    [TOKENS.caConfigMap, artifacts.tls.caConfigMap],
    // A block of a manifest ends with its last line.
    [`${TOKENS.caBundle}\n`, `${artifacts.tls.caBundle.trim()}\n`],
    [TOKENS.endpointAddress, artifacts.externalEndpoint.address],
    [`:${TOKENS.httpsPort}`, `:${artifacts.ports.https}`],
    [`:${TOKENS.healthPort}`, `:${artifacts.ports.health}`],
  ];
  const wholes = new Map<string | number, Json>([
    [TOKENS.maxUnavailable, agent.maxUnavailable],
    [TOKENS.httpsPort, artifacts.ports.https],
    [TOKENS.healthPort, artifacts.ports.health],
    [TOKENS.endpointPort, artifacts.externalEndpoint.port],
    [TOKENS.priority, values.priorityClass.value],
    [TOKENS.concurrencyShares, values.flowControl.concurrencyShares],
  ]);
  return (leaf) => {
    const whole = wholes.get(leaf);
    if (whole !== undefined || typeof leaf === 'number') return whole ?? leaf;
    return texts.reduce((text, [token, given]) => text.replaceAll(token, given), leaf);
  };
}

function bytesOf(size: string): number {
  const unit = UNITS[size.slice(-2)];
  if (unit === undefined) throw new RangeError(`${size} is no size such as 4Gi`);
  return Number(size.slice(0, -2)) * unit;
}

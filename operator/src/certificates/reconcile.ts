import { type KubeClient, type KubeObject, type Resource, resource, type Stored } from '@nicdiag/kube';
import type { Logger } from '@nicdiag/runtime';
import { type Fence, requireLeader } from '../fence.ts';
import { fieldManager } from '../resources.ts';
import { AUTHORITY_LIFE_MS, decideCertificates, LOOK_MS, SERVER_LIFE_MS } from './decide.ts';
import {
  type Authorities,
  readAuthorities,
  readCa,
  readCertificate,
  readServer,
  type SecretData,
  trusted,
  writeAuthorities,
  writeServer,
} from './secrets.ts';
import { createAuthority, type KeyPair, openAuthority } from './x509.ts';

/** Names of what is made, in the chart's templates too. */
const CA_SECRET = 'nicdiag-artifacts-ca';
const CA_CONFIG_MAP = 'nicdiag-artifacts-ca';
const CA_KEY = 'ca.crt';

const PART_OF = 'app.kubernetes.io/part-of';

interface Secret extends KubeObject {
  data?: SecretData;
}
interface ConfigMap extends KubeObject {
  data?: Readonly<Record<string, string>>;
}
const secrets = resource<Secret>('v1', 'secrets');
const configMaps = resource<ConfigMap>('v1', 'configmaps');

/** Where the artifact server's certificate comes from. */
export type CertificateSource =
  /** the operator makes it, and an authority for it */
  | { readonly source: 'self-signed'; readonly secretName: string; readonly names: readonly string[] }
  /** somebody else writes the Secret, with `ca.crt` in it: cert-manager */
  | { readonly source: 'published'; readonly secretName: string };

export interface CertificateOptions {
  client: KubeClient;
  fence: Fence;
  logger: Logger;
  certificate: CertificateSource;
  /** of the artifact server */
  namespace: string;
  agentNamespace: string;
}

export interface CertificateReconciler {
  reconcile: (key: string, options: { signal: AbortSignal }) => Promise<{ requeueAfterMs: number }>;
  /** PEM of the authorities to trust.
   * @throws Error before they are known */
  ca(): string;
}

/** Keeps the artifact server's certificate good, and its authority known to operator and agents. */
export function createCertificateReconciler(options: CertificateOptions): CertificateReconciler {
  const { client, fence, logger, certificate, namespace, agentNamespace } = options;
  let known: string | undefined;

  async function selfSigned(names: readonly string[], signal: AbortSignal): Promise<string> {
    const nowMs = client.clock.now();
    const stored = await ofChart(secrets, { namespace, name: CA_SECRET }, signal);
    const served = await ofChart(secrets, { namespace, name: certificate.secretName }, signal);
    const authorities = readAuthorities(stored.data ?? {});
    const server = readServer(served.data ?? {});
    const plan = decideCertificates(describe(authorities, server), names, nowMs);
    const after = await advance(authorities, plan.authority, nowMs);
    if (plan.authority !== 'keep') {
      await fill(secrets, stored, writeAuthorities(after), signal);
      logger.info('the authority of the artifact server’s certificate changed', { change: plan.authority });
    }
    const ca = trusted(after);
    // Trusted before it is served: an agent must not meet a certificate whose authority it cannot know yet.
    await publish(ca, signal);
    if (plan.issue && after.current !== undefined) {
      const authority = await openAuthority(after.current);
      const issued = await authority.issue({ server: names }, { fromMs: nowMs, untilMs: nowMs + SERVER_LIFE_MS });
      await fill(secrets, served, writeServer(issued, ca), signal);
      logger.info('the artifact server has a new certificate', { names, secret: certificate.secretName });
    }
    return ca;
  }

  async function published(signal: AbortSignal): Promise<string> {
    const { secretName } = certificate;
    const secret = await client.find(secrets, { namespace, name: secretName }, { signal });
    const ca = readCa(secret?.data ?? {});
    if (ca === undefined)
      throw new Error(
        `Secret ${namespace}/${secretName} ${secret === undefined ? 'is not there' : 'has no ca.crt'} yet: whoever makes the certificate (cert-manager) writes it; kubectl -n ${namespace} describe certificates says how far that is`,
      );
    await publish(ca, signal);
    return ca;
  }

  /** Puts the authorities where the Pods of both namespaces mount them. */
  async function publish(ca: string, signal: AbortSignal): Promise<void> {
    for (const each of new Set([namespace, agentNamespace])) {
      const stored = await ofChart(configMaps, { namespace: each, name: CA_CONFIG_MAP }, signal);
      if (stored.data?.[CA_KEY] !== ca) await fill(configMaps, stored, { [CA_KEY]: ca }, signal);
    }
  }

  async function ofChart<T extends KubeObject>(
    kind: Resource<T>,
    ref: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<Stored<T>> {
    const stored = await client.find(kind, ref, { signal });
    const what = `${kind.plural} ${ref.namespace}/${ref.name}`;
    if (stored === undefined) throw new Error(`${what} is not there: the chart makes it, helm upgrade brings it back`);
    if (stored.metadata.labels?.[PART_OF] !== 'nicdiag')
      throw new Error(
        `${what} is not the chart's (label ${PART_OF}) and is left alone: delete it, or say where the certificate comes from (artifacts.tls.source)`,
      );
    return stored;
  }

  /** Fills an object that the chart made: there is no right to create any, and uninstalling takes them away. A Conflict,
   * when somebody else was faster, is a reason to look again. */
  async function fill<T extends KubeObject & { data?: Readonly<Record<string, string>> }>(
    kind: Resource<T>,
    stored: Stored<T>,
    data: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    requireLeader(fence);
    await client.update(kind, { ...stored, data }, { fieldManager, signal });
  }

  return {
    async reconcile(_key, { signal }) {
      known =
        certificate.source === 'self-signed' ? await selfSigned(certificate.names, signal) : await published(signal);
      return { requeueAfterMs: LOOK_MS };
    },
    ca() {
      if (known === undefined) throw new Error('the certificate of the artifact server is not known yet');
      return known;
    },
  };
}

function describe({ current, next }: Authorities, server: KeyPair | undefined) {
  const authority = current && readCertificate(current.certificate);
  const served = server && readCertificate(server.certificate);
  return {
    authority,
    next: next && readCertificate(next.certificate),
    server:
      served && current && authority
        ? { untilMs: served.untilMs, names: served.names, signed: served.isSignedBy(current.certificate) }
        : undefined,
  };
}

/** The authorities after a step. */
async function advance(
  { current, next, previous }: Authorities,
  step: ReturnType<typeof decideCertificates>['authority'],
  nowMs: number,
): Promise<Authorities> {
  switch (step) {
    case 'keep':
      return { current, next, previous };
    case 'promote':
      return { current: next, next: undefined, previous: current?.certificate };
    case 'next':
      return { current, next: await make(nowMs), previous: undefined };
    case 'new':
      return { current: await make(nowMs), next: undefined, previous: undefined };
  }
}

async function make(nowMs: number): Promise<KeyPair> {
  const { certificate, key } = await createAuthority('nicdiag-artifacts', {
    fromMs: nowMs,
    untilMs: nowMs + AUTHORITY_LIFE_MS,
  });
  return { certificate, key };
}

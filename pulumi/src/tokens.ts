/** Values that the chart is rendered with for the Pulumi component: each stands for whatever is given later, and is found again
 * in what was rendered. They satisfy the chart's schema and occur nowhere in its templates. */
export const TOKENS = {
  systemNamespace: 'ns-of-system',
  agentNamespace: 'ns-of-agent',
  registry: 'registry.token',
  tag: 'tag-token',
  logLevel: 'debug',
  spoolLimit: '987654Mi',
  maxTicketLifetime: '98765s',
  maxUnavailable: '37%',
  storageSize: '98765Mi',
  interval: '77s',
  secretName: 'secret-token',
  caConfigMap: 'config-map-token',
  caBundle: '-----BEGIN CERTIFICATE-----token',
  httpsPort: 18443,
  healthPort: 18081,
  endpointPort: 19443,
  endpointAddress: '192.0.2.77',
  priority: 999_999_999,
  concurrencyShares: 987,
} as const;

/** Where the certificate comes from decides which objects there are and how they hang together: one rendering for each. */
export const RENDERINGS = {
  SelfSigned: { source: 'SelfSigned' },
  CertManager: { source: 'CertManager' },
  CertManagerIssuer: { source: 'CertManager', certManager: { issuerRef: { name: 'issuer-token' } } },
  CertManagerCaBundle: { source: 'CertManager', caBundle: TOKENS.caBundle },
  CertManagerCaConfigMap: { source: 'CertManager', caConfigMap: TOKENS.caConfigMap },
  SecretCaBundle: { source: 'Secret', secretName: TOKENS.secretName, caBundle: TOKENS.caBundle },
  SecretCaConfigMap: { source: 'Secret', secretName: TOKENS.secretName, caConfigMap: TOKENS.caConfigMap },
} as const;

/** Everything that can be switched on, with a token for everything that can be given. */
export function tokenValues(tls: unknown): unknown {
  return {
    image: { registry: TOKENS.registry, tag: TOKENS.tag },
    logLevel: TOKENS.logLevel,
    namespaces: { system: { name: TOKENS.systemNamespace }, agent: { name: TOKENS.agentNamespace } },
    agent: { spoolLimit: TOKENS.spoolLimit, maxUnavailable: TOKENS.maxUnavailable },
    priorityClass: { value: TOKENS.priority },
    artifacts: {
      ports: { https: TOKENS.httpsPort, health: TOKENS.healthPort },
      tls,
      storage: { size: TOKENS.storageSize },
      maxTicketLifetime: TOKENS.maxTicketLifetime,
    },
    flowControl: { concurrencyShares: TOKENS.concurrencyShares },
    monitoring: { podMonitors: { enabled: true, interval: TOKENS.interval }, alerts: { enabled: true } },
  };
}

// Generated from charts/nicdiag/values.schema.json by `make generate`. Do not edit.

export type Digest = string;
export type Tolerations = {
  key?: string;
  operator?: 'Exists' | 'Equal';
  value?: string;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  tolerationSeconds?: number;
}[];
export type Port = number;
export type Size = string;
/**
 * Peers of a NetworkPolicy; empty for everybody and anywhere
 */
export type NetworkPeers = {
  namespaceSelector?: {};
  podSelector?: {};
  ipBlock?: {};
}[];

export interface ChartValues {
  global?: {};
  image: {
    /**
     * Registry and path of the images nicdiag-agent and nicdiag-operator
     */
    registry: string;
    /**
     * Empty for the chart's appVersion
     */
    tag: string;
    /**
     * Go before the tag
     */
    digests: {
      agent: Digest;
      operator: Digest;
    };
    pullPolicy: 'Always' | 'IfNotPresent' | 'Never';
    pullSecrets: {
      name: string;
    }[];
  };
  logLevel: 'error' | 'warn' | 'info' | 'debug';
  crds: {
    /**
     * Install the CustomResourceDefinitions
     */
    install: boolean;
  };
  namespaces: {
    system: Namespace;
    agent: Namespace;
  };
  rbac: {
    /**
     * Add nicdiag-view and nicdiag-edit to the cluster's roles view, edit and admin
     */
    aggregate: boolean;
  };
  operator: {
    /**
     * 0 pauses all captures
     */
    replicas: number;
    nodeSelector: NodeSelector;
    tolerations: Tolerations;
    /**
     * Empty for the cluster's default
     */
    priorityClassName: string;
    resources: Resources;
  };
  agent: {
    deviceAccess: {
      /**
       * How the container may open device nodes
       */
      mode: 'privileged';
      /**
       * mlx5ctl mounts /dev, fwctl /dev/fwctl and the kernel's log
       */
      interface: 'mlx5ctl' | 'fwctl';
    };
    /**
     * Ask devlink in the host's network namespace
     */
    hostDevlink: boolean;
    nodeSelector: NodeSelector;
    tolerations: Tolerations;
    /**
     * Agents that are renewed at the same time
     */
    maxUnavailable: number | string;
    /**
     * Most that evidence may take on a node's disk
     */
    spoolLimit: string;
    /**
     * Empty for the chart's own where it makes one
     */
    priorityClassName: string;
    resources: Resources;
  };
  priorityClass: {
    /**
     * Make the PriorityClass nicdiag-agent
     */
    create: boolean;
    value: number;
  };
  artifacts: {
    /**
     * URL at which agents and operator reach the server; empty for its Service
     */
    url: string;
    ports: {
      https: Port;
      health: Port;
    };
    tls: {
      /**
       * Where the server's certificate comes from
       */
      source: 'SelfSigned' | 'CertManager' | 'Secret';
      /**
       * Names and addresses beside the Service's
       */
      extraNames: string[];
      certManager: {
        /**
         * Empty for an authority that the chart makes
         */
        issuerRef: {
          name?: string;
          kind?: 'Issuer' | 'ClusterIssuer';
          group?: string;
        };
      };
      /**
       * Secret of type kubernetes.io/tls in the system namespace
       */
      secretName: string;
      /**
       * PEM certificates of the CA
       */
      caBundle: string;
      /**
       * ConfigMap with ca.crt in both namespaces, in place of caBundle
       */
      caConfigMap: string;
    };
    storage: {
      type: 'PersistentVolumeClaim' | 'S3' | 'EmptyDir';
      size: Size;
      /**
       * Empty for the cluster's default
       */
      className: string;
    };
    s3: {
      /**
       * A bucket that exists, for storage.type S3
       */
      bucket: string;
      /**
       * Of all keys; one installation to a prefix
       */
      prefix: string;
      /**
       * URL of the server; empty for Amazon's of the region
       */
      endpoint: string;
      region: string;
      /**
       * https://endpoint/bucket in place of https://bucket.endpoint
       */
      forcePathStyle: boolean;
      /**
       * Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; empty for a web identity
       */
      credentialsSecret: string;
      /**
       * Of the ServiceAccount nicdiag-artifacts
       */
      serviceAccountAnnotations: {
        [k: string]: string;
      };
      /**
       * PEM certificates that are trusted beside the public ones
       */
      caBundle: string;
      /**
       * ConfigMap with ca.crt in the system namespace, in place of caBundle
       */
      caConfigMap: string;
      stagingSize: Size;
    };
    nodeSelector: NodeSelector;
    tolerations: Tolerations;
    /**
     * Empty for the cluster's default
     */
    priorityClassName: string;
    resources: Resources;
    /**
     * Longest time from creation to expiry of an ArtifactTicket
     */
    maxTicketLifetime: string;
    /**
     * Subjects that may reach the artifact server through the API server's service proxy
     */
    proxySubjects: {
      kind: 'User' | 'Group' | 'ServiceAccount';
      name: string;
      namespace?: string;
      apiGroup?: string;
    }[];
    externalEndpoint: {
      /**
       * Give the Service no selector
       */
      enabled: boolean;
      /**
       * IP address for an EndpointSlice that the chart makes; empty for none
       */
      address: string;
      port: number;
    };
  };
  flowControl: {
    /**
     * Give the agents a priority level of their own
     */
    enabled: boolean;
    concurrencyShares: number;
  };
  networkPolicies: {
    /**
     * Make a NetworkPolicy for each program
     */
    enabled: boolean;
    /**
     * Ports at which the API server itself answers
     *
     * @minItems 1
     */
    apiServerPorts: [number, ...number[]];
    /**
     * Networks in which the API server is; empty for anywhere
     */
    apiServerCidrs: string[];
    bucketTo: NetworkPeers;
    metricsFrom: NetworkPeers;
  };
  monitoring: {
    podMonitors: {
      /**
       * Make a PodMonitor for each program
       */
      enabled: boolean;
      interval: string;
      labels: Labels;
    };
    alerts: {
      /**
       * Make a PrometheusRule
       */
      enabled: boolean;
      labels: Labels;
    };
  };
}
export interface Namespace {
  /**
   * Name of the namespace
   */
  name: string;
  /**
   * Make the namespace, with its Pod Security labels
   */
  create: boolean;
}
/**
 * Labels that a node must have
 */
export interface NodeSelector {
  [k: string]: string;
}
/**
 * Requests and limits of the container
 */
export interface Resources {
  requests?: Quantities;
  limits?: Quantities;
}
export interface Quantities {
  cpu?: string | number;
  memory?: string;
  'ephemeral-storage'?: string;
}
export interface Labels {
  [k: string]: string;
}

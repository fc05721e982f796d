import {
  AGENT_NAMESPACE,
  ARTIFACTS_SERVICE,
  SERVICE_ACCOUNTS,
  SYSTEM_NAMESPACE,
  serviceAccountUser,
} from '@nicdiag/api';
import type { Attributes, Subject } from '../policies/untilAllowed.ts';

const OPERATOR = serviceAccountUser(SYSTEM_NAMESPACE, SERVICE_ACCOUNTS.operator);
const AGENT = serviceAccountUser(AGENT_NAMESPACE, SERVICE_ACCOUNTS.agent);
const ARTIFACTS = serviceAccountUser(SYSTEM_NAMESPACE, SERVICE_ACCOUNTS.artifacts);

const own = (verb: string, resource: string, subresource?: string): Attributes => ({
  verb,
  resource,
  group: 'nicdiag.dev',
  namespace: 'default',
  ...(subresource === undefined ? {} : { subresource }),
});
const proxy = (verb: string, name: string): Attributes => ({
  verb,
  resource: 'services',
  subresource: 'proxy',
  namespace: SYSTEM_NAMESPACE,
  name,
});

/** Who may and may not do what with the chart's roles: a ServiceAccount, or a group. */
export const ROLE_TABLE: readonly (readonly [who: string, may: boolean, attributes: readonly Attributes[]])[] = [
  [
    AGENT,
    true,
    [
      own('get', 'nodecaptures'),
      own('patch', 'nodecaptures', 'status'),
      own('watch', 'nicnodes'),
      own('create', 'nicdevices'),
    ],
  ],
  [
    AGENT,
    false,
    ['nodecaptures', 'nicnodes', 'nicdevices', 'diagnosticcaptures'].map((resource) => own('list', resource)),
  ],
  [
    AGENT,
    false,
    [
      own('create', 'nodecaptures'),
      own('patch', 'nodecaptures'),
      own('patch', 'nicnodes'),
      own('get', 'artifacttickets'),
    ],
  ],
  [
    AGENT,
    false,
    [
      { verb: 'get', resource: 'secrets', namespace: AGENT_NAMESPACE },
      { verb: 'create', resource: 'events', group: 'events.k8s.io', namespace: 'default' },
      { verb: 'get', resource: 'nodes' },
    ],
  ],
  [
    OPERATOR,
    true,
    [
      own('deletecollection', 'nodecaptures'),
      own('update', 'diagnosticcaptures', 'status'),
      { verb: 'list', resource: 'pods', namespace: AGENT_NAMESPACE },
    ],
  ],
  [
    OPERATOR,
    true,
    [
      {
        verb: 'update',
        resource: 'leases',
        group: 'coordination.k8s.io',
        namespace: SYSTEM_NAMESPACE,
        name: 'nicdiag-operator',
      },
    ],
  ],
  [
    OPERATOR,
    false,
    [
      { verb: 'list', resource: 'pods', namespace: 'default' },
      { verb: 'get', resource: 'secrets', namespace: SYSTEM_NAMESPACE },
      own('list', 'nicdevices'),
      own('patch', 'nicdevices'),
      own('get', 'artifacttickets'),
    ],
  ],
  [
    ARTIFACTS,
    true,
    [
      own('get', 'artifacttickets'),
      own('get', 'diagnosticcaptures'),
      { verb: 'create', resource: 'tokenreviews', group: 'authentication.k8s.io' },
    ],
  ],
  [
    ARTIFACTS,
    false,
    [
      own('patch', 'diagnosticcaptures'),
      own('create', 'artifacttickets'),
      { verb: 'get', resource: 'secrets', namespace: SYSTEM_NAMESPACE },
    ],
  ],
  ['viewers', true, [own('list', 'diagnosticcaptures'), own('list', 'nodecaptures')]],
  [
    'viewers',
    false,
    [
      own('get', 'diagnosticcaptures', 'artifacts'),
      own('create', 'artifacttickets'),
      own('create', 'diagnosticcaptures'),
    ],
  ],
  [
    'editors',
    true,
    [
      own('create', 'diagnosticcaptures'),
      own('get', 'diagnosticcaptures', 'artifacts'),
      own('create', 'artifacttickets'),
    ],
  ],
  [
    'editors',
    false,
    [
      own('capture', 'nicnodes'),
      own('create', 'nodecaptures'),
      own('update', 'diagnosticcaptures', 'status'),
      own('list', 'artifacttickets'),
    ],
  ],
  ['capturers', true, [own('capture', 'nicnodes')]],
  ['stocktakers', true, [own('list', 'nicdevices'), own('list', 'nicnodes')]],
  ['anybody', true, [proxy('get', ARTIFACTS_SERVICE.proxy)]],
  [
    'anybody',
    false,
    [
      proxy('update', ARTIFACTS_SERVICE.proxy),
      proxy('create', ARTIFACTS_SERVICE.proxy),
      proxy('get', 'https:other:https'),
      proxy('get', 'nicdiag-artifacts'),
    ],
  ],
];

/** @param who as in the table */
export function subjectOf(who: string): Subject {
  return who.includes(':') ? { user: who } : { user: 'somebody', groups: [who, 'system:authenticated'] };
}

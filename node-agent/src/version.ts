import manifest from '../package.json' with { type: 'json' };

/** In manifests, in `NicNode.status.agent.version`, in the user agent. */
export const AGENT_VERSION: string = manifest.version;

import { VERSION } from '@nicdiag/runtime';

/** In manifests, in `NicNode.status.agent.version`, in the user agent. */
export const AGENT_VERSION: string = VERSION;

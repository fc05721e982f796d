import manifest from '../package.json' with { type: 'json' };

/** In the manifests of captures that were run without a cluster. */
export const CLI_VERSION: string = manifest.version;

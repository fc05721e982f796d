import { join } from 'node:path';
import { REPOSITORY } from '../stack/paths.ts';

/** Where the demo leaves its bundle, and the note of what it keeps running. */
export const DEMO_DIRECTORY = process.env['NICDIAG_DEMO_DIRECTORY'] ?? join(REPOSITORY, '.demo');

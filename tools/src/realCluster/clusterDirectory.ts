import { join } from 'node:path';
import { REPOSITORY } from '../stack/paths.ts';

/** Where the note is of the cluster that `make cluster` keeps running, and its log. */
export const CLUSTER_DIRECTORY = process.env['NICDIAG_CLUSTER_DIRECTORY'] ?? join(REPOSITORY, '.cluster');

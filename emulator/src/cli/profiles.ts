import { readdirSync } from 'node:fs';
import { loadHostProfile } from '../host/profile.ts';

/** `profiles`: one line for each built-in host. */
export function listProfiles(): string {
  const names = readdirSync(new URL('../../profiles/', import.meta.url))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
  return names.map((name) => `${name}   ${loadHostProfile(name).description}`).join('\n');
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface EditableFunction {
  channel?: { kind: string; number: number; abi?: string };
  objects?: { countedContexts?: boolean };
}
interface EditableCard {
  coreDumpBytes?: number;
  functions: EditableFunction[];
}
export interface EditableProfile {
  cards: EditableCard[];
}

/** A host of one's own, made of a built-in one: a file that the emulator takes as a profile. It goes with the process.
 * @returns its path */
export function editedProfile(name: string, edit: (profile: EditableProfile) => void): string {
  const source = new URL(`../profiles/${name}.json`, import.meta.url);
  const profile = JSON.parse(readFileSync(source, 'utf8')) as EditableProfile;
  edit(profile);
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-profile-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, `${name}.json`);
  writeFileSync(file, JSON.stringify(profile));
  return file;
}

/** Every mlx5ctl node of the host speaks this version. */
export function speakVersion(version: string): (profile: EditableProfile) => void {
  return ({ cards }) => {
    for (const { channel } of cards.flatMap(({ functions }) => functions)) if (channel) channel.abi = version;
  };
}

import { packed } from 'embedded:layouts';
import { unpack } from './unpack.ts';

let texts: Readonly<Record<string, string>> | undefined;

/** In the one-file program, instead of mlx5/src/prm/layoutFile.ts. */
export function readLayoutFile(name: string): Buffer {
  texts ??= JSON.parse(unpack(packed)) as Readonly<Record<string, string>>;
  const text = texts[name];
  if (text === undefined) throw new Error(`this program was built without the table ${name}`);
  return Buffer.from(text);
}

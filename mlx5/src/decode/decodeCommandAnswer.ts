import { decodeStruct, layoutNames } from '../prm/index.ts';
import { type Presentation, present } from './present.ts';

let answers: ReadonlySet<string> | undefined;

/** The answer to a command by the layout of its name, `QUERY_ISSI` by `query_issi_out`, its header included.
 * @returns undefined for a command whose answer has no public layout */
export function decodeCommandAnswer(command: string, outbox: Uint8Array): Presentation | undefined {
  answers ??= new Set(layoutNames().commandStructs.filter((name) => name.endsWith('_out')));
  const layout = `${command.toLowerCase()}_out`;
  return answers.has(layout) ? present(decodeStruct(layout, outbox)) : undefined;
}

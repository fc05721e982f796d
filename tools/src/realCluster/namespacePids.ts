import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Finds the process that a PID namespace below this one knows by another number.
 * @param init any process of that namespace, by its number here
 * @param inner its number there
 * @returns its number here, undefined when there is no such process (any more)
 * @source proc_pid_status(5), NSpid */
export function pidHere(init: number, inner: number, proc = '/proc'): number | undefined {
  const namespace = read(() => readlinkSync(`${proc}/${init}/ns/pid`));
  if (namespace === undefined) return undefined;
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => innermost(pid, proc) === inner && read(() => readlinkSync(`${proc}/${pid}/ns/pid`)) === namespace);
}

/** First process that another one made, by its number here. */
export function firstChild(pid: number, proc = '/proc'): number | undefined {
  const children = read(() => readFileSync(`${proc}/${pid}/task/${pid}/children`, 'utf8'))?.trim() ?? '';
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

function innermost(pid: number, proc: string): number | undefined {
  const status = read(() => readFileSync(`${proc}/${pid}/status`, 'utf8'));
  const numbers = /^NSpid:\s+(.*)$/m.exec(status ?? '')?.[1]?.split(/\s+/);
  return numbers === undefined ? undefined : Number(numbers.at(-1));
}

/** A process may end between two looks. */
function read<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

/** Environment variable that marks every process of a nursery, grandchildren included. */
export const MARK = 'NICDIAG_NURSERY';

/** Processes that carry the mark of a nursery. A process found here is ours whatever its number was before:
 * unlike a list of pids this cannot name a stranger, and unlike a process group nobody can leave it by `setsid`. */
export function markedProcesses(id: string, proc = '/proc'): number[] {
  const wanted = `${MARK}=${id}`;
  return processes(proc).filter((pid) => {
    if (pid === process.pid || isZombie(pid, proc)) return false;
    return read(`${proc}/${pid}/environ`).split('\0').includes(wanted);
  });
}

/** When a process began, in clock ticks since boot; with the pid it names a process for ever.
 * @returns undefined when there is no such process
 * @source proc_pid_stat(5), field 22 */
export function startTime(pid: number, proc = '/proc'): string | undefined {
  return statFields(pid, proc)[19];
}

function isZombie(pid: number, proc: string): boolean {
  const state = statFields(pid, proc)[0];
  return state === undefined || state === 'Z' || state === 'X';
}

/** Fields of /proc/PID/stat from the third on: the second, the name, may hold blanks and parentheses. */
function statFields(pid: number, proc: string): string[] {
  const stat = read(`${proc}/${pid}/stat`);
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function processes(proc: string): number[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Empty when the process has gone meanwhile or is not ours to read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Mount points at or below a directory, deepest first.
 * @source proc_pid_mountinfo(5): the fifth field, with blanks and such as octal escapes */
export function mountsBelow(directory: string, mountinfo = read('/proc/self/mountinfo')): string[] {
  return mountinfo
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
    .filter((path) => path === directory || path.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length);
}

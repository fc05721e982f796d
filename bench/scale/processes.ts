import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/PID/stat: fixed in the kernel's interface on every architecture that Node runs on. */
const TICKS = 100;

export interface Usage {
  /** user and system time since the start of the process, seconds */
  readonly cpu: number;
  /** MiB */
  readonly rssAnon: number;
  readonly vmRss: number;
}

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name is in brackets and may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS,
    rssAnon: mib('RssAnon'),
    vmRss: mib('VmRSS'),
  };
}

/** CPU seconds of everything on the machine since it started, time stolen by other machines included. */
function busySeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    /^cpu .*/m.exec(readFileSync('/proc/stat', 'utf8'))?.[0] ?? ''
  )
    .split(/ +/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS;
}

/** The child of this process that runs a program of that name. */
export function childNamed(program: string): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  // A name is cut to 15 characters.
  const pid = children.find((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() === program.slice(0, 15));
  if (pid === undefined) throw new Error(`no child process runs ${program}: ${readdirSync('/proc/self/task')}`);
  return Number(pid);
}

/** What processes use, followed until disposed of. */
export interface UsageLog extends Disposable {
  /** CPU seconds of a process between two moments, milliseconds since the epoch. */
  cpu(name: string, from: number, to: number): number;
  /** the same of everything else on the machine: a round with much of it says little about time */
  others(from: number, to: number): number;
  /** highest since the start, MiB */
  peak(name: string): Omit<Usage, 'cpu'>;
}

export function logUsage(pids: Readonly<Record<string, number>>, everyMs = 100): UsageLog {
  const log = Object.entries(pids).map(([name, pid]) => ({ name, pid, samples: [] as (Usage & { at: number })[] }));
  const machine: { at: number; cpu: number }[] = [];
  const sample = () => {
    machine.push({ at: Date.now(), cpu: busySeconds() });
    for (const { pid, samples } of log) samples.push({ at: Date.now(), ...usageOf(pid) });
  };
  sample();
  const timer = setInterval(sample, everyMs);
  const samplesOf = (name: string) => {
    const found = log.find((each) => each.name === name);
    if (!found) throw new Error(`${name} is not followed`);
    return found.samples;
  };
  const used = (samples: readonly { at: number; cpu: number }[], from: number, to: number) => {
    const within = samples.filter(({ at }) => at >= from - everyMs && at <= to + everyMs);
    return (within.at(-1)?.cpu ?? 0) - (within[0]?.cpu ?? 0);
  };
  return {
    cpu: (name, from, to) => used(samplesOf(name), from, to),
    others: (from, to) => used(machine, from, to) - log.reduce((sum, { samples }) => sum + used(samples, from, to), 0),
    peak(name) {
      const samples = samplesOf(name);
      return {
        rssAnon: Math.max(...samples.map((each) => each.rssAnon)),
        vmRss: Math.max(...samples.map((each) => each.vmRss)),
      };
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Waits until the machine has been idle for two seconds, at most for some time. */
export async function untilQuiet(seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let last = busySeconds(); Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const now = busySeconds();
    if (now - last < 0.3) return;
    last = now;
  }
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { podUsage } from '../../src/realCluster/podUsage.ts';

const EXPECTED = { anonBytes: 1000, workingSetBytes: 5000, cpuSeconds: 2.5, oomKills: 3 };

/** Files of the two versions for one Pod, as the kernel shows them. */
const TREES = {
  1: {
    'memory/x/gpu-a/kubepods/burstable/podU/memory.usage_in_bytes': '7000\n',
    'memory/x/gpu-a/kubepods/burstable/podU/memory.stat': 'cache 9\nrss 1\ntotal_rss 1000\ntotal_inactive_file 2000\n',
    'memory/x/gpu-a/kubepods/burstable/podU/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
    'memory/x/gpu-a/kubepods/burstable/podU/c1/memory.oom_control': 'oom_kill 2\n',
    'cpuacct/x/gpu-a/kubepods/burstable/podU/cpuacct.usage': '2500000000\n',
  },
  2: {
    'cgroup.controllers': 'cpu memory\n',
    'x/gpu-a/kubepods/podU/memory.current': '7000\n',
    'x/gpu-a/kubepods/podU/memory.stat': 'anon 1000\nfile 6000\ninactive_file 2000\n',
    'x/gpu-a/kubepods/podU/memory.events': 'low 0\nmax 4\noom 3\noom_kill 3\n',
    'x/gpu-a/kubepods/podU/cpu.stat': 'usage_usec 2500000\nuser_usec 1\n',
  },
} as const;

for (const [version, files] of Object.entries(TREES)) {
  test(`memory and CPU of a Pod are read from cgroups of version ${version}`, (t) => {
    const root = mkdtempSync(join(tmpdir(), 'cgroups-'));
    t.teardown(() => rmSync(root, { recursive: true }));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    t.deepEqual(podUsage('/x/gpu-a', 'U', root), EXPECTED);
    t.is(podUsage('/x/gpu-a', 'V', root), undefined);
  });
}

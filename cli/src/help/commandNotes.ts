import { EXIT } from '../exitCodes.ts';

/** What the help of a command says besides its arguments and options. */
export interface CommandNotes {
  /** A few sentences. */
  readonly details?: string;
  /** What it is for, and the command line without the program's name. */
  readonly examples: readonly (readonly [purpose: string, args: string])[];
  /** Exit codes of its own; those of every command are understood. */
  readonly exits?: Readonly<Record<number, string>>;
}

/** Exit codes of every command. */
export const COMMON_EXITS: Readonly<Record<number, string>> = {
  [EXIT.done]: 'all that was asked for was done',
  [EXIT.failed]: 'an error, or nothing was done',
  [EXIT.usage]: 'the command line, a kubeconfig or a file cannot be used; nothing was sent',
  [EXIT.interrupted]: 'interrupted',
};

/** Those that some command has. */
export const ALL_EXITS: Readonly<Record<number, string>> = {
  ...COMMON_EXITS,
  [EXIT.partial]: 'a capture, or the reads of a device, were done in part',
  [EXIT.cancelled]: 'the capture was cancelled',
  [EXIT.closedPipe]: 'whoever read the output closed it before the end',
};

/** What the program reads from its environment. */
export const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ['KUBECONFIG', 'kubeconfig files, as for kubectl; --kubeconfig goes before it'],
  [
    'HTTPS_PROXY, NO_PROXY',
    'the proxy to the API server, and what is reached without it, as for kubectl; proxy-url of the kubeconfig goes before them',
  ],
  ['NO_COLOR', 'when set, nothing is coloured'],
  ['TMPDIR', 'where the executable may load its native code from, for the commands on this host'],
];

const PARTLY = { [EXIT.partial]: 'some reads were refused, failed, or left out by a limit' };

/** Of every command, by its name. Examples are parsed by a test. */
export const COMMAND_NOTES: Readonly<Record<string, CommandNotes>> = {
  capture: {
    details:
      'The capture is described by a file (-f), or by flags. Nodes are chosen by --node, --node-selector or --pod-selector, ' +
      'which needs the verb capture on nicnodes in the whole cluster. What is left out has the defaults of the API. Ctrl-C ends the waiting, not the capture.',
    examples: [
      ['why a link is down', 'capture why-down --node gpu-b --device 0000:98:00.0 --collector LinkDiagnostics --wait'],
      [
        'the NICs of a job, whole registers and health, into ./evidence',
        'capture --pod-selector app=train --collector RegisterDump --collector Health --download evidence',
      ],
      [
        'a file to start from',
        'capture support --node-selector pool=h200 --collector FirmwareInfo --dry-run client -o yaml',
      ],
      ['what the API server would make of a file', 'capture -f capture.yaml --dry-run server'],
    ],
    exits: { [EXIT.partial]: 'the capture was done in part', [EXIT.cancelled]: 'the capture was cancelled' },
  },
  list: {
    examples: [
      ['of all namespaces', 'list -A'],
      ['one, with its message', 'list why-down -o wide'],
    ],
  },
  describe: {
    details: 'Nodes are shown for as long as their NodeCaptures exist, an hour after the capture is sealed.',
    examples: [['why a capture is Partial', 'describe why-down -n sre']],
  },
  devices: {
    examples: [
      ['how the NICs of a node are', 'devices --node gpu-b'],
      ['serial numbers, interfaces and messages', 'devices -o wide'],
    ],
  },
  download: {
    details:
      "The bytes come through the API server's service proxy, for any kubeconfig that may read the capture's artifacts. Under its name there is only what was " +
      'verified against status.manifest.digest; a download that was cut goes on where it ended.',
    examples: [
      ['into the current directory', 'download why-down'],
      ['as a folder', 'download why-down --extract -o evidence'],
    ],
  },
  'describe-bundle': {
    details: 'It reads the manifests only; verify says whether the files are what they say.',
    examples: [['what came of each device', 'describe-bundle default-why-down.tar.zst']],
  },
  verify: {
    examples: [
      ['complete and unchanged', 'verify default-why-down.tar.zst'],
      ['as JSON, for scripts', 'verify default-why-down.tar.zst -o json'],
    ],
  },
  decode: {
    examples: [
      ['one register', 'decode default-why-down.tar.zst --register PDDR'],
      ['the pages that people read first', 'decode default-why-down.tar.zst --report'],
      ['what firmware refused', 'decode default-why-down.tar.zst --failed'],
    ],
  },
  diff: {
    examples: [['what changed overnight', 'diff monday.tar.zst tuesday.tar.zst']],
    exits: { [EXIT.failed]: 'an error, or with --exit-code something differs' },
  },
  device: {
    details:
      'Functions with a debug channel, and PFs without one with the reason. VFs without one are counted on standard ' +
      'error: a virtual machine has them, or firmware grants them no user contexts.',
    examples: [['what there is', 'device list -o wide']],
  },
  info: { examples: [['which channel, which rights', 'info -d mlx5_0']] },
  rpc: {
    examples: [['QUERY_ISSI', 'rpc 010a00000000000000000000000000000000 --out-length 112 -d fwctl0']],
    exits: PARTLY,
  },
  run: {
    details:
      'What the agent of a cluster does on a node, without one. The bundle is read by the commands for bundles. Nothing is ' +
      'written over: a second run of the same capture makes …-2.tar.zst.',
    examples: [['the whole set for support', 'run -f examples/support-bundle.yaml --output evidence']],
    exits: {
      [EXIT.partial]: 'the capture was done in part',
      [EXIT.interrupted]: 'it was stopped; what had been read until then is in the bundle',
    },
  },
  cap: { examples: [['two pages, current and maximum', 'cap GENERAL ROCE --both -d mlx5_0']], exits: PARTLY },
  reg: {
    examples: [
      ['one register of one port', 'reg PAOS -p 1 -d enp3s0f0'],
      ['counters of one group', 'reg PPCNT -i local_port=1,grp=0 -o json'],
    ],
    exits: PARTLY,
  },
  obj: { examples: [['a range of queue pairs', 'obj QP 0x100-0x1ff']], exits: PARTLY },
  rscdump: {
    examples: [
      ["the device's menu", 'rscdump'],
      ['one segment', 'rscdump FULL_QPC --index1 0x100'],
    ],
    exits: PARTLY,
  },
  coredump: { examples: [['with what it may do allowed', 'coredump --impact Intrusive -o raw']], exits: PARTLY },
  link: { examples: [['why a link is down', 'link -d enp3s0f0']], exits: PARTLY },
  fwinfo: { examples: [['which firmware', 'fwinfo -d mlx5_0']], exits: PARTLY },
  nvconfig: { examples: [['what changes with the next boot', 'nvconfig --values Current,NextBoot']], exits: PARTLY },
  host: {
    details:
      'It gives no command, so it works on a card in flash recovery, without a driver or without a debug channel, too.',
    examples: [['what the kernel says', 'host -d 03:00.0']],
    exits: PARTLY,
  },
  health: { examples: [['whether a NIC is well', 'health -d mlx5_0']], exits: PARTLY },
  completion: {
    details:
      'kubectl completes its plugins by itself when kubectl_complete-nicdiag is on PATH. This is for the program under its own name, nicdiag.',
    examples: [
      ['bash, in ~/.bashrc', 'completion bash'],
      ['fish', 'completion fish'],
    ],
  },
};

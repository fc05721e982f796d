import { MAIN, REPOSITORY } from '../stack/paths.ts';

/** A program of an image. */
export interface ImageProgram {
  readonly entry: string;
  /** Files that it starts as threads, by the name that they have beside it. */
  readonly workers: Readonly<Record<string, string>>;
  /** Whether it talks to devices: it needs koffi and the layout data. */
  readonly devices: boolean;
}

export interface ImageDefinition {
  readonly title: string;
  readonly description: string;
  /** By their names on the image's PATH; the first is what the image runs when it is told nothing. */
  readonly programs: Readonly<Record<string, ImageProgram>>;
  /** Numbers: Kubernetes cannot tell of a name whether it is root. */
  readonly user: string;
  /** What its programs run with wherever they run; a Pod may say otherwise. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The images, by their names. */
export const IMAGES: Readonly<Record<string, ImageDefinition>> = {
  'nicdiag-agent': {
    title: 'nicdiag agent',
    description: 'Talks to the mlx5 NICs of one node',
    programs: {
      'nicdiag-agent': {
        entry: MAIN.nodeAgent,
        workers: { laneWorker: `${REPOSITORY}mlx5/src/lane/laneWorker.ts` },
        devices: true,
      },
    },
    // Devices are root's, and mlx5ctl asks for CAP_SYS_ADMIN.
    user: '0:0',
    environment: {
      // Buffers of large dumps go back to the kernel when they are freed; left to itself, the C library keeps them.
      MALLOC_MMAP_THRESHOLD_: '131072',
      MALLOC_ARENA_MAX: '2',
      // The garbage of each thread's heap is collected early, instead of letting the heap grow: the memory of a node is for
      // its work. When an agent has had nothing to do for a while, it asks for the collection itself (expose-gc). Figures in
      // docs/performance.md.
      NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=128 --expose-gc',
    },
  },
  'nicdiag-operator': {
    title: 'nicdiag operator and artifact server',
    description: 'Turns captures into work for the agents, and keeps what they found',
    programs: {
      'nicdiag-operator': { entry: MAIN.operator, workers: {}, devices: false },
      'nicdiag-artifact-server': { entry: MAIN.artifactServer, workers: {}, devices: false },
    },
    user: '65532:65532',
    // As the agent's: what a large upload took goes back to the kernel.
    environment: { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' },
  },
};

/** The environment that a program has from its image, by the programs' names. */
export const IMAGE_ENVIRONMENT: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.fromEntries(
  Object.values(IMAGES).flatMap(({ programs, environment }) =>
    Object.keys(programs).map((program) => [program, environment] as const),
  ),
);

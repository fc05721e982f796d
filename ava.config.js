export default {
  files: ['*/test/**/*.test.ts', 'test/*/**/*.test.ts'],
  extensions: ['ts'],
  // Files run as processes: several load koffi or change their environment.
  workerThreads: false,
  concurrency: 2,
  timeout: '120s',
};

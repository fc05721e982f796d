/* A program for bundleProgram.test.ts: what fails twice is tried again, each time with something to dispose of. */
let tries = 0;

function attempt(): string {
  tries += 1;
  if (tries < 3) throw new Error(`try ${tries} failed`);
  return `try ${tries} succeeded`;
}

function untilItSucceeds(): string {
  for (let round = 0; round < 9; round += 1) {
    try {
      using _place = { [Symbol.dispose]: () => undefined };
      return attempt();
    } catch {
      // It is tried again.
    }
  }
  return 'no try succeeded';
}

console.log(untilItSucceeds());

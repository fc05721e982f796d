import { PassThrough } from 'node:stream';
import test from 'ava';
import { closeLogger, createLogger, type LogLevel } from '../src/logger.ts';

/** Lines that a logger writes while `use` runs. */
async function lines(use: (logger: ReturnType<typeof createLogger>) => void, level: LogLevel = 'info') {
  const stream = new PassThrough();
  const logger = createLogger({ program: 'node-agent', level, stream });
  use(logger);
  await closeLogger(logger);
  stream.end();
  const text = (await stream.toArray()).join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

test('a line is JSON with time, level, program, message and the fields of the child', async (t) => {
  const [line] = await lines((logger) =>
    logger.child({ capture: 'sre/slow', node: 'gpu-a' }).info('started', { items: 3 }),
  );
  t.like(line, {
    level: 'info',
    program: 'node-agent',
    message: 'started',
    capture: 'sre/slow',
    node: 'gpu-a',
    items: 3,
  });
  t.true(Math.abs(Date.parse(line.time) - Date.now()) < 60_000);
});

test('an error in a field is written with code, cause and stack', async (t) => {
  const cause = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  const [line] = await lines((logger) => logger.error('failed', { error: new Error('cannot open', { cause }) }));
  t.like(line.error, { name: 'Error', message: 'cannot open', cause: { message: 'no such file', code: 'ENOENT' } });
  t.regex(line.error.stack, /logger\.test/);
});

test('64-bit values, bytes, dates and cycles do not break a line', async (t) => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const [line] = await lines((logger) =>
    logger.info('odd', { ns: 2n ** 63n, bytes: new Uint8Array(7), at: new Date(0), list: [1n], cyclic }),
  );
  t.like(line, { ns: '9223372036854775808', bytes: '<7 bytes>', at: '1970-01-01T00:00:00.000Z', list: ['1'] });
});

test('lines below the level are not written', async (t) => {
  const written = await lines((logger) => {
    logger.debug('hidden');
    logger.warn('seen');
    t.false(logger.isLevelEnabled('debug'));
  });
  t.deepEqual(
    written.map((line) => line.message),
    ['seen'],
  );
});

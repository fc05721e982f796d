import test from 'ava';
import { errnoName, explainErrno, isGone } from '../../src/channel/errno.ts';

const BOTH = { ENODEV: 19, ENXIO: 6, EIO: 5, EAGAIN: 11, ENOMEM: 12, EFAULT: 14, ETIMEDOUT: 110, ECANCELED: 125 };
const DOCUMENTED = {
  mlx5ctl: { ...BOTH, EPERM: 1, ENOENT: 2, EINVAL: 22, ENOTTY: 25, EOPNOTSUPP: 95 },
  fwctl: { ...BOTH, EPERM: 1, E2BIG: 7, EINVAL: 22, ENOTTY: 25, EBADMSG: 74, EMSGSIZE: 90, EOPNOTSUPP: 95 },
};

/** What a reader is told to do stands behind the colon. */
const ADVICE = /: (ask|find|name|raise|report|run|scan|see|try|use) [^:]+$/;

for (const kind of ['mlx5ctl', 'fwctl'] as const) {
  for (const [name, number] of Object.entries(DOCUMENTED[kind])) {
    test(`${name} of ${kind} has its name, what it means there and what to do`, (t) => {
      const explained = explainErrno(kind, number);
      t.is(explained.name, name);
      t.regex(explained.meaning, ADVICE);
    });
  }
}

for (const [name, number] of Object.entries({ ENOENT: 2, ENOMEM: 12, EFAULT: 14, EINVAL: 22 })) {
  test(`${name} in registering memory says what to do`, (t) => {
    t.regex(explainErrno('mlx5ctl', number, 'memory').meaning, ADVICE);
  });
}

test('EPERM asks for another right on each interface', (t) => {
  t.not(explainErrno('mlx5ctl', 1).meaning, explainErrno('fwctl', 1).meaning);
});

test('registering memory gives some of them another meaning', (t) => {
  for (const number of [2, 12, 14, 22]) {
    const explained = explainErrno('mlx5ctl', number, 'memory');
    t.notRegex(explained.meaning, /does not document/);
    t.not(explained.meaning, explainErrno('mlx5ctl', number).meaning, explained.name);
  }
  t.deepEqual(explainErrno('mlx5ctl', 19, 'memory'), explainErrno('mlx5ctl', 19));
});

test('an errno that they do not document is shown by its number', (t) => {
  t.is(errnoName(107), 'errno 107');
  t.deepEqual(explainErrno('fwctl', 107), {
    name: 'errno 107',
    meaning: 'an error that the interface does not document',
  });
});

test('only ENODEV and ENXIO say that the device is gone', (t) => {
  t.deepEqual([19, 6, 5, 110, 74].map(isGone), [true, true, false, false, false]);
});

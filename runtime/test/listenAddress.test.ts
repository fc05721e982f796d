import test from 'ava';
import { ListenAddressError, parseListen } from '../src/listenAddress.ts';

for (const [text, host, port] of [
  ['127.0.0.1:8080', '127.0.0.1', 8080],
  ['localhost:0', 'localhost', 0],
  [':9090', undefined, 9090],
  ['[::1]:443', '::1', 443],
] as const) {
  test(`${text} is read`, (t) => {
    t.deepEqual(parseListen(text), { host, port });
  });
}

for (const text of ['', '8080', 'host', 'host:', 'host:70000', '::1:80', 'host:80x']) {
  test(`"${text}" is refused`, (t) => {
    t.throws(() => parseListen(text), { instanceOf: ListenAddressError });
  });
}

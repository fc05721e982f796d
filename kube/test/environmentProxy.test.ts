import test from 'ava';
import { environmentProxy } from '../src/environmentProxy.ts';

const API = 'https://api.example:6443';
const PROXY = 'http://proxy.example:3128';

/* As golang.org/x/net/http/httpproxy decides, which client-go asks. */
const cases: ReadonlyArray<readonly [what: string, server: string, environment: NodeJS.ProcessEnv, through?: string]> =
  [
    ['nothing is set', API, {}],
    ['HTTPS_PROXY', API, { HTTPS_PROXY: PROXY }, PROXY],
    ['small letters go first', API, { HTTPS_PROXY: 'http://other.example', https_proxy: PROXY }, PROXY],
    ['an empty one is none', API, { HTTPS_PROXY: PROXY, https_proxy: '' }, PROXY],
    ['HTTP_PROXY is for http', API, { HTTP_PROXY: PROXY }],
    ['HTTP_PROXY for http', 'http://api.example', { HTTP_PROXY: PROXY }, PROXY],
    ['HTTPS_PROXY is for https', 'http://api.example', { HTTPS_PROXY: PROXY }],
    ['a proxy without a scheme', API, { HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
    ['a SOCKS proxy', API, { HTTPS_PROXY: 'socks5://proxy.example' }, 'socks5://proxy.example'],
    ['localhost', 'https://localhost:6443', { HTTPS_PROXY: PROXY }],
    ['a loopback address', 'https://127.9.9.9:6443', { HTTPS_PROXY: PROXY }],
    ['the loopback address of IPv6', 'https://[::1]:6443', { HTTPS_PROXY: PROXY }],
    ['NO_PROXY has the name', API, { HTTPS_PROXY: PROXY, NO_PROXY: 'other.example, API.example' }],
    ['no_proxy in small letters', API, { HTTPS_PROXY: PROXY, no_proxy: 'api.example' }],
    ['NO_PROXY has a domain above it', 'https://a.b.example', { HTTPS_PROXY: PROXY, NO_PROXY: 'b.example' }],
    [
      'NO_PROXY has the end of another name',
      'https://ab.example',
      { HTTPS_PROXY: PROXY, NO_PROXY: 'b.example' },
      PROXY,
    ],
    ['a dot means those below', 'https://b.example', { HTTPS_PROXY: PROXY, NO_PROXY: '.b.example' }, PROXY],
    ['so does a star', 'https://b.example', { HTTPS_PROXY: PROXY, NO_PROXY: '*.b.example' }, PROXY],
    ['those below a dot', 'https://a.b.example', { HTTPS_PROXY: PROXY, NO_PROXY: '.b.example' }],
    ['those below a star', 'https://a.b.example', { HTTPS_PROXY: PROXY, NO_PROXY: '*.b.example' }],
    ['a star alone', API, { HTTPS_PROXY: PROXY, NO_PROXY: '*' }],
    ['a port', API, { HTTPS_PROXY: PROXY, NO_PROXY: 'api.example:6443' }],
    ['another port', API, { HTTPS_PROXY: PROXY, NO_PROXY: 'api.example:443' }, PROXY],
    ['the port that goes without saying', 'https://api.example', { HTTPS_PROXY: PROXY, NO_PROXY: 'api.example:443' }],
    ['an address', 'https://10.1.2.3:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '10.1.2.3' }],
    ['another port of an address', 'https://10.1.2.3:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '10.1.2.3:1' }, PROXY],
    ['a network', 'https://10.1.2.3:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'x,10.0.0.0/8' }],
    ['another network', 'https://10.1.2.3:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '10.2.0.0/16' }, PROXY],
    ['an address of IPv6', 'https://[fd00::1]:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'fd00::1' }],
    ['the same with a port', 'https://[fd00::1]:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '[fd00:0::1]:6443' }],
    ['a network of IPv6', 'https://[fd00::1]:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'fd00::/8' }],
    ['the end of an address is no domain', 'https://10.1.2.3', { HTTPS_PROXY: PROXY, NO_PROXY: '2.3' }, PROXY],
    ['what is no network', API, { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/x,10.0.0.0/99,:80,/,' }, PROXY],
  ];

for (const [what, server, environment, through] of cases)
  test(`${what}: ${through === undefined ? 'directly' : 'through the proxy'}`, (t) => {
    t.is(environmentProxy(server, environment), through);
  });

test('networks that are none do not break addresses', (t) => {
  t.is(
    environmentProxy('https://10.1.2.3', { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/99,10.0.0.0/x,fd00::/200' }),
    PROXY,
  );
});

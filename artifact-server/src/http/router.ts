import type { IncomingMessage, ServerResponse } from 'node:http';
import { ArtifactError } from '@nicdiag/artifacts';
import type { Logger, LogLevel } from '@nicdiag/runtime';
import type { ServerMetrics } from '../metrics.ts';
import type { Exchange, Handler } from './exchange.ts';
import { problemOf, sendProblem } from './problem.ts';
import { createRepeated } from './repeated.ts';
import { type CaptureNames, subjectOf } from './subject.ts';

export interface Route {
  /** For metrics and logs. */
  readonly name: string;
  readonly methods: readonly string[];
  /** `URLPattern` syntax. */
  readonly path: string;
  readonly handle: Handler;
  /** One of many for the same thing: logged at level debug. */
  readonly routine?: true;
}

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly captureNames: CaptureNames;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
}

export type Router = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => Promise<void>;

const REPEATED_MS = 10_000;

export function createRouter({ routes, captureNames, logger, metrics }: RouterOptions): Router {
  const isRepeated = createRepeated(REPEATED_MS);
  const compiled = routes.map((route) => ({ ...route, pattern: new URLPattern({ pathname: route.path }) }));

  function match(request: IncomingMessage): { readonly route: Route; readonly url: URL; readonly params: Params } {
    const url = normalUrl(request.url ?? '');
    const found = compiled.flatMap((route) => {
      const groups = route.pattern.exec({ pathname: url.pathname })?.pathname.groups;
      return groups === undefined ? [] : [{ route, url, params: decoded(groups) }];
    });
    const first = found.find(({ route }) => route.methods.includes(request.method ?? ''));
    if (first !== undefined) return first;
    if (found.length === 0) throw new ArtifactError('NotFound', `there is nothing at ${url.pathname}`);
    const allowed = found.flatMap(({ route }) => route.methods).join(', ');
    throw new ArtifactError('MethodNotAllowed', `${request.method} is not for ${url.pathname}, only ${allowed}`);
  }

  /** What passes by itself meets a whole fleet again and again: it is told now and then. */
  function levelOf({ code, status, retryAfterMs }: ArtifactError, route: string): LogLevel {
    if (retryAfterMs !== undefined && isRepeated(`${route} ${code}`)) return 'debug';
    return status >= 500 ? 'error' : 'warn';
  }

  return async (request, response, expectsContinue) => {
    const started = performance.now();
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the client closed the connection')));
    let name = 'none';
    let subject = {};
    const seconds = () => (performance.now() - started) / 1000;
    try {
      const { route, url, params } = match(request);
      name = route.name;
      subject = subjectOf(params, captureNames);
      let proceeded = !expectsContinue;
      const exchange: Exchange = {
        ...{ request, response, url, params, signal: gone.signal },
        proceed() {
          if (!proceeded) response.writeContinue();
          proceeded = true;
        },
      };
      await route.handle(exchange);
      const { statusCode: code } = response;
      logger.log(route.routine ? 'debug' : 'info', 'request served', {
        route: name,
        ...subject,
        code,
        seconds: seconds(),
      });
    } catch (thrown) {
      const problem = problemOf(thrown);
      const answers = isAnswer(request, problem);
      const level = answers ? 'debug' : gone.signal.aborted ? 'info' : levelOf(problem, name);
      const about = { route: name, ...subject, path: request.url, reason: problem.code };
      logger.log(level, answers ? 'not there' : 'request refused', answers ? about : { ...about, error: problem });
      if (!gone.signal.aborted && !answers) metrics.refused.inc({ reason: problem.code });
      sendProblem(response, problem);
    } finally {
      metrics.requests.inc({ route: name, code: String(response.statusCode) });
      metrics.requestSeconds.observe({ route: name }, seconds());
    }
  };
}

/** "Not there" is what a HEAD asks for, before each upload: no refusal. */
function isAnswer({ method }: IncomingMessage, { code }: ArtifactError): boolean {
  return method === 'HEAD' && code === 'NotFound';
}

type Params = Readonly<Record<string, string>>;

/** A path is taken as it was sent or not at all: nothing is resolved, so nothing can be resolved differently elsewhere. */
function normalUrl(sent: string): URL {
  const path = sent.split('?', 1)[0] ?? '';
  const url = URL.canParse(sent, 'https://artifacts') ? new URL(sent, 'https://artifacts') : undefined;
  if (url === undefined || url.host !== 'artifacts' || url.pathname !== path) {
    throw new ArtifactError('BadRequest', 'the path is not in its normal form');
  }
  return url;
}

function decoded(groups: Readonly<Record<string, string | undefined>>): Params {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value ?? '')]));
  } catch (cause) {
    throw new ArtifactError('BadRequest', 'the path has a broken percent encoding', { cause });
  }
}

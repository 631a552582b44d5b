import { isIP } from 'node:net';
import type { ServerProblem } from '../lifecycle/server-problem.ts';
import { expose, expositionType } from '../metrics/exposition.ts';
import type { Metric } from '../metrics/metric.ts';

/** How far a server is. */
export type ServerStage = 'starting' | 'serving' | 'stopping';

/** What the answers are about, when somebody asks. */
export interface Managed {
  /** FQDN of the server. */
  readonly fqdn: string;
  stage(): ServerStage;
  problems(): readonly ServerProblem[];
  metrics(): readonly Metric[];
}

/** An answer over HTTP. */
export interface ManagementAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** The methods that there are, where another one was used (RFC 9110 §15.5.6). */
  readonly allow?: string;
}

const json = 'application/json';
const of = (status: number, value: object): ManagementAnswer => ({
  status,
  type: json,
  body: `${JSON.stringify(value)}\n`,
});

/**
 * Answers a request for the state of a server. Never in a cache.
 * @param managed - asked now
 * @param request - method, path with its query, and the field Host: a name that is not this server's is refused, so that no page in a browser
 * of this machine reads the answers under a name of its own
 */
export function answerManagement(
  managed: Managed,
  request: { readonly method: string; readonly url: string; readonly host: string | undefined },
): ManagementAnswer {
  if (!isOurs(request.host, managed.fqdn)) return of(421, { status: 'misdirected' });
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { ...of(405, { status: 'method-not-allowed' }), allow: 'GET, HEAD' };
  const stage = managed.stage();
  switch (request.url.split('?', 1)[0]) {
    case '/healthz': {
      const problems = managed.problems();
      return problems.length === 0 ? of(200, { status: 'ok' }) : of(503, { status: 'unavailable', problems });
    }
    case '/readyz': {
      if (stage !== 'serving') return of(503, { status: stage });
      const problems = managed.problems().filter(({ stops }) => stops);
      return problems.length === 0 ? of(200, { status: 'ok' }) : of(503, { status: 'unavailable', problems });
    }
    case '/metrics':
      return {
        status: 200,
        type: expositionType,
        body: expose([...standing(managed), ...managed.metrics()]),
      };
    default:
      return of(404, { status: 'not-found' });
  }
}

function standing(managed: Managed): readonly Metric[] {
  const stage = managed.stage();
  const problems = managed.problems();
  const isReady = stage === 'serving' && !problems.some(({ stops }) => stops);
  return [
    {
      name: 'entente_ready',
      type: 'gauge',
      help: '1 where /readyz answers 200, else 0.',
      samples: () => [{ value: isReady ? 1 : 0 }],
    },
    {
      name: 'entente_problems',
      type: 'gauge',
      help: 'What is wrong with the server, by the part that it is about; none where all is well.',
      samples: () => {
        const counts = new Map<string, number>();
        for (const { part } of problems) counts.set(part, (counts.get(part) ?? 0) + 1);
        return [...counts].map(([part, value]) => ({ labels: { part }, value }));
      },
    },
  ];
}

/** @param host - the field, with its port */
function isOurs(host: string | undefined, fqdn: string): boolean {
  const name = (host ?? '').replace(/:\d{1,5}$/, '').toLowerCase();
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  return bare === 'localhost' || bare === fqdn.toLowerCase() || isIP(bare) !== 0;
}

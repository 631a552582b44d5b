import type { RequestListener } from 'node:http';
import { defaultDrainMs, type RunningServer } from '../lifecycle/running-server.ts';
import type { ServerProblem } from '../lifecycle/server-problem.ts';
import type { Logger } from '../logger.ts';
import { measureProcess } from '../metrics/process-metrics.ts';
import { servePublicHttp } from '../plain-http/public-server.ts';
import { standardOutputFailure } from '../standard-output.ts';
import { answerManagement, type Managed, type ServerStage } from './answer-management.ts';
import { logProblems } from './log-problems.ts';
import type { ManagementConfig } from './management-config.ts';
import { countOpenFiles, openFilesProblems } from './open-files.ts';

/** What {@link manageServer} needs. */
export interface ManageOptions {
  /** Where to listen; undefined: nowhere, and nothing is measured. Problems are reported all the same. */
  readonly management: ManagementConfig | undefined;
  /** FQDN of the server. */
  readonly fqdn: string;
  /** Gets the address at which it listens, and faults of its answers. */
  readonly logger: Logger;
}

/**
 * Starts a server with a listener that says how it is: `/healthz`, `/readyz` and `/metrics`. The listener is open before the server starts, and
 * until it has stopped, so that its answers cover both. A member reports to its authority what its health has, the log included.
 * @param options - where to listen
 * @param start - starts the server
 * @returns the server; its `drain` and its disposal tell the listener
 * @throws OperatorFault `ENTENTE_LISTEN_FAILED`: a server that cannot be watched as its configuration says does not start; what `start` throws
 */
export async function manageServer<S extends RunningServer>(
  options: ManageOptions,
  start: () => Promise<S>,
): Promise<RunningServer> {
  const { fqdn, logger, management } = options;
  let running: S | undefined;
  const problems = (): readonly ServerProblem[] => [
    ...(running?.problems?.() ?? []),
    ...logProblems(standardOutputFailure()),
    ...openFilesProblems(countOpenFiles()),
  ];
  const startReporting = async (): Promise<S> => {
    const server = await start();
    running = server;
    server.member?.reportProblems(problems);
    return server;
  };
  if (management === undefined) return startReporting();
  const measured = measureProcess();
  let stage: ServerStage = 'starting';
  const managed: Managed = {
    fqdn,
    stage: () => stage,
    problems,
    metrics: () => [...measured.metrics, ...(running?.metrics ?? [])],
  };
  const listening = await servePublicHttp(listenerFor(managed, logger), {
    host: management.address,
    port: management.port,
    what: 'health and metrics',
  });
  logger.info(
    { event: 'management', at: `${listening.host}:${listening.port}` },
    'health and metrics are at this address',
  );
  const close = async (): Promise<void> => {
    measured[Symbol.dispose]();
    await listening.close();
  };
  try {
    const server = await startReporting();
    stage = 'serving';
    return {
      get log() {
        return server.log ?? logger;
      },
      get drainMs() {
        return server.drainMs ?? defaultDrainMs;
      },
      ...(server.drain === undefined
        ? {}
        : {
            drain(withinMs: number) {
              stage = 'stopping';
              return (server.drain as NonNullable<S['drain']>)(withinMs);
            },
          }),
      ...(server.reload === undefined ? {} : { reload: () => (server.reload as NonNullable<S['reload']>)() }),
      async [Symbol.asyncDispose]() {
        stage = 'stopping';
        await server[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function listenerFor(managed: Managed, logger: Logger): RequestListener {
  return (incoming, outgoing) => {
    const { headers, method = '', url = '' } = incoming;
    try {
      const { allow, body, status, type } = answerManagement(managed, { method, url, host: headers.host });
      outgoing.writeHead(status, {
        'content-type': type,
        'cache-control': 'no-store',
        ...(allow === undefined ? {} : { allow }),
      });
      outgoing.end(method === 'HEAD' ? undefined : body);
    } catch (err) {
      logger.error({ event: 'fault', err }, 'the state of the server could not be read');
      // What cannot be read is not well.
      outgoing.writeHead(500, { 'cache-control': 'no-store' }).end();
    }
  };
}

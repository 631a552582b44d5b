import * as https from 'node:https';
import { type HttpClient, httpClient, serve } from '@entente/tls';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const stop = new AbortController();
let url: string;
let client: HttpClient;

beforeEach(async () => {
  const options = { ...servers.common(), limits: { drainTimeoutMs: 0 } };
  const server = await serve(https, options, (_, response) =>
    response.setHeader('set-cookie', ['a=1; Expires=Tue, 01 Dec 2026 00:00:00 GMT', 'b=2']).end('yes'),
  );
  servers.closeAfterwards(() => server.close());
  url = `https://${serverName}:${server.port}/`;
  client = httpClient({
    trust: servers.world.trust,
    identity: servers.world.client,
    allow: [serverName],
    addresses: new Map([[serverName, '127.0.0.1']]),
    signal: stop.signal,
  });
  servers.closeAfterwards(async () => client[Symbol.dispose]());
});

it('an answer has each of its cookies apart: their values have commas', async () => {
  const { headers } = await client.fetch(url);
  expect(headers.getSetCookie()).toEqual(['a=1; Expires=Tue, 01 Dec 2026 00:00:00 GMT', 'b=2']);
});

it('many requests at once are no leak that the process is warned of', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  const answers = await Promise.all(Array.from({ length: 12 }, () => client.fetch(url)));
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(Array(12).fill('yes'));
  expect(warnings).toEqual([]);
});

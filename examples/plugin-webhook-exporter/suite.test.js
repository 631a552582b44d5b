import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { exporterCompliance } from '@entente/host/exporter';
import { plugin } from 'entente-plugin-webhook-exporter';

/** The plugin, set up as a server does, and the program that it posts to. */
async function open(config = {}) {
  const bodies = [];
  let broken = false;
  const server = createServer(async (request, response) => {
    const body = await json(request);
    if (!broken) bodies.push(body);
    response.writeHead(broken ? 503 : 204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = new AbortController();
  let exporter;
  plugin.setup(
    {
      log: { info() {} },
      signal: stop.signal,
      provide: (_, implementation) => {
        exporter = implementation;
      },
    },
    { url: `http://127.0.0.1:${server.address().port}/`, ...config },
  );
  return {
    bodies,
    exporter,
    arrived: () => bodies.flatMap(({ records }) => records.map(({ message }) => message)),
    breakDestination: (isBroken) => {
      broken = isBroken;
    },
    async dispose() {
      stop.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

for (const { run, title } of exporterCompliance(open, 10_000)) test(title, run);

test('posts the events that the operator has chosen, and how many lines were left out', async () => {
  const { bodies, dispose, exporter } = await open({ events: ['refused'] });
  const record = (event) => ({ time: '', level: 'warn', source: '', message: event, fields: { event } });
  await exporter.export({ leftOut: 3, records: [record('link'), record('refused')] });
  await exporter.export({ leftOut: 0, records: [record('link')] });
  assert.deepEqual(
    bodies.map(({ leftOut, records }) => [leftOut, records.map(({ message }) => message)]),
    [[3, ['refused']]],
  );
  await dispose();
});

test('a configuration without a URL is refused', () => {
  const issues = (config) => plugin.configSchema['~standard'].validate(config).issues?.length ?? 0;
  assert.equal(issues({ url: 'https://hooks.contoso.example/' }), 0);
  for (const config of [undefined, {}, { url: 'x' }, { url: 'http://x', events: 1 }])
    assert.equal(issues(config), 1);
});

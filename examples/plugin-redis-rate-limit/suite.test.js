import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestPolicyCompliance } from '@entente/sip-relay/request-policy';
import { plugin } from 'entente-plugin-redis-rate-limit';

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const user = `sip:${crypto.randomUUID()}@contoso.example`;
const view = (method, from = user) => ({
  method,
  uri: 'sip:bob@contoso.example',
  from: `<${from}>;tag=1`,
  to: '<sip:bob@contoso.example>',
  headers: {},
  body: '',
});

/** Sets the plugin up as a server does. */
async function open(config) {
  const undo = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { signal } = new AbortController();
  let policy;
  const { value } = plugin.configSchema['~standard'].validate(config);
  const provide = (_, implementation) => {
    policy = implementation;
  };
  await plugin.setup({ log, signal, provide, onDispose: (one) => undo.push(one) }, value);
  return { ...policy, close: () => undo.forEach((one) => void one()) };
}

const setup = async () => {
  const policy = await open({ url, limit: 1, seconds: 3_600, methods: ['MESSAGE'] });
  await policy.judge(view('MESSAGE'));
  return policy;
};

for (const { run, title } of requestPolicyCompliance({
  setup,
  teardown: (policy) => policy.close(),
  accepted: view('INFO'),
  refused: view('MESSAGE'),
  timeLimitMs: 10_000,
})) {
  test(title, run);
}

test('as many pass as the limit says, for each user', async () => {
  const policy = await open({ url, limit: 2, seconds: 3_600 });
  const other = `sip:${crypto.randomUUID()}@contoso.example`;
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push((await policy.judge(view('MESSAGE', other))) === undefined);
  assert.deepEqual(answers, [true, true, false]);
  assert.equal(await policy.judge(view('MESSAGE', `sip:${crypto.randomUUID()}@contoso.example`)), undefined);
  policy.close();
});

test('a request that passes two front ends counts once', async () => {
  const policy = await open({ url, limit: 1, seconds: 3_600 });
  const headers = { 'call-id': [crypto.randomUUID()], cseq: ['1 MESSAGE'] };
  const one = { ...view('MESSAGE', `sip:${crypto.randomUUID()}@contoso.example`), headers };
  assert.deepEqual([await policy.judge(one), await policy.judge(one)], [undefined, undefined]);
  policy.close();
});

test('a configuration without a URL or a limit is refused', () => {
  const issues = (config) => plugin.configSchema['~standard'].validate(config).issues?.length ?? 0;
  assert.equal(issues({ url, limit: 1 }), 0);
  assert.equal(issues({ url: 'http://x', limit: 0 }), 2);
});

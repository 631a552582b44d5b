import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestPolicyCompliance } from '@entente/sip-relay/request-policy';
import { plugin } from 'entente-plugin-word-filter';

/** Sets the plugin up as a server does. */
function open(config) {
  const { value } = plugin.configSchema['~standard'].validate(config);
  let policy;
  const provide = (_, implementation) => {
    policy = implementation;
  };
  plugin.setup({ log: { info() {} }, provide }, value);
  return policy;
}

const view = (body) => ({
  method: 'MESSAGE',
  uri: 'sip:bob@contoso.example',
  from: '<sip:alice@contoso.example>;tag=1',
  to: '<sip:bob@contoso.example>',
  headers: { 'content-type': ['text/plain'] },
  body,
});

for (const { run, title } of requestPolicyCompliance({
  setup: () => open({ words: ['Lottery'] }),
  accepted: view('see you at noon'),
  refused: view('you won the LOTTERY'),
})) {
  test(title, run);
}

test('a configuration without words is refused', () => {
  const issues = (config) => plugin.configSchema['~standard'].validate(config).issues?.length ?? 0;
  assert.equal(issues({ words: ['lottery'] }), 0);
  for (const config of [undefined, {}, { words: [] }, { words: [''] }]) assert.equal(issues(config), 1);
});

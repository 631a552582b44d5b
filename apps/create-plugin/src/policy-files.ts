import { manifestText, readmeText } from './manifest-text.ts';

/**
 * A policy that may refuse requests.
 * @param name - of the plugin
 * @param version - of the packages that it is tested with
 */
export function policyFiles(name: string, version: string) {
  return {
    'package.json': manifestText(
      name,
      { provides: { 'request-policy': 2 } },
      { name: '@entente/sip-relay', version },
    ),
    'README.md': readmeText(
      name,
      'Refuses requests whose body has another type than those that the operator lists.',
      '{ types: [text/plain, application/sdp] }',
    ),
    'index.js': moduleText.replaceAll('NAME', name),
    'suite.test.js': suiteText.replaceAll('NAME', name),
  };
}

const moduleText = `const requestPolicy = { name: 'request-policy', version: 2 };

/** Any Standard Schema will do here, zod's for instance. */
const configSchema = {
  '~standard': {
    version: 1,
    vendor: 'entente-plugin-NAME',
    validate(value) {
      const types = value?.types;
      const fits = Array.isArray(types) && types.every((one) => typeof one === 'string');
      return fits ? { value: { types } } : { issues: [{ message: 'expected a list of types', path: ['types'] }] };
    },
  },
};

export const plugin = {
  name: 'NAME',
  apiVersion: 1,
  requires: [],
  provides: [requestPolicy],
  configSchema,
  setup(scope, { types }) {
    const allowed = new Set(types.map((one) => one.toLowerCase()));
    scope.provide(requestPolicy, {
      // Sees a request that has passed every other check. A sentence refuses it; undefined lets it go on.
      judge({ body, headers }) {
        if (body === '') return undefined;
        const type = headers['content-type']?.[0]?.split(';')[0].trim().toLowerCase() ?? 'none';
        return allowed.has(type) ? undefined : { sentence: \`expected a body of a listed type, found \${type}\` };
      },
    });
  },
};
`;

const suiteText = `import { test } from 'node:test';
import { requestPolicyCompliance } from '@entente/sip-relay/request-policy';
import { plugin } from './index.js';

/** Sets the plugin up as a server does. */
function setup() {
  let policy;
  const provide = (_, implementation) => {
    policy = implementation;
  };
  plugin.setup({ provide }, { types: ['text/plain'] });
  return policy;
}

const view = (type) => ({
  method: 'MESSAGE',
  uri: 'sip:bob@contoso.example',
  from: '<sip:alice@contoso.example>;tag=1',
  to: '<sip:bob@contoso.example>',
  headers: { 'content-type': [type] },
  body: 'see you at noon',
});

const requests = { accepted: view('text/plain;charset=utf-8'), refused: view('text/html') };
for (const { run, title } of requestPolicyCompliance({ setup, ...requests })) test(title, run);
`;

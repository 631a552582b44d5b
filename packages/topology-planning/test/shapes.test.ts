import { parseTopology } from '@entente/topology-planning';
import { describe, expect, it } from 'vitest';
import { good, head, problemsIn, with_ } from './fixtures/spoilt.ts';

/** Texts that do not even have the shape of a topology. */
const shapes: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an unknown field',
    with_('    role: authority', '    role: authority\n    rôle: edge'),
    ['unknown-field at line 18: rôle: edge'],
  ],
  [
    'an unknown field far down',
    with_('sip: 15061', 'sip: 15061, spi: 15062'),
    ['unknown-field at line 14: spi: 15062 } }'],
  ],
  ['a missing field', with_('    role: authority\n', ''), ['missing-field at line 16: fqdn: ca1.contos']],
  [
    'a text for a number',
    `${head}${good}`.replace('required: 2', 'required: two'),
    ['wrong-type at line -3: two'],
  ],
  [
    'nothing where something is needed',
    with_('role: authority', 'role:'),
    ['not-allowed-value at line 17: role:'],
  ],
  [
    'an unknown role',
    with_('role: authority', 'role: registrar'),
    ['not-allowed-value at line 17: registrar'],
  ],
  ['a port beyond 65535', with_('sip: 15061', 'sip: 150610'), ['out-of-range at line 14: 150610 } }']],
  [
    'a wildcard',
    with_('fqdn: ca1.contoso.example', 'fqdn: "*.contoso.example"'),
    ['wildcard-name at line 16: "*.contoso.examp'],
  ],
  [
    'a name in upper case',
    with_('fqdn: ca1.contoso.example', 'fqdn: CA1.contoso.example'),
    ['not-a-name at line 16: CA1.contoso.exam'],
  ],
  [
    'an address that is a name',
    with_('address: 127.0.0.1, ports', 'address: localhost, ports'),
    ['not-an-address at line 14: localhost, ports'],
  ],
  ['a user with a scheme', with_('  alice@', '  sip:alice@'), ['not-an-aor at line 19: sip:alice@contos']],
  [
    'a time without zone',
    `${head}${good}`.replace('12:00:00Z', '12:00:00'),
    ['not-a-time at line -5: 2026-01-31T12:00'],
  ],
  [
    'numbers that are none, and a pattern for a prefix',
    `${head}${good}telephony:
  rules: [{ prefix: "0.*", prepend: "+49" }]
  emergencyNumbers: ["+112"]
`,
    ['not-a-number at line 21: "0.*", prepend: ', 'not-a-number at line 22: "+112"]'],
  ],
  [
    'a time that does not exist',
    `${head}${good}`.replace('2026-01-31', '2026-02-31'),
    ['not-a-time at line -5: 2026-02-31T12:00'],
  ],
  [
    'a partner of no known kind',
    `${head}${good}partners: [{ kind: friend, id: f, domains: [f.example] }]\n`,
    ['not-allowed-value at line 20: friend, id: f, d'],
  ],
  [
    'another format',
    `${head}${good}`.replace('topology/1', 'topology/2'),
    ['not-allowed-value at line -8: entente-topology'],
  ],
  ['a list for the whole', '- a\n', ['wrong-type at line -8: - a']],
  [
    'a title that would steer a terminal',
    with_('role: authority', 'role: authority\n    title: "\\u001b[2J"'),
    ['not-a-title at line 18: "\\u001b[2J"'],
  ],
  ['an alias', with_('role: authority', 'role: *r'), ['alias-not-allowed at line 17: *r']],
];

describe('reading a topology refuses', () => {
  it.each(shapes)('%s, with code and place', (_, text, expected) => {
    expect(parseTopology(text).ok).toBe(false);
    expect(problemsIn(text)).toEqual(expected);
  });
});

const first = (text: string) => {
  const read = parseTopology(text);
  return read.ok ? undefined : read.problems[0];
};

describe('letters beyond ASCII', () => {
  it('are refused in a name of a server with its form in DNS', () => {
    expect(first(with_('fqdn: ca1.contoso.example', 'fqdn: ca1.bücher.example'))).toMatchObject({
      code: 'not-a-name',
      message: '"ca1.bücher.example" has letters that names in DNS do not have as they are.',
      remedy: 'Write ca1.xn--bcher-kva.example, which is the same name in ASCII.',
    });
  });

  it('are refused in an address of a user with the part in which they are', () => {
    const remedyOf = (address: string) => first(with_('  alice@contoso.example', `  ${address}`))?.remedy;
    expect(remedyOf('jürgen@contoso.example')).toBe('Write the part before the @ with letters of ASCII.');
    expect(remedyOf('alice@bücher.example')).toBe(
      'Write the domain as xn--bcher-kva.example, which is the same name in ASCII.',
    );
    expect(remedyOf('jürgen@bücher.example')).toMatch(
      /^Write the part before the @ .*, and the domain as xn--/,
    );
  });

  it('have no other remedy than before where no name comes of them', () => {
    expect(first(with_('fqdn: ca1.contoso.example', 'fqdn: "ca1.bü cher.example"'))?.remedy).toBe(
      'Correct the text at this place.',
    );
  });
});

describe('capital letters', () => {
  it('are refused in the name of a server with the name in lower case', () => {
    expect(first(with_('fqdn: ca1.contoso.example', 'fqdn: CA1.Contoso.example'))).toMatchObject({
      code: 'not-a-name',
      message: '"CA1.Contoso.example" has capital letters, which a name in a topology does not have.',
      remedy: 'Write ca1.contoso.example.',
    });
  });

  it('are refused in the id of an administrator with the id in lower case', () => {
    expect(first((head + good).replace('id: one', 'id: One'))).toMatchObject({
      code: 'not-an-id',
      remedy: 'Write one.',
    });
  });

  it('are not all that is wrong where no name comes of lower case', () => {
    expect(first(with_('fqdn: ca1.contoso.example', 'fqdn: CA1'))?.remedy).toBe(
      'Correct the text at this place.',
    );
  });
});

describe('a value whose quotes are wrong', () => {
  it.each([
    ['sip: "15061"', '"sip" must be a number, not a text', 'Remove the quotes: 15061.'],
    ['sip: "fifteen"', '"sip" must be a number, not a text', 'Correct the text at this place.'],
  ])('says that the quotes are too many, where nothing else is: %s', (port, message, remedy) => {
    expect(first(with_('sip: 15061', port))).toMatchObject({
      message: expect.stringContaining(message),
      remedy,
    });
  });

  it('names the list that an entry is in, and says that it needs quotes', () => {
    expect(first(`${head}${good}telephony:\n  emergencyNumbers: [112, 110]\n`)).toMatchObject({
      message: 'An entry of "emergencyNumbers" must be a text, not a whole number.',
      remedy: 'Put it in quotes: "112".',
    });
  });
});

describe('a text without a topology', () => {
  it.each(['', '# a comment\n', '---\n', '--- # a comment\n\n', '\uFEFF\n', 'null\n'])(
    'is refused with what it needs and the command that writes it: %j',
    (text) => {
      expect(first(text)).toMatchObject({
        code: 'wrong-type',
        message: expect.stringMatching(/no topology .* format, network, version, issued, .* and servers/),
        remedy: expect.stringContaining('entente topology init'),
      });
    },
  );
});

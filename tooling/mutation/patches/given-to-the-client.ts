import type { PatchList } from '../patch.ts';

const test = (title: string) => ({ file: 'packages/pki/test/given-to-the-client.test.ts', title });

/** What callers without a compiler give to what requests a certificate and packs a key. */
export const patches: PatchList = {
  name: 'given-to-the-client',
  list: [
    {
      name: 'interface-misspelt',
      off: 'a misspelt interface brings a certificate for another one',
      file: 'packages/pki/src/ground/check-given.ts',
      find: '  checkNames(given, Object.keys(kinds), of);\n',
      replace: '',
      test: test('is not requested for the interface inside where the name of the option is misspelt'),
    },
    {
      name: 'authority-without-tls',
      off: 'a renewal is sent to an address without TLS',
      file: 'packages/pki/src/client/enrol.ts',
      find: " && new URL(value).protocol === 'https:'",
      replace: '',
      test: test('is not requested with options that have another form'),
    },
    {
      name: 'renewal-without-a-time',
      off: 'a certificate is renewed at once, and again, because a number is missing',
      file: 'packages/pki/src/client/renewal-time.ts',
      find: 'if (!Number.isFinite(random) ||',
      replace: 'if (',
      test: test('is not renewed at once because a time is missing'),
    },
    {
      name: 'key-beside-the-given-one',
      off: 'a key is generated although a misspelt option gives one',
      file: 'packages/pki/src/client/key-and-request.ts',
      find: "  checkGiven(options, kinds, 'createKeyAndRequest');\n",
      replace: '',
      test: test('is not generated beside the one that a misspelt option gives'),
    },
    {
      name: 'few-rounds',
      off: 'a file protects its key with one round of PBKDF2',
      file: 'packages/pki/src/pkcs12/pack.ts',
      find: 'Number(value) >= fewestIterations',
      replace: 'Number(value) >= 0',
      test: test('is packed with the rounds that were meant, or not at all'),
    },
    {
      name: 'packed-pem',
      off: 'a file that no program can read is packed of PEM',
      file: 'packages/pki/src/pkcs12/pack.ts',
      find: ' && value[0] === 0x30',
      replace: '',
      test: test('is packed as DER with certificates in DER, and never as PEM'),
    },
    {
      name: 'password-of-another-kind',
      off: 'a file is read without its password where that is not a text',
      file: 'packages/pki/src/pkcs12/unpack.ts',
      find: "if (typeof password !== 'string')",
      replace: "if (typeof password === 'symbol')",
      test: test('is not read of what is not a file, or with a password that is not a text'),
    },
    {
      name: 'token-for-ever',
      off: 'a join token is valid for ever where the time is missing',
      file: 'packages/pki/src/enrolment/join-token.ts',
      find: 'if (!(life > 0 && life <= maxJoinTokenMs))',
      replace: 'if (life <= 0 || life > maxJoinTokenMs)',
      test: test('is not created where a time is missing: it would be valid for ever'),
    },
    {
      name: 'token-of-nothing',
      off: 'a join token is written that nobody can read',
      file: 'packages/pki/src/enrolment/join-token.ts',
      find: '  refuseProblem(token);\n  const payload',
      replace: '  const payload',
      test: test('is not written with a field that nobody can read again'),
    },
  ],
};

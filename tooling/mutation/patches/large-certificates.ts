import type { MutationPatch, PatchList } from '../patch.ts';

const makers = 'packages/trust/src/judge/verdict-maker.ts';
const issuers = 'packages/trust/src/judge/known-issuers.ts';
const leaves = 'packages/trust/src/judge/known-leaves.ts';
const index = 'packages/tls/src/live/connection-index.ts';
const memory = 'packages/tls/src/trust/issuer-memory.ts';
const known = (title: string): MutationPatch['test'] => ({
  file: 'packages/trust/src/judge/known-issuers.test.ts',
  title,
});
const indexed = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/src/live/connection-index.test.ts',
  title,
});
const hostile: MutationPatch['test'] = {
  file: 'packages/trust/test/hostile.test.ts',
  title:
    'of a leaf with more bytes or names than its limit is refused before anything about it is checked, and one with as many is not',
};
const atEdge: MutationPatch['test'] = {
  file: 'tooling/links-outside/partner-places.test.ts',
  title: 'a certificate with more names than an edge reads of a partner is refused, and says so',
};

/** What the certificates of one partner take of a server: memory, and time at each of its lists. */
export const patches: PatchList = {
  name: 'large-certificates',
  list: [
    {
      name: 'leaf-bytes',
      off: 'a leaf of any size is read',
      file: makers,
      find: 'first.length > maxLeafBytes',
      replace: 'first.length > maxLeafBytes + 2 ** 20',
      test: hostile,
    },
    {
      name: 'leaf-names',
      off: 'a leaf with thousands of names is verified',
      file: makers,
      find: 'names > maxLeafNames',
      replace: 'names > maxLeafNames + 2 ** 20',
      test: hostile,
    },
    {
      name: 'leaf-at-edge',
      off: 'an edge reads as many names as a partner likes',
      file: 'packages/edge/src/federation-trust.ts',
      find: '    policy: federationPolicy,\n',
      replace: '',
      test: atEdge,
    },
    {
      name: 'octets-of-partner',
      off: 'one partner fills an edge with what its certificates have',
      file: 'packages/tls/src/listen/peer-places.ts',
      find: 'if (taken.bytes + bytes > this.#max.bytes)',
      replace: 'if (taken.bytes > this.#max.bytes)',
      test: {
        file: 'packages/tls/test/bounds.test.ts',
        title:
          'refuses a further open connection of a peer on whose connections as many octets of certificates were presented as may be, and counts what is open',
      },
    },
    {
      name: 'octets-given-back',
      off: 'a partner that connects again and again is refused in the end',
      file: 'packages/tls/src/listen/peer-places.ts',
      find: '      taken.bytes -= bytes;\n',
      replace: '',
      test: {
        file: 'packages/tls/test/bounds.test.ts',
        title:
          'refuses a further open connection of a peer on whose connections as many octets of certificates were presented as may be, and counts what is open',
      },
    },
    {
      name: 'slice-time',
      off: 'verdicts on large certificates hold up everything else',
      file: 'packages/tls/src/live/live-connections.ts',
      find: 'if (--left === 0 || this.#elapsed() >= end) break;',
      replace: 'if (--left === 0 || this.#elapsed() < 0 * end) break;',
      test: {
        file: 'packages/tls/src/live/live-connections.test.ts',
        title: 'a slice of verdicts ends after five milliseconds, and the rest come after other work',
      },
    },
    {
      name: 'names-once',
      off: 'each connection has the names of its certificate for itself',
      file: index,
      find: 'this.#byPlace.get(place) ?? this.#open(place)',
      replace: 'this.#open(place)',
      test: indexed(
        'has the names of a certificate once, however many connections show it, and no longer than one of them is open',
      ),
    },
    {
      name: 'names-looked-through',
      off: 'a change that names a domain looks through the names of all certificates at once',
      file: index,
      find: 'this.#byName.size > mostNames',
      replace: 'this.#byName.size > mostNames * mostNames',
      test: indexed(
        'does not look through the names of thousands of certificates: all connections are affected then',
      ),
    },
    {
      name: 'shared-octets',
      off: 'each connection keeps the chain of its peer for itself',
      file: 'packages/tls/src/trust/shown-chain.ts',
      find: 'Buffer.compare(shared, der) === 0',
      replace: 'Buffer.compare(shared, der) > 0',
      test: {
        file: 'packages/tls/src/trust/shown-chain.test.ts',
        title:
          'what a peer has sent is kept as the verdict has it, so that connections of one leaf share it; alternatives stay',
      },
    },
    {
      name: 'issuers-of-anchor',
      off: 'one partner fills the memory with its issuers',
      file: issuers,
      find: 'share.octets + octets > mostOctetsOfAnchor)',
      replace: 'share.octets + octets > mostOctetsOfAnchor * 64)',
      test: known(
        'takes 512 kB of each anchor at most: the oldest of that anchor are forgotten, and none of another',
      ),
    },
    {
      name: 'issuers-of-all',
      off: 'many partners fill the memory with their issuers',
      file: issuers,
      find: 'while (this.#octets + octets > mostOctets)',
      replace: 'while (this.#octets + octets > mostOctets * 64)',
      test: known('takes 16 MB of all anchors at most: those that have most lose their oldest'),
    },
    {
      name: 'issuers-of-name',
      off: 'each new key of an issuer stays with all before it',
      file: issuers,
      find: '.length >= mostOfName',
      replace: '.length >= mostOfName * 64',
      test: known('is kept of the four latest states of one name below each anchor, the latest first'),
    },
    {
      name: 'large-issuer',
      off: 'an issuer that is too large has all others forgotten',
      file: issuers,
      find: 'if (octets > mostOctetsOfAnchor) return;',
      replace: 'if (octets > mostOctets) return;',
      test: known('is not kept of an issuer that takes more than one anchor may, and others stay'),
    },
    {
      name: 'octets-of-leaves',
      off: 'large leaves fill the memory',
      file: leaves,
      find: ' || this.#bytes + key.length > mostBytes',
      replace: '',
      test: {
        file: 'packages/trust/src/judge/known-leaves.test.ts',
        title: 'takes 2 MB at most, however large the leaves are, and is kept of the last 1 MB',
      },
    },
    {
      name: 'octets-of-intermediates',
      off: 'intermediates that peers have presented fill the memory',
      file: memory,
      find: 'this.#octets + octets <= mostOctets',
      replace: 'this.#octets + octets <= mostOctets * 64',
      test: {
        file: 'packages/tls/src/trust/issuer-memory.test.ts',
        title: 'take 1 MB at most, and the oldest are forgotten first',
      },
    },
  ],
};

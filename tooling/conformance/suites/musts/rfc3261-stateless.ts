import { type MustSection, notHere } from './must.ts';

const reason =
  'No server here forwards a request or response statelessly: each but ACK for a 2xx, which has no response, has its transactions.';

const rules = [
  'sends no provisional response of its own',
  'validates requests',
  'preprocesses routes and finds targets',
  'chooses a single target',
  'chooses it by what does not change',
  'forwards a request that comes again to the same place',
  'chooses the same for CANCEL and ACK',
  'forwards as a stateful proxy does otherwise',
  'has the same branch for a request that comes again',
  'computes the branch from what does not change',
  'changes a request that comes again in the same way',
  'writes the same Record-Route and Route values',
  'changes requests by what does not change',
  'does nothing special about CANCEL',
  'looks at the topmost Via of a response',
  'removes that Via and forwards the response by the next one',
  'leaves the body alone',
  'removes no other field',
  'drops a response with the Via of another server',
];

/** RFC 3261 §16.11. */
export const stateless: readonly MustSection[] = [
  {
    rfc: 3261,
    section: '16.11',
    about: 'stateless proxy',
    musts: rules.map((rule) => notHere('proxy', rule, reason)),
  },
];

import { deviates, type MustSection, notHere, shown, testsOf } from './must.ts';

const context = testsOf('packages/sip-proxy/test/response-context.test.ts');
const rules = testsOf('packages/sip-proxy/test/response-rules.test.ts');
const forward = testsOf('packages/sip-proxy/test/forward.test.ts');
const hiding = testsOf('packages/sip-proxy/test/hidden-path.test.ts');
const layer = testsOf('packages/sip-endpoint/src/transaction/transaction-layer.test.ts');
const places = testsOf('packages/sip-relay/test/other-places.test.ts');

const passed = 'passes ringing and the 200, and is done';
const timerC =
  'is set for each branch of an INVITE, and set again by a provisional response other than 100, each time above three minutes';
const lasts =
  'lasts until its last branch has ended, though it has answered, and cancels those that ring (steps 9, 10)';
const tag = 'keeps the To tag of the far end, and gets none where that has sent none (step 6)';
const untouched =
  'keeps its body, received in the Via below ours, and every field that nobody here knows (step 9)';
const once = 'passes no second final response on but a 2xx (step 5)';
const six = 'holds a 6xx back until the others have ended, cancels them, and prefers it';
const nobody = 'answers 408 to an INVITE that nobody answered';
const best = 'chooses the lowest class, and a challenge within it';
const rings = 'cancels a branch that rings too long, then stops waiting for it';
const stray =
  'RFC 6026 §8.2 and §8.3 replace this: a response without its transaction is not forwarded, because anybody could send one.';
const noFurther =
  'goes no further: neither one that nobody asked for, nor one whose request has been answered';
const tlsOnly = 'Every connection is TLS on both sides of a proxy.';

/** RFC 3261 §16.7 to §16.10. */
export const responses: readonly MustSection[] = [
  {
    rfc: 3261,
    section: '16.7',
    about: 'responses',
    musts: [
      deviates('proxy', 'forwards a response without transaction statelessly', stray, layer(noFurther)),
      shown('proxy', 'takes each response through the steps', context(passed)),
      shown('proxy', 'takes each response that it forwards through the last steps', context(passed)),
      shown('proxy', 'resets timer C for a provisional response above 100 (step 2)', rules(timerC)),
      shown('proxy', 'sets timer C above three minutes again (step 2)', rules(timerC)),
      shown(
        'proxy',
        'does not forward a response without a further Via (step 3)',
        forward('has nothing to send where ours is the only Via'),
      ),
      notHere(
        'proxy',
        'removes the contacts of a 3xx that it tries itself (step 4)',
        'A 3xx is passed on as it came: the caller decides whether to follow it.',
      ),
      shown('proxy', 'forwards a provisional response and a 2xx at once (step 5)', context(passed)),
      shown(
        'proxy',
        'begins no branch after a 6xx (step 5)',
        rules('begins no further branch once a 6xx has come (step 5)'),
      ),
      shown(
        'proxy',
        'forwards each further 2xx to an INVITE at once (step 5)',
        context('passes every further 2xx to an INVITE, even when done'),
      ),
      shown('proxy', 'forwards no other response at once (step 5)', rules(once)),
      shown('proxy', 'never forwards 100 (step 5)', context('never passes 100')),
      shown('proxy', 'takes what it forwards at once through the last steps (step 5)', rules(tag)),
      shown('proxy', 'sends a final response once all branches have ended (step 6)', context(nobody)),
      shown('proxy', 'chooses the best one (step 6)', context(best)),
      shown('proxy', 'answers 408 where no final response has come (step 6)', context(nobody)),
      shown('proxy', 'forwards one of those that have come (step 6)', context(best)),
      shown('proxy', 'chooses a 6xx where there is one (step 6)', context(six)),
      shown(
        'proxy',
        'takes the chosen one through the last steps (step 6)',
        context('gathers the challenges of all branches in their order'),
      ),
      shown('proxy', 'puts no tag into To of a 1xx or 2xx (step 6)', rules(tag)),
      shown('proxy', 'leaves the To tag of a 1xx or 2xx alone (step 6)', rules(tag)),
      shown(
        'proxy',
        'leaves the To tag alone where the request has one (step 6)',
        rules('keeps the To tag also where it is %d, chosen as the best'),
      ),
      shown(
        'proxy',
        'gathers the challenges of all 401 and 407 in the one it forwards (step 7)',
        context('gathers the challenges of all branches in their order'),
      ),
      notHere('proxy', 'rewrites its Record-Route from TLS to another transport (step 8)', tlsOnly),
      notHere('proxy', 'rewrites its Record-Route from another transport to TLS (step 8)', tlsOnly),
      shown(
        'edge',
        'writes into a response only a Record-Route that fits a request too (step 8)',
        hiding('comes back with the answer, our entry of the inside in place of the sealed one'),
      ),
      shown('proxy', 'leaves the body alone (step 9)', rules(untouched)),
      shown('proxy', 'removes no field but its Via (step 9)', forward('removes our Via and nothing else')),
      shown('proxy', 'leaves received in the next Via (step 9)', rules(untouched)),
      shown('proxy', 'gives the response to the server transaction (step 9)', context(passed)),
      deviates(
        'proxy',
        'forwards statelessly where the server transaction is gone (step 9)',
        stray,
        layer(noFurther),
      ),
      shown('proxy', 'keeps the context until all transactions have ended (step 9)', rules(lasts)),
      shown('proxy', 'cancels what is pending after a final response (step 10)', rules(lasts)),
    ],
  },
  {
    rfc: 3261,
    section: '16.8',
    about: 'timer C',
    musts: [
      shown('proxy', 'ends the branch, or waits on, when timer C fires', context(rings)),
      shown('proxy', 'cancels a branch that has had a provisional response', context(rings)),
      shown('proxy', 'counts any other as 408', context('counts a branch without any response as 408')),
    ],
  },
  {
    rfc: 3261,
    section: '16.9',
    about: 'errors of transport',
    musts: [
      shown(
        'proxy',
        'counts a request that cannot be sent as answered with 503',
        places(
          'that hangs up on a request counts as one that has answered 503: the sender hears 500 (RFC 3261 §16.9)',
        ),
      ),
    ],
  },
  {
    rfc: 3261,
    section: '16.10',
    about: 'CANCEL',
    musts: [
      shown(
        'proxy',
        'cancels what is pending of a request that is cancelled',
        context('cancels what rings, tries nothing more, and answers 487'),
      ),
      shown(
        'proxy',
        'answers a CANCEL 200 at once where it knows the request',
        layer('is answered 200 at once, and the INVITE that it means is told'),
      ),
      shown(
        'proxy',
        'cancels every pending branch of it',
        context('cancels what rings, tries nothing more, and answers 487'),
      ),
      deviates(
        'proxy',
        'forwards any other CANCEL statelessly',
        'Every server here is stateful: it has forwarded no INVITE that it does not know, so that there is nobody to send the CANCEL to. It answers 481, as RFC 3261 §9.2 has it.',
        layer('that means nothing which is under way is answered 481, and reaches nobody else'),
      ),
    ],
  },
];

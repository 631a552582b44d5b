import type { MutationPatch, PatchList } from '../patch.ts';

const dialog = 'packages/sip-endpoint/src/user-agent/subscription-dialog.ts';
const agent = 'packages/sip-endpoint/src/user-agent/agent-subscription.ts';
const subscribing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/subscribe-outside.test.ts',
  title,
});

const hostile = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/hostile-notifier.test.ts',
  title,
});

/** That a subscription of a user agent is what it has asked for, and stays. */
export const patches: PatchList = {
  name: 'agent-subscriptions',
  list: [
    {
      name: 'fork',
      off: 'several notifiers that a SUBSCRIBE has reached report into one subscription',
      file: dialog,
      find: "if (dialog.remoteTag !== (notify.from.tag ?? '')) return 481;",
      replace: '',
      test: subscribing(
        'takes no NOTIFY of another notifier that the SUBSCRIBE has reached: 481, and what it has goes on',
      ),
    },
    {
      name: 'event',
      off: 'the state of another event counts as the one that was asked for',
      file: dialog,
      find: 'if (event.value.type !== this.#parts.event) return 481;',
      replace: '',
      test: subscribing('takes no NOTIFY of another event: 481, and what it has goes on'),
    },
    {
      name: 'route-of-notify',
      off: 'a subscription goes along the route of the answer, which proxies may have left',
      file: dialog,
      find: "|| !notify.has('Record-Route')",
      replace: '|| true',
      test: subscribing(
        'goes along the route of its first NOTIFY, which comes after the answer to SUBSCRIBE (RFC 6665 §4.4.1)',
      ),
    },
    {
      name: 'route-of-answer',
      off: 'a subscription loses its way where the NOTIFY has no route',
      file: dialog,
      find: "|| !notify.has('Record-Route')",
      replace: '',
      test: subscribing('keeps the route of the answer where the NOTIFY has none'),
    },
    {
      name: 'least-time',
      off: 'a notifier that wants fewer renewals (423) is not subscribed to',
      file: 'packages/sip-endpoint/src/user-agent/dialog-events.ts',
      find: 'if (asked === 0 || least <= asked || least > mostLeastSec) return response;',
      replace: 'if (least >= 0 || mostLeastSec > 0) return response;',
      test: subscribing('asks for as long as the notifier wants at least (423), then and with each renewal'),
    },
    {
      name: 'forgotten',
      off: 'a subscription is gone for ever once the notifier was started again',
      file: agent,
      find: 'new Set([408, 430, 480, 481])',
      replace: 'new Set([408, 430, 480])',
      test: subscribing(
        'is made again where the notifier has forgotten it, with growing pauses as long as it is not there',
      ),
    },
    {
      name: 'pauses',
      off: 'a subscriber asks a notifier that is gone every second, without end',
      file: agent,
      find: 'this.#pauseMs = Math.min(2 * pauseMs, longestPauseMs);',
      replace: 'void longestPauseMs;',
      test: subscribing(
        'is made again where the notifier has forgotten it, with growing pauses as long as it is not there',
      ),
    },
    {
      name: 'refused-after-notify',
      off: 'a subscription that was refused after its first NOTIFY goes on for years, and nobody can end it',
      file: 'packages/sip-endpoint/src/user-agent/agent-subscriptions.ts',
      find: 'first.subscription.lost();\n      return',
      replace: 'return',
      test: hostile(
        'is over where it is refused after its first NOTIFY: nothing of it comes, and nothing is sent',
      ),
    },
    {
      name: 'refused-notify',
      off: 'a NOTIFY that is refused takes a subscription from the notifier that has it',
      file: dialog,
      find: 'if (status < 300) return status;',
      replace: 'if (status > 0) return status;',
      test: hostile('is not taken from the one that it is made with by a NOTIFY that is refused'),
    },
    {
      name: 'wait-for-years',
      off: 'a notifier ends a subscription for years, and the application hears nothing of it',
      file: agent,
      find: '&& resubscribeAfterMs <= longestAskedMs',
      replace: '&& resubscribeAfterMs <= longestAskedMs * 1e9',
      test: hostile(
        'has ended where its notifier wants it to be made again after more than a day: the application hears when',
      ),
    },
    {
      name: 'ended-each-time',
      off: 'a notifier that ends a subscription each time it was made is asked every second',
      file: agent,
      find: 'this.#pause(dialog.isNotified && this.#hasLasted())',
      replace: 'this.#pause(dialog.isNotified)',
      test: hostile('is made again with growing pauses where its notifier ends it each time it was made'),
    },
    {
      name: 'refresh-unanswered',
      off: 'a subscription whose refresh nobody answers counts as active in a dialog that is over',
      file: 'packages/sip/src/subscription/subscriber.ts',
      find: 'const isOver = status === 408 || endsSubscription(status);',
      replace: 'const isOver = endsSubscription(status);',
      test: {
        file: 'packages/sip/test/machines/subscription.test.ts',
        title:
          'active → terminated: a refresh is answered 408, or by nobody, and its dialog is over (RFC 3261 §12.2.1.2)',
      },
    },
    {
      name: 'over-with-its-call',
      off: 'a subscription in a call that is over is renewed, because the answer to its SUBSCRIBE comes late',
      file: 'packages/sip-endpoint/src/user-agent/dialog-events.ts',
      find: 'if (this.#isLost) return;',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/in-call.test.ts',
        title: 'a subscription is over with its call, also where the answer to its SUBSCRIBE comes later',
      },
    },
    {
      name: 'longer-than-asked',
      off: 'a notifier makes a subscription last for years, and nobody notices when it is gone',
      file: 'packages/sip/src/subscription/subscriber.ts',
      find: 'this.#accepted(state.expiresSec);',
      replace: 'state.expiresSec === undefined ? this.#accepted(undefined) : this.#lasts(state.expiresSec);',
      test: {
        file: 'packages/sip/test/machines/subscription.test.ts',
        title: 'takes no longer time from a NOTIFY than it asked for, and what 423 made of that',
      },
    },
    {
      name: 'disposed',
      off: 'a subscription is made again for a user agent that is gone',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: 'if (!isKept) this.#subscriptions.lost();',
      replace: '',
      test: subscribing('ends with the user agent, and with a connection after which none comes'),
    },
  ],
};

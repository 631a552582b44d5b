import { expect } from 'vitest';
import type { Credentials, Scene } from './network.ts';

/** Follows /events until it ends. */
export async function followEvents(scene: Scene, who: Credentials) {
  const response = await scene.ask('/events', who);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const waiting: { event: string; data: unknown }[] = [];
  let wake: () => void = () => {};
  const ended = (async () => {
    let text = '';
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += Buffer.from(value).toString('utf8');
        for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
          const match = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, at));
          text = text.slice(at + 2);
          if (match !== null) waiting.push({ event: match[1]!, data: JSON.parse(match[2]!) });
        }
        wake();
      }
    } catch {
      // Cut off: that is an end too.
    }
  })();
  const next = async () => {
    while (waiting.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return waiting.shift();
  };
  return { next, ended, close: () => void reader.cancel() };
}

import { randomFillSync } from 'node:crypto';

const tokenBytes = 9;
const tokensPerDraw = 512;

/**
 * Makes a source of unpredictable tokens for branches and tags: 72 bits each, more than the 32 that RFC 3261 §19.3 asks for.
 * Random octets are drawn for many tokens at once, because a draw costs more than everything else about a token.
 */
export function createTokenSource(): () => string {
  const pool = Buffer.alloc(tokenBytes * tokensPerDraw);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    const token = pool.toString('hex', at, at + tokenBytes);
    at += tokenBytes;
    return token;
  };
}

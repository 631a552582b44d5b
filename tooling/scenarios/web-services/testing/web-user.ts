import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { csrfField } from '@entente/accounts/web';

/** How a user's requests travel. */
export interface WebUserOptions {
  readonly port: number;
  /** Name that is asked for, in TLS. */
  readonly name: string;
  /** PEM of the CA that the user trusts. */
  readonly ca: string;
  /** Host field; default name and port. */
  readonly host?: string;
  /** Of a client that shows a certificate. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Plain HTTP, to show that nobody answers it. */
  readonly isPlain?: boolean;
}

/** What was answered. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came.
  readonly json: any;
}

/** A client of web services that keeps its cookie and its token, as a page in a browser does. */
export class WebUser {
  cookie = '';
  csrf = '';
  readonly #options: WebUserOptions;

  constructor(options: WebUserOptions) {
    this.#options = options;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<WebAnswer> {
    return this.send('GET', path, undefined, headers);
  }

  /** Sends JSON, with what a page sends beside it; a header that is set to '' is left out. */
  post(
    path: string,
    body: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WebAnswer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send('POST', path, text, {
      'content-type': 'application/json',
      [csrfField]: this.csrf,
      ...headers,
    });
  }

  /** Signs in, and keeps what proves it. */
  signIn(address: string, password: string): Promise<WebAnswer> {
    return this.post('/api/sign-in', { address, password });
  }

  send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<WebAnswer> {
    const { ca, certificate, host, isPlain, name, port } = this.#options;
    const given = {
      host: host ?? `${name}:${port}`,
      ...(this.cookie === '' ? {} : { cookie: this.cookie }),
      ...this.#options.headers,
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    return new Promise((resolve, reject) => {
      const asked = (isPlain === true ? plainRequest : request)(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          headers: { ...sent, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
          servername: name,
          ca,
          agent: false,
          ...certificate,
        },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.once('error', reject);
          incoming.once('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            resolve(
              this.#keep({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers,
                text,
                json: parsed(text),
              }),
            );
          });
        },
      );
      asked.once('error', reject);
      asked.end(body);
    });
  }

  #keep(answer: WebAnswer): WebAnswer {
    const [field] = answer.headers['set-cookie'] ?? [];
    if (field !== undefined) this.cookie = field.includes('Max-Age=0') ? '' : (field.split(';')[0] ?? '');
    if (typeof answer.json?.csrf === 'string') this.csrf = answer.json.csrf;
    return answer;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A server that is measured, in a process of its own. */
export interface LoadedServer extends AsyncDisposable {
  readonly pid: number;
  /** The file that it runs. */
  readonly script: string;
  /** Ends it; resolves when its process has ended. */
  stop(): Promise<void>;
}

/** Milliseconds that file operations have to return that nothing waits for any more. */
const graceMs = 1_000;
/** Milliseconds until it is looked again. */
const lookMs = 20;

/**
 * Waits until no file operation of this process is under way: each has a thread of Node, for which the end of the process waits.
 * @returns whether one does not return
 */
export async function areThreadsHeld(): Promise<boolean> {
  for (let waited = 0; isFileOperationUnderWay(); waited += lookMs) {
    if (waited >= graceMs) return true;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return false;
}

function isFileOperationUnderWay(): boolean {
  return process.getActiveResourcesInfo().some((kind) => fileOperation.test(kind));
}

/** What Node calls them; a lookup of a name has a thread too, and returns. */
const fileOperation = /^(?:FSReq|FileHandleCloseReq)/;

import { problemOf, ProblemError } from './problem';

export interface Submission {
  fields: Record<string, string>;
  /** By slot. */
  files: [string, File][];
  /** The same key makes no second job, however often it is sent. */
  key: string;
}

/** No answer came, or one of a gateway that had none. */
export class ConnectionLost extends Error {}

/** A file on disk is no longer what was chosen. */
export class FileChanged extends Error {
  constructor(readonly fileName: string) {
    super(fileName);
  }
}

const PATH = '/api/upload-jobs';
const MOST_SILENCE = 90_000;
const GATEWAY = new Set([502, 504]);

/** Sends a scenario and gives the job's id.
 *
 * Throws ProblemError, ConnectionLost, FileChanged, or the signal's reason once it is aborted.
 * By XMLHttpRequest, since fetch reports no progress of what it sends.
 */
export async function submitJob(
  submission: Submission,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<string> {
  await checkFiles(submission);
  signal.throwIfAborted();
  try {
    return await send(submission, onProgress, signal);
  } catch (error) {
    if (error instanceof ConnectionLost) await checkFiles(submission);
    throw error;
  }
}

/** Browsers give no reason when a file can't be read while it is sent; reading it does. */
async function checkFiles({ files }: Submission): Promise<void> {
  for (const [, file] of files) {
    try {
      await file.slice(0, 1).arrayBuffer();
    } catch {
      throw new FileChanged(file.name);
    }
  }
}

function send(
  submission: Submission,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const silence = silenceAlarm(() => request.abort());
    const settle = (finish: () => void) => {
      silence.stop();
      signal.removeEventListener('abort', abort);
      finish();
    };
    const lost = () => settle(() => reject(new ConnectionLost()));
    const abort = () => {
      settle(() => reject(signal.reason as Error));
      request.abort();
    };
    signal.addEventListener('abort', abort);
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      silence.reset();
      onProgress(loaded, total);
    });
    request.addEventListener('error', lost);
    request.addEventListener('abort', lost);
    request.addEventListener('load', () => {
      if (GATEWAY.has(request.status)) lost();
      else settle(() => answer(request, resolve, reject));
    });
    request.open('POST', PATH);
    request.setRequestHeader('Idempotency-Key', submission.key);
    request.send(formOf(submission));
  });
}

/** Fields first, so that the server can refuse them early. */
function formOf({ fields, files }: Submission): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [slot, file] of files) form.append(slot, file);
  return form;
}

function answer(
  request: XMLHttpRequest,
  resolve: (jobId: string) => void,
  reject: (error: Error) => void,
): void {
  const body = parsed(request.responseText);
  const id = (body as { job_id?: unknown } | null)?.job_id;
  if (request.status === 201 && typeof id === 'string') resolve(id);
  else {
    const requestId = request.getResponseHeader('X-Request-ID');
    reject(new ProblemError(problemOf(body, request.status, requestId)));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a page of some gateway; its status is all there is to say
  }
}

/** Rings once nothing has moved for a while. */
function silenceAlarm(ring: () => void): { reset: () => void; stop: () => void } {
  let timer = setTimeout(ring, MOST_SILENCE);
  const stop = () => clearTimeout(timer);
  const reset = () => {
    stop();
    timer = setTimeout(ring, MOST_SILENCE);
  };
  return { reset, stop };
}

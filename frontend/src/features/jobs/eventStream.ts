/** A stream of server-sent events that comes back by itself after every loss. */
import { createParser } from 'eventsource-parser';

/** The server pings each 15 s; a connection that is silent for longer is dead, whatever it says. */
const SILENT_MS = 20_000;
const LOOK_MS = 2_000;
const FIRST_WAIT_MS = 500;
/** A network that is there again is noticed within 5 s. */
const LONGEST_WAIT_MS = 4_000;

export interface Followed {
  onEvent: (name: string, data: string) => void;
  /** Something came: an event, a ping, or the answer itself. */
  onAlive: (answer: Response | null) => void;
  onLost: () => void;
}

export interface Following {
  /** Connects anew without waiting. */
  reconnect: () => void;
  close: () => void;
}

/** How long to wait after so many failures in a row: doubled each time, and never all at once. */
export function backOff(failures: number, random = Math.random()): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1));
  return longest * (0.5 + random / 2);
}

/** Reads `url` until `close` is called. Connections that fail, end or fall silent are replaced. */
export function followEvents(url: string, told: Followed): Following {
  const closed = new AbortController();
  let connection = new AbortController();
  let lastByte = Date.now();
  let failures = 0;
  let wake: (() => void) | null = null;
  let hurry = false;

  const alive = (answer: Response | null = null) => {
    lastByte = Date.now();
    failures = 0;
    told.onAlive(answer);
  };
  const look = () => {
    // a sleeping computer or a frozen tab runs no timers: the first look after it sees the gap
    if (Date.now() - lastByte > SILENT_MS) connection.abort();
  };
  const reconnect = () => {
    failures = 0;
    hurry = true;
    connection.abort();
    wake?.();
  };
  const run = async () => {
    while (!closed.signal.aborted) {
      connection = new AbortController();
      lastByte = Date.now();
      await read(
        url,
        AbortSignal.any([connection.signal, closed.signal]),
        told.onEvent,
        alive,
      ).catch(
        () => undefined, // whatever it was, the cure is another connection
      );
      if (closed.signal.aborted) return;
      told.onLost();
      failures += 1;
      // who asks in mid-attempt waits no more than who asks between two
      if (!hurry) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, backOff(failures));
        });
      }
      hurry = false;
    }
  };

  const timer = setInterval(look, LOOK_MS);
  const listening = { signal: closed.signal };
  document.addEventListener('visibilitychange', look, listening);
  document.addEventListener('resume', look, listening);
  globalThis.addEventListener('online', reconnect, listening);
  void run();
  return {
    reconnect,
    close: () => {
      clearInterval(timer);
      closed.abort();
      wake?.();
    },
  };
}

async function read(
  url: string,
  signal: AbortSignal,
  onEvent: Followed['onEvent'],
  alive: (answer?: Response) => void,
): Promise<void> {
  const answer = await fetch(url, {
    signal,
    headers: { Accept: 'text/event-stream' },
    cache: 'no-store',
  });
  if (!answer.ok || !answer.body) throw new Error(`The stream answered ${answer.status}`);
  alive(answer);
  const parser = createParser({ onEvent: ({ event, data }) => onEvent(event ?? 'message', data) });
  const decoder = new TextDecoder();
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    parser.feed(decoder.decode(value, { stream: true }));
  }
}

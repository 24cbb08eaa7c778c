/**
 * One event stream for all windows of this browser: HTTP/1.1 gives a browser six connections,
 * and ten windows would leave none to work with. The window that holds the lock reads the
 * stream and passes everything on; when it closes, the next one takes over. Where windows
 * can't talk (no secure context) each reads its own.
 */
import { followEvents, type Followed, type Following } from './eventStream';

const NAME = 'scenario-loader:job-events';
const SILENT_MS = 20_000;
const LOOK_MS = 2_000;

type Message = { kind: 'event'; name: string; data: string } | { kind: 'alive' | 'lost' | 'hello' };

export interface Shared extends Followed {
  /** The `snapshot` event's data as this window knows it, if it does, for one that comes later. */
  snapshot: () => string | null;
}

export function shareEvents(url: string, told: Shared): Following {
  if (!('locks' in navigator) || !('BroadcastChannel' in globalThis))
    return followEvents(url, told);
  const channel = new BroadcastChannel(NAME);
  const closed = new AbortController();
  let stream: Following | null = null;
  let connected = false;
  let lastHeard = Date.now();
  let asked = false;

  const say = (message: Message) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
    if (!closed.signal.aborted) channel.postMessage(message);
  };
  const passedOn: Followed = {
    onEvent: (name, data) => {
      told.onEvent(name, data);
      say({ kind: 'event', name, data });
    },
    onAlive: (answer) => {
      connected = true;
      told.onAlive(answer);
      say({ kind: 'alive' });
    },
    onLost: () => {
      connected = false;
      told.onLost();
      say({ kind: 'lost' });
    },
  };
  const lead = () =>
    new Promise<void>((resolve) => {
      stream = followEvents(url, passedOn);
      closed.signal.addEventListener('abort', () => resolve());
    });
  const stopLeading = () => {
    stream?.close();
    stream = null;
    connected = false;
  };
  const queueUp = (steal: boolean) => {
    navigator.locks
      .request(NAME, steal ? { steal } : { signal: closed.signal }, lead)
      .catch(() => undefined) // closed, or another window has taken over
      .finally(() => {
        stopLeading();
        if (!closed.signal.aborted) queueUp(false);
      });
  };
  const answerHello = () => {
    if (!stream) return;
    const data = connected ? told.snapshot() : null;
    if (data !== null) say({ kind: 'event', name: 'snapshot', data });
    say({ kind: connected ? 'alive' : 'lost' });
  };
  const hear = ({ data: message }: MessageEvent<Message>) => {
    if (message.kind === 'hello') return answerHello();
    if (stream) return undefined; // what a window says that does not know yet that it was replaced
    lastHeard = Date.now();
    asked = false;
    if (message.kind === 'event') told.onEvent(message.name, message.data);
    else if (message.kind === 'alive') told.onAlive(null);
    else told.onLost();
    return undefined;
  };
  const look = () => {
    if (stream || Date.now() - lastHeard < SILENT_MS) return;
    if (asked) takeOver();
    else say({ kind: 'hello' });
    asked = !asked;
  };
  const takeOver = () => {
    told.onLost();
    lastHeard = Date.now();
    queueUp(true);
  };

  channel.addEventListener('message', hear);
  const timer = setInterval(look, LOOK_MS);
  queueUp(false);
  say({ kind: 'hello' });
  return {
    reconnect: () => (stream ? stream.reconnect() : takeOver()),
    close: () => {
      clearInterval(timer);
      closed.abort();
      stopLeading();
      channel.close();
    },
  };
}

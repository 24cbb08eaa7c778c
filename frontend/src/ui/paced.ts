const PAUSE_MS = 5_000;

/** Says at most one thing in 5 s; what comes meanwhile is said together afterwards. */
export function paced(say: (text: string) => void): {
  add: (text: string) => void;
  stop: () => void;
} {
  let waiting: string[] = [];
  let pause: ReturnType<typeof setTimeout> | null = null;
  const speak = () => {
    pause = null;
    if (waiting.length === 0) return;
    say(waiting.join(' '));
    waiting = [];
    pause = setTimeout(speak, PAUSE_MS);
  };
  return {
    add: (text) => {
      waiting.push(text);
      if (!pause) speak();
    },
    stop: () => {
      if (pause) clearTimeout(pause);
      pause = null;
    },
  };
}

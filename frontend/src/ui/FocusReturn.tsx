import { useEffect, useState } from 'react';

// where the focus of the layer that closed last went
let last: Element | null = null;

/**
 * When it goes, with the layer that it is in, the focus goes back to where it was when it came,
 * unless it is elsewhere already. Where that was in a layer that is gone by then, or nowhere, it
 * goes where that layer gave it back to.
 */
export function FocusReturn() {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      last = before?.isConnected && before !== document.body ? before : last;
      const target = last;
      setTimeout(() => {
        const isLost = document.activeElement === document.body;
        if (isLost && target instanceof HTMLElement) target.focus();
      });
    },
    [before],
  );
  return null;
}

import { useEffect, useState } from 'react';

/**
 * When it goes, with the layer that it is in, the focus goes back to where it was when it came,
 * unless it is elsewhere already.
 */
export function FocusReturn() {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => {
        const lost = document.activeElement === document.body;
        if (lost && before instanceof HTMLElement) before.focus();
      });
    },
    [before],
  );
  return null;
}

import { useLayoutEffect, useRef, type FocusEvent } from 'react';

/**
 * What has the focus may vanish: a button that has done its work, the row of a deleted job. The
 * focus then goes to what `next` gives. Returns the props of the element around it; a dialog that
 * is opened in there counts too.
 */
export function useKeptFocus(next: () => Element | null | undefined) {
  const focused = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const lost = focused.current && !focused.current.isConnected;
    if (!lost || document.activeElement !== document.body) return;
    focused.current = null;
    const there = next();
    if (there instanceof HTMLElement) there.focus();
  });
  return {
    onFocus: ({ target }: FocusEvent) => {
      focused.current = target;
    },
    onBlur: ({ target }: FocusEvent) => {
      // whoever goes elsewhere is let go; what vanishes may blur before it does
      queueMicrotask(() => {
        if (target.isConnected && focused.current === target) focused.current = null;
      });
    },
  };
}

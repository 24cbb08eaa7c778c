import { useEffect, useRef, useState, type RefObject } from 'react';

import { nearestRow, type Row } from './tree';

/** One row takes part in the order of Tab; focus is given once the row is drawn. */
export function useRovingFocus(
  rows: Row[],
  focusJobId: string,
  scroller: RefObject<HTMLElement | null>,
) {
  const [active, setActive] = useState<string | null>(focusJobId || null);
  const wanted = useRef<string | null>(focusJobId || null);
  const [asked, setAsked] = useState(focusJobId);
  if (asked !== focusJobId) {
    setAsked(focusJobId);
    setActive(focusJobId || null);
  }
  useEffect(() => {
    if (focusJobId) wanted.current = focusJobId;
  }, [focusJobId]);
  const [lastAt, setLastAt] = useState(0);
  const activeKey = nearestRow(rows, active, lastAt);
  const activeAt = Math.max(
    0,
    rows.findIndex((row) => row.key === activeKey),
  );
  if (lastAt !== activeAt) setLastAt(activeAt);
  useEffect(() => {
    if (wanted.current === null) return;
    const element = scroller.current?.querySelector<HTMLElement>(
      `[data-key="${CSS.escape(wanted.current)}"]`,
    );
    if (!element) return;
    wanted.current = null;
    element.focus();
  });
  return {
    activeKey,
    activeAt,
    setActive,
    goTo: (key: string) => {
      wanted.current = key;
      setActive(key);
    },
  };
}

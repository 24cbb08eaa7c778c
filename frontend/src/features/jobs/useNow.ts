import { useEffect, useState } from 'react';

import { serverNow } from '@/lib/clock';

/** The server's time, each second while `ticking`. */
export function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => serverNow());
  useEffect(() => {
    if (!ticking) return undefined;
    const tick = () => setNow(serverNow());
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}

import { Tooltip } from '@fluentui/react-components';
import { useEffect, useState } from 'react';

import { onClockSet, serverNow } from '@/lib/clock';
import { formatExactTime, formatTime } from '@/lib/format';

const MINUTE = 60_000;

/** `2 minutes ago`, kept current, with the exact time in the tip. */
export function Time({ iso }: { iso: string }) {
  const [now, setNow] = useState(() => serverNow());
  useEffect(() => {
    const look = () => setNow(serverNow());
    const timer = setInterval(look, MINUTE);
    const stop = onClockSet(look);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, []);
  return (
    <Tooltip content={formatExactTime(iso)} relationship="description">
      <time dateTime={iso}>{formatTime(iso, now)}</time>
    </Tooltip>
  );
}

import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { CircleFilled, PlugDisconnectedRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';

import { serverNow } from '@/lib/clock';
import { formatClock } from '@/lib/format';

import { liveness } from './connection';
import { useJobs, useLive } from './LiveJobs';
import { text } from './text';

const useStyles = makeStyles({
  label: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
  },
  dot: { display: 'inline-flex', fontSize: '10px', color: tokens.colorStatusSuccessForeground1 },
  stopped: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeBase200,
  },
});

/** Whether what is shown is live, and if not, of when it is. */
export function LiveLabel() {
  const styles = useStyles();
  const { connection, reconnect } = useLive();
  const { readAt } = useJobs();
  const now = useLocalNow(!connection.live);
  const state = liveness(connection, now);
  if (state === 'stopped') {
    const at = serverNow(Math.max(readAt, connection.since));
    return (
      <div key="stopped" className={styles.stopped}>
        <PlugDisconnectedRegular aria-hidden fontSize={20} />
        <span>{text.stopped(formatClock(at))}</span>
        <Button size="small" onClick={reconnect}>
          {text.reconnect}
        </Button>
      </div>
    );
  }
  return (
    <span key="label" className={styles.label}>
      <span>{state === 'live' ? text.live : text.reconnecting}</span>
      {state === 'live' && (
        <span className={styles.dot} aria-hidden>
          <CircleFilled />
        </span>
      )}
    </span>
  );
}

function useLocalNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}

import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  CircleRegular,
  DismissCircleRegular,
  ErrorCircleFilled,
  SubtractCircleRegular,
  WarningFilled,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';

import { TONES, type Shown } from './states';

const useStyles = makeStyles({
  icon: { display: 'inline-flex', flexShrink: 0, fontSize: '20px', lineHeight: '20px' },
  ring: { fill: 'none', strokeWidth: '3', stroke: 'currentColor' },
  rest: { opacity: 0.25 },
  done: { transform: 'rotate(-90deg)', transformOrigin: 'center' },
});

const useTones = makeStyles({
  quiet: { color: tokens.colorNeutralForeground3 },
  brand: { color: tokens.colorBrandForeground1 },
  success: { color: tokens.colorStatusSuccessForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  danger: { color: tokens.colorStatusDangerForeground1 },
  absent: { color: tokens.colorNeutralForegroundDisabled },
});

const ICONS: Record<Exclude<Shown, 'running'>, ReactElement> = {
  pending: <CircleRegular />,
  done: <CheckmarkCircleFilled />,
  warned: <WarningFilled />,
  error: <ErrorCircleFilled />,
  cancelled: <DismissCircleRegular />,
  skipped: <SubtractCircleRegular />,
};

/** Stands beside the word for the state, never for it. */
export function StatusIcon({ shown, pct }: { shown: Shown; pct: number }) {
  const styles = useStyles();
  const tones = useTones();
  return (
    <span className={mergeClasses(styles.icon, tones[TONES[shown]])} aria-hidden>
      {shown === 'running' ? <Ring pct={pct} /> : ICONS[shown]}
    </span>
  );
}

function Ring({ pct }: { pct: number }) {
  const styles = useStyles();
  return (
    <svg width="20" height="20" viewBox="0 0 20 20">
      <circle cx="10" cy="10" r="7" className={mergeClasses(styles.ring, styles.rest)} />
      <circle
        cx="10"
        cy="10"
        r="7"
        pathLength="100"
        strokeDasharray={`${Math.max(4, pct)} 100`}
        className={mergeClasses(styles.ring, styles.done)}
      />
    </svg>
  );
}

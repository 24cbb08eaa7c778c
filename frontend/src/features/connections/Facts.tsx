import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  ErrorCircleFilled,
  QuestionCircleRegular,
  WarningFilled,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';

import type { CheckedFact } from '@/api/fabric';

import { FACTS, MARKS } from './text';

const useStyles = makeStyles({
  list: {
    display: 'grid',
    gap: tokens.spacingVerticalXS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    overflowWrap: 'anywhere',
  },
  fact: {
    display: 'grid',
    gridTemplateColumns: '20px 112px minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalS,
    '@media (max-width: 480px)': { gridTemplateColumns: '20px minmax(0, 1fr)' },
  },
  name: { fontWeight: tokens.fontWeightSemibold },
  detail: { '@media (max-width: 480px)': { gridColumn: '2' } },
  mark: { fontSize: '20px', lineHeight: '20px' },
});

const useTones = makeStyles({
  ok: { color: tokens.colorStatusSuccessForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  failed: { color: tokens.colorStatusDangerForeground1 },
  unknown: { color: tokens.colorNeutralForeground3 },
});

const ICONS: Record<CheckedFact['mark'], ReactElement> = {
  ok: <CheckmarkCircleFilled title={MARKS.ok} />,
  warning: <WarningFilled title={MARKS.warning} />,
  failed: <ErrorCircleFilled title={MARKS.failed} />,
  unknown: <QuestionCircleRegular title={MARKS.unknown} />,
};

/** Each fact with its own mark, and what helps where it is not right. */
export function Facts({ facts, label }: { facts: readonly CheckedFact[]; label: string }) {
  const styles = useStyles();
  const tones = useTones();
  return (
    <ul className={styles.list} aria-label={label}>
      {facts.map(({ fact, mark, detail }) => (
        <li key={fact} className={styles.fact}>
          <span className={mergeClasses(styles.mark, tones[mark])}>{ICONS[mark]}</span>
          <span className={styles.name}>{FACTS[fact]}</span>
          <span className={styles.detail}>{detail}</span>
        </li>
      ))}
    </ul>
  );
}

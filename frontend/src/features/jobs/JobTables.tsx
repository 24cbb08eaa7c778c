import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';

import { formatBytes, formatCount } from '@/lib/format';

import { isWhole, resultCounts } from './results';
import { Section } from './Section';
import { text } from './text';
import type { Job, Step } from './types';

const NARROW = '@media (max-width: 640px)';

const useStyles = makeStyles({
  // where it is narrow each row is an item of two lines: name and figure, the rest below
  table: {
    borderCollapse: 'collapse',
    minWidth: 'min(100%, 480px)',
    [NARROW]: { display: 'block' },
    '& tbody': { [NARROW]: { display: 'block' } },
    '& thead': {
      [NARROW]: { position: 'absolute', clipPath: 'inset(50%)', overflow: 'hidden', height: '1px' },
    },
    '& tbody tr': {
      [NARROW]: {
        display: 'grid',
        gridTemplateColumns: '1fr auto',
        paddingBlock: tokens.spacingVerticalXS,
        borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
      },
    },
    '& th': {
      textAlign: 'start',
      color: tokens.colorNeutralForeground3,
      fontWeight: tokens.fontWeightRegular,
    },
    '& th, & td': {
      padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS} 0`,
      borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
      verticalAlign: 'top',
      [NARROW]: { padding: 0, borderBottomStyle: 'none' },
    },
  },
  second: {
    overflowWrap: 'anywhere',
    [NARROW]: {
      gridRow: '2',
      gridColumn: '1 / -1',
      color: tokens.colorNeutralForeground3,
      ':empty': { display: 'none' },
    },
  },
  number: { whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** Counts by label or table, of each step that loaded something. */
export function Results({ job }: { job: Job }) {
  const styles = useStyles();
  const loaded = job.steps.filter((step) => step.result && resultCounts(step));
  if (loaded.length === 0) return null;
  return (
    <Section title={text.results}>
      <table className={styles.table}>
        <tbody>
          {loaded
            .flatMap((step) => counted(step))
            .map(([name, what, count]) => (
              <tr key={`${name} ${what} ${count}`}>
                <td>{name}</td>
                <td className={styles.second}>{what}</td>
                <td className={styles.number}>{count}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Section>
  );
}

function counted(step: Step): [string, string, string][] {
  return Object.entries(step.result ?? {}).flatMap(([kind, value]): [string, string, string][] => {
    if (isWhole(value)) return [[step.name, '', countOf(kind, value)]];
    if (kind === 'store' || typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([label, count]): [string, string, string][] =>
      isWhole(count) ? [[step.name, label, countOf(kind, count)]] : [],
    );
  });
}

/** A result of a kind that has no words here is shown as the service calls it. */
function countOf(kind: string, count: number | bigint): string {
  const [one, many] = text.kinds[kind] ?? [kind, kind];
  return formatCount(count, one, many);
}

export function Files({ job }: { job: Job }) {
  const styles = useStyles();
  const files = job.steps.filter((step) => step.sha256);
  if (files.length === 0) return null;
  return (
    <Section title={text.files}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{text.part}</th>
            <th className={styles.number}>{text.size}</th>
            <th>{text.sha}</th>
          </tr>
        </thead>
        <tbody>
          {files.map((step) => (
            <tr key={step.name}>
              <td>{step.name}</td>
              <td className={styles.number}>{formatBytes(step.bytes)}</td>
              <td className={mergeClasses(styles.second, styles.mono)}>{step.sha256}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
